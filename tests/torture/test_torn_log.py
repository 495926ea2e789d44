"""A log that ends anywhere opens to its complete lines; an altered log is refused, or causes a warning."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.torture.common import Scale
from tests.torture.damage import History, crashing_database, create_history, link, reopen, state_of


@pytest.fixture
def history(tmp_path: Path) -> History:
    return create_history(tmp_path / "intact")


def test_a_log_cut_at_any_byte_opens_to_its_complete_lines(history: History, tmp_path: Path) -> None:
    intact = history.log.read_bytes()
    assert intact.count(b"\n") == len(history.states) - 1
    cut = history.copy(tmp_path / "cut")
    for end in range(len(intact) + 1):
        cut.log.write_bytes(intact[:end])
        state, messages = reopen(cut.folder)
        assert state == history.states[intact.count(b"\n", 0, end)], end
        incomplete = end > 0 and intact[end - 1 : end] != b"\n"
        assert ("is incomplete and was dropped" in messages) == incomplete == bool(messages)
        assert cut.log.read_bytes() == intact[: intact.rfind(b"\n", 0, end) + 1]


def test_writes_after_a_cut_are_kept(history: History, tmp_path: Path) -> None:
    intact = history.log.read_bytes()
    cut = history.copy(tmp_path / "cut")
    for end in [*range(0, len(intact), 61), len(intact)]:
        cut.log.write_bytes(intact[:end])
        with crashing_database(cut.folder, []) as database:
            next_id = database.live_table("key_links").next_id
            with database.writing():
                database.commit([("put", "key_links", next_id, link(next_id, "new"))])
            expected = state_of(database)
        assert reopen(cut.folder) == (expected, "")
        with crashing_database(cut.folder, []) as database:
            database.checkpoint()
        assert reopen(cut.folder) == (expected, "")


def test_changes_in_both_the_data_file_and_the_log_are_applied_once(history: History, tmp_path: Path) -> None:
    """As after a kill between the two steps of a checkpoint, with the log cut at any later line."""
    intact = history.log.read_bytes()
    lines = intact.splitlines(keepends=True)
    for checkpointed in range(1, len(lines) + 1):
        copy = history.copy(tmp_path / "copy")
        copy.log.write_bytes(b"".join(lines[:checkpointed]))
        with crashing_database(copy.folder, []) as database:
            database.checkpoint()
        for end in range(checkpointed, len(lines) + 1):
            copy.log.write_bytes(b"".join(lines[:end]))
            assert reopen(copy.folder) == (history.states[end], "")


def test_a_tail_of_zeros_left_by_a_power_loss_is_dropped_with_a_warning(
    history: History, tmp_path: Path
) -> None:
    damaged = history.copy(tmp_path / "damaged")
    intact = history.log.read_bytes()
    for end in range(0, len(intact), 97):
        damaged.log.write_bytes(intact[:end] + bytes(len(intact) - end))
        state, messages = reopen(damaged.folder)
        assert state == history.states[intact.count(b"\n", 0, end)]
        assert "is incomplete and was dropped" in messages


def test_every_altered_byte_of_the_log_is_detected(history: History, tmp_path: Path, how_much: Scale) -> None:
    intact = history.log.read_bytes()
    damaged = history.copy(tmp_path / "damaged")
    step = how_much(short=7, long=1)
    refused = 0
    for position in range(random.randrange(step), len(intact), step):
        old = intact[position]
        for new in {old ^ 1 << random.randrange(8), random.randrange(256), ord("\n")} - {old}:
            damaged.log.write_bytes(intact[:position] + bytes([new]) + intact[position + 1 :])
            state, messages = reopen(damaged.folder)
            if state is None:
                refused += 1
                assert f"{damaged.log} is damaged at line " in messages
            elif state == history.states[-2]:
                assert position == len(intact) - 1, "only a last line without its newline may be dropped"
                assert "is incomplete and was dropped" in messages
            else:
                assert state == history.states[-1], (position, new, intact[position - 20 : position + 20])
            damaged.log.write_bytes(intact)
    assert refused > len(intact) / step


def test_lost_duplicated_or_swapped_lines_are_detected(history: History, tmp_path: Path) -> None:
    lines = history.log.read_bytes().splitlines(keepends=True)
    damaged = history.copy(tmp_path / "damaged")
    for index in range(len(lines) - 1):
        for altered in (
            lines[:index] + lines[index + 1 :],
            lines[: index + 1] + lines[index:],
            [*lines[:index], lines[index + 1], lines[index], *lines[index + 2 :]],
        ):
            damaged.log.write_bytes(b"".join(altered))
            state, messages = reopen(damaged.folder)
            assert state is None
            assert f"{damaged.log} is damaged at line " in messages
