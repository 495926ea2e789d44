"""The write-ahead log: appending and recovery."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import DataDamaged, DataUnwritable
from mockrevio.storage.wal import WriteAheadLog
from tests.storage.logs import change, line, recovered
from tests.storage.refusals import disk_full, posix_only


def test_appended_changes_are_recovered_in_order(log: WriteAheadLog, log_path: Path) -> None:
    for number in (1, 2, 3):
        log.append(change(number))
    assert recovered(log_path) == [change(1), change(2), change(3)]


def test_changes_that_the_data_file_contains_are_skipped(log: WriteAheadLog, log_path: Path) -> None:
    for number in (1, 2, 3):
        log.append(change(number))
    assert recovered(log_path, checkpoint_seq=2) == [change(3)]
    assert recovered(log_path, checkpoint_seq=9) == []


def test_sequence_numbers_continue_after_a_restart(log_path: Path) -> None:
    for start in (0, 2, 4):
        log = WriteAheadLog(log_path, fsync=False)
        list(log.recover(0, pytest.fail))
        log.open()
        log.append(change(start + 1))
        log.append(change(start + 2))
        log.close()
    assert [json.loads(text)["seq"] for text in log_path.read_text().splitlines()] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("cut", [1, 2, 20, 40])
def test_an_incomplete_last_line_is_dropped_with_a_warning_and_the_next_one_is_intact(
    log_path: Path, cut: int
) -> None:
    data = line(1, change(1)) + line(2, change(2))
    log_path.write_bytes(data[:-cut])
    warnings: list[str] = []
    log = WriteAheadLog(log_path, fsync=False)
    assert [changes for _, changes in log.recover(0, warnings.append)] == [change(1)]
    assert len(warnings) == 1
    assert str(log_path) in warnings[0]
    assert "incomplete" in warnings[0]
    log.open()
    log.append(change(7))
    log.close()
    assert recovered(log_path) == [change(1), change(7)]


@pytest.mark.parametrize(
    ("invalid", "where"),
    [
        (b'{"seq": 2, "chan\n', "line 2"),
        (b"\0" * 30 + b"\n", "line 2"),
        (b"\n", "line 2"),
        (b"[]\n", "line 2"),
        (b'{"seq": 2}\n', "line 2"),
        (b'{"seq": "2", "changes": []}\n', "line 2"),
        (b'{"seq": true, "changes": []}\n', "line 2"),
        (b'{"seq": 2, "changes": {}}\n', "line 2"),
        (b"\xff\xfe\n", "line 2"),
        (line(3, change(3)), "line 2: expected change 2, found 3"),
        (line(1, change(1)), "line 2: expected change 2, found 1"),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_an_invalid_complete_line_is_refused_and_the_file_is_unchanged(
    log_path: Path, invalid: bytes, where: str, last: bool
) -> None:
    data = line(1, change(1)) + invalid + (b"" if last else line(4, change(4)))
    log_path.write_bytes(data)
    with pytest.raises(DataDamaged) as caught:
        recovered(log_path)
    assert f"{log_path} is damaged at {where}" in str(caught.value)
    assert log_path.read_bytes() == data


def test_a_log_with_a_gap_after_its_data_file_is_refused(log_path: Path) -> None:
    log_path.write_bytes(line(5, change(5)))
    with pytest.raises(
        DataDamaged, match="expected change 4, found 5; the log may belong to another data file"
    ):
        recovered(log_path, checkpoint_seq=3)
    assert recovered(log_path, checkpoint_seq=4) == [change(5)]


@posix_only
def test_a_full_disk_leaves_no_partial_line_and_later_writes_work(log: WriteAheadLog, log_path: Path) -> None:
    log.append(change(1))
    before = log_path.read_bytes()
    with disk_full(at=len(before) + 10):
        for _ in range(2):
            with pytest.raises(DataUnwritable, match=r"world\.jsonl cannot be written: File too large"):
                log.append(change(2))
            assert log_path.read_bytes() == before
    log.append(change(3))
    assert recovered(log_path) == [change(1), change(3)]


def test_a_closed_log_writes_nothing(log: WriteAheadLog, log_path: Path) -> None:
    log.append(change(1))
    before = log_path.read_bytes()
    log.close()
    # The descriptor of the log now belongs to another file, which must not get the line.
    with log_path.with_name("other").open("wb") as other, pytest.raises(DataUnwritable):
        log.append(change(2))
    assert other.name
    assert log_path.with_name("other").read_bytes() == b""
    assert log_path.read_bytes() == before


def test_a_folder_in_place_of_the_log_is_an_error_that_names_it(log_path: Path) -> None:
    log_path.mkdir()
    with pytest.raises(DataUnwritable, match=r"world\.jsonl cannot be read"):
        recovered(log_path)
    with pytest.raises(DataUnwritable, match=r"world\.jsonl cannot be opened"):
        WriteAheadLog(log_path, fsync=False).open()


def test_a_change_with_its_own_json_is_written_unchanged(log: WriteAheadLog, log_path: Path) -> None:
    class Encoded(tuple[Any, ...]):
        json = (b'["replace",', b'{"things":{"1":{"id":1}}},{}]')

    log.append([Encoded(("replace", {}, {})), *change(2)])
    assert recovered(log_path) == [[["replace", {"things": {"1": {"id": 1}}}, {}], *change(2)]]


def test_a_line_of_several_megabytes_is_written_completely(log: WriteAheadLog, log_path: Path) -> None:
    large = [("put", "things", 1, {"text": "x" * (3 << 20)}), ("put", "things", 2, {"text": "y"})]
    log.append(large)
    log.append(change(3))
    assert log_path.stat().st_size == log.size
    assert recovered(log_path) == [[list(item) for item in large], change(3)]
