"""A log that ends anywhere opens to what its whole lines say; one that was altered is refused, or says so."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.torture.common import HowMuch
from tests.torture.damage import History, dying, found_in, link, lived, state_of


@pytest.fixture
def history(tmp_path: Path) -> History:
    return lived(tmp_path / "whole")


def test_a_log_cut_at_any_byte_opens_to_its_whole_lines_and_takes_writes(
    history: History, tmp_path: Path
) -> None:
    whole = history.log.read_bytes()
    assert whole.count(b"\n") == len(history.states) - 1
    cut = history.copy(tmp_path / "cut")
    for end in range(len(whole) + 1):
        cut.log.write_bytes(whole[:end])
        state, said = found_in(cut.folder)
        assert state == history.states[whole.count(b"\n", 0, end)], end
        torn = end > 0 and whole[end - 1 : end] != b"\n"
        assert ("was not finished and is dropped" in said) == torn == bool(said)
        assert cut.log.read_bytes() == whole[: whole.rfind(b"\n", 0, end) + 1]


def test_writes_after_a_cut_are_there_the_next_time(history: History, tmp_path: Path) -> None:
    whole = history.log.read_bytes()
    cut = history.copy(tmp_path / "cut")
    for end in [*range(0, len(whole), 61), len(whole)]:
        cut.log.write_bytes(whole[:end])
        with dying(cut.folder, []) as database:
            next_id = database.live("key_links").next_id
            with database.writing():
                database.commit([("put", "key_links", next_id, link(next_id, "new"))])
            expected = state_of(database)
        assert found_in(cut.folder) == (expected, "")
        with dying(cut.folder, []) as database:
            database.fold()
        assert found_in(cut.folder) == (expected, "")


def test_a_log_that_the_data_file_already_holds_in_part_is_taken_from_there_on(
    history: History, tmp_path: Path
) -> None:
    """As after a kill between the two steps of a fold, cut anywhere behind what the file holds."""
    whole = history.log.read_bytes()
    lines = whole.splitlines(keepends=True)
    for held in range(1, len(lines) + 1):
        part = history.copy(tmp_path / "part")
        part.log.write_bytes(b"".join(lines[:held]))
        with dying(part.folder, []) as database:
            database.fold()
        for rest in range(held, len(lines) + 1):
            part.log.write_bytes(b"".join(lines[:rest]))
            assert found_in(part.folder) == (history.states[rest], "")


def test_a_tail_of_zeros_as_file_systems_leave_after_a_power_cut_is_dropped_with_a_warning(
    history: History, tmp_path: Path
) -> None:
    spoilt = history.copy(tmp_path / "spoilt")
    whole = history.log.read_bytes()
    for end in range(0, len(whole), 97):
        spoilt.log.write_bytes(whole[:end] + bytes(len(whole) - end))
        state, said = found_in(spoilt.folder)
        assert state == history.states[whole.count(b"\n", 0, end)]
        assert "was not finished and is dropped" in said


def test_no_altered_byte_of_the_log_goes_unnoticed(
    history: History, tmp_path: Path, how_much: HowMuch
) -> None:
    whole = history.log.read_bytes()
    spoilt = history.copy(tmp_path / "spoilt")
    step = how_much(short=7, long=1)
    refused = 0
    for at in range(random.randrange(step), len(whole), step):
        for other in {whole[at] ^ 1 << random.randrange(8), random.randrange(256), ord("\n")} - {whole[at]}:
            spoilt.log.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
            state, said = found_in(spoilt.folder)
            if state is None:
                refused += 1
                assert f"{spoilt.log} is damaged at line " in said
            elif state == history.states[-2]:
                assert at == len(whole) - 1, "only the last line may be dropped, for want of its end"
                assert "was not finished and is dropped" in said
            else:
                assert state == history.states[-1], (at, other, whole[at - 20 : at + 20])
            spoilt.log.write_bytes(whole)
    assert refused > len(whole) / step


def test_lines_that_are_lost_doubled_or_swapped_are_noticed(history: History, tmp_path: Path) -> None:
    lines = history.log.read_bytes().splitlines(keepends=True)
    spoilt = history.copy(tmp_path / "spoilt")
    for at in range(len(lines) - 1):
        for altered in (
            lines[:at] + lines[at + 1 :],
            lines[: at + 1] + lines[at:],
            [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]],
        ):
            spoilt.log.write_bytes(b"".join(altered))
            state, said = found_in(spoilt.folder)
            assert state is None
            assert f"{spoilt.log} is damaged at line " in said
