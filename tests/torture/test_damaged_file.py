"""A damaged data file is refused with its name and the position, or it opens to exactly its contents."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mockrevio.revio.resources import BUILT_IN
from mockrevio.storage.stores import BOOKKEEPING
from mockrevio.world.data_checks import check_tables
from tests.torture.common import Scale
from tests.torture.damage import History, crashing_database, create_history, parse_tables, reopen


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Files with an empty log, as after a clean stop."""
    history = create_history(tmp_path / "intact")
    with crashing_database(history.folder, []) as database:
        database.checkpoint()
    return history


def damage(data: bytes) -> bytes:
    """Damage the data once, at random."""
    start = random.randrange(len(data))
    end = min(len(data), start + random.choice([1, 2, 5, 50, 500]))
    noise = random.choice(
        [random.randbytes(end - start), bytes(end - start), bytes(random.choices(data, k=end - start))]
    )
    return random.choice(
        [
            data[:start] + noise + data[end:],  # overwritten
            data[:start] + data[end:],  # lost
            data[:end] + data[start:],  # duplicated
            data[:start] + noise + data[start:],  # inserted
            data[:start],  # cut off
            flip_bit(data, start),
        ]
    )


def flip_bit(data: bytes, position: int) -> bytes:
    """Flip a random bit of the byte at this position."""
    return data[:position] + bytes([data[position] ^ 1 << random.randrange(8)]) + data[position + 1 :]


def check(history: History, data: bytes) -> bool:
    """Open a damaged data file. Returns whether it was refused."""
    history.file.write_bytes(data)
    state, messages = reopen(history.folder)
    assert history.file.read_bytes() == data
    if state is None:
        beginnings = (f"{history.file} is damaged at ", f"{history.file} is damaged by ")
        assert messages.startswith(beginnings), messages
        return True
    edited = parse_tables(data)
    check_tables(edited, BUILT_IN)  # stores dates in the one form
    assert state[0] == edited, messages
    return False


def test_random_damage_is_refused_with_its_position_or_read_as_an_edit(
    history: History, tmp_path: Path, how_much: Scale
) -> None:
    intact = history.file.read_bytes()
    damaged = history.copy(tmp_path / "damaged")
    rounds = how_much(short=800, long=100_000)
    refused = sum(check(damaged, damage(intact)) for _ in range(rounds))
    assert rounds / 2 < refused < rounds


def test_every_altered_byte_is_refused_or_read_as_an_edit(
    history: History, tmp_path: Path, how_much: Scale
) -> None:
    intact = history.file.read_bytes()
    damaged = history.copy(tmp_path / "damaged")
    for position in range(0, len(intact), how_much(short=4, long=1)):
        check(damaged, flip_bit(intact, position))


def test_altered_bookkeeping_is_refused(history: History, tmp_path: Path) -> None:
    """A wrong log position would lose acknowledged writes; wrong next ids would reuse ids."""
    intact = history.file.read_bytes()
    damaged = history.copy(tmp_path / "damaged")
    start = intact.index(b"{", intact.index(f'"{BOOKKEEPING}"'.encode()) + len(BOOKKEEPING) + 4)
    for position in range(start, intact.index(b"\n", start + 2)):
        for digit in b"0123456789":
            if intact[position] in b"0123456789" and digit != intact[position]:
                altered = intact[:position] + bytes([digit]) + intact[position + 1 :]
                assert check(damaged, altered), altered[start:]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"CUSTOMER": {"7": {"status": "OPEN"}, "7": {"status": "CLOSED"}}}', '"7" appears twice'),
        ('{"CUSTOMER": {"7": {}}, "CUSTOMER": {}}', '"CUSTOMER" appears twice'),
        ('{"CUSTOMER": {"7": {"finance": {"balance": 1e999}}}}', "1e999 is too large"),
        ('{"CUSTOMER": {"7": {"finance": {"balance": -Infinity}}}}', "-Infinity is not a JSON number"),
        (
            '{"mockrevio": {"1": {"checkpoint": 3, "next_ids": {}, "crc": 1}}}',
            "at mockrevio.1: the checksum does not match",
        ),
        (
            '{"mockrevio": {"1": {"checkpoint": 3, "next_id": {}}}}',
            "at mockrevio: this table is reserved but has other contents",
        ),
    ],
)
def test_contents_that_would_be_silently_lost_or_misread_are_refused(
    history: History, text: str, message: str
) -> None:
    assert check(history, text.encode())
    assert message in reopen(history.folder)[1]
