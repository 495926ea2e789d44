"""A damaged data file is refused with its name and the place, or it opens to exactly what it says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mockrevio.storage.stores import METADATA
from tests.torture.common import HowMuch
from tests.torture.damage import History, dying, found_in, lived, tables_said_by


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Files whose log is empty, as after a clean stop."""
    history = lived(tmp_path / "whole")
    with dying(history.folder, []) as database:
        database.fold()
    return history


def damage(data: bytes) -> bytes:
    """The same with one random accident."""
    at = random.randrange(len(data))
    end = min(len(data), at + random.choice([1, 2, 5, 50, 500]))
    noise = random.choice(
        [random.randbytes(end - at), bytes(end - at), bytes(random.choices(data, k=end - at))]
    )
    return random.choice(
        [
            data[:at] + noise + data[end:],  # overwritten
            data[:at] + data[end:],  # lost
            data[:end] + data[at:],  # doubled
            data[:at] + noise + data[at:],  # pushed in
            data[:at],  # cut off
            data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :],  # a bit
        ]
    )


def check(history: History, data: bytes) -> bool:
    """Open a spoilt data file; whether it was refused."""
    history.file.write_bytes(data)
    state, said = found_in(history.folder)
    assert history.file.read_bytes() == data
    if state is None:
        assert said.startswith((f"{history.file} is damaged at ", f"{history.file} is damaged by ")), said
        return True
    assert state[0] == tables_said_by(data), said
    return False


def test_random_damage_is_refused_with_its_place_or_changes_what_the_file_says(
    history: History, tmp_path: Path, how_much: HowMuch
) -> None:
    whole = history.file.read_bytes()
    spoilt = history.copy(tmp_path / "spoilt")
    turns = how_much(short=800, long=100_000)
    refused = sum(check(spoilt, damage(whole)) for _ in range(turns))
    assert turns / 2 < refused < turns


def test_every_byte_altered_once(history: History, tmp_path: Path, how_much: HowMuch) -> None:
    whole = history.file.read_bytes()
    spoilt = history.copy(tmp_path / "spoilt")
    for at in range(0, len(whole), how_much(short=4, long=1)):
        check(spoilt, whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1 :])


def test_what_mockrevio_notes_about_itself_is_never_believed_when_altered(
    history: History, tmp_path: Path
) -> None:
    """A wrong position in the log would let answered writes go; wrong next ids would use ids again."""
    whole = history.file.read_bytes()
    spoilt = history.copy(tmp_path / "spoilt")
    begin = whole.index(b"{", whole.index(f'"{METADATA}"'.encode()) + len(METADATA) + 4)
    for at in range(begin, whole.index(b"\n", begin + 2)):
        for digit in b"0123456789":
            if whole[at] in b"0123456789" and digit != whole[at]:
                altered = whole[:at] + bytes([digit]) + whole[at + 1 :]
                assert check(spoilt, altered), altered[begin:]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"CUSTOMER": {"7": {"status": "OPEN"}, "7": {"status": "CLOSED"}}}', '"7" stands twice'),
        ('{"CUSTOMER": {"7": {}}, "CUSTOMER": {}}', '"CUSTOMER" stands twice'),
        ('{"CUSTOMER": {"7": {"finance": {"balance": 1e999}}}}', "1e999 is too large"),
        ('{"CUSTOMER": {"7": {"finance": {"balance": -Infinity}}}}', "-Infinity is no number"),
        ('{"mockrevio": {"1": {"folded": 3, "next_ids": {}, "crc": 1}}}', "at mockrevio.1: it was altered"),
        ('{"mockrevio": {"1": {"folded": 3, "next_id": {}}}}', "it holds something else"),
    ],
)
def test_what_would_be_lost_or_misread_without_a_word_is_refused(
    history: History, text: str, why: str
) -> None:
    assert check(history, text.encode())
    assert why in found_in(history.folder)[1]
