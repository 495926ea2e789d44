"""The write-ahead log by itself: whole lines or none, in order, shortened without loss."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mockrevio.errors import DataDamaged, DataUnwritable
from mockrevio.storage.wal import WriteAheadLog, _pieces
from tests.storage.refusals import disk_full, posix_only


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "world.jsonl"


@pytest.fixture
def log(path: Path) -> Iterator[WriteAheadLog]:
    made = WriteAheadLog(path, fsync=False)
    made.open()
    yield made
    made.close()


def change(number: int) -> list[Any]:
    return [["put", "things", number, {"id": number}]]


def recovered(path: Path, folded: int = 0, warnings: list[str] | None = None) -> list[list[Any]]:
    def warn(message: str) -> None:
        assert warnings is not None, message
        warnings.append(message)

    return [changes for _, changes in WriteAheadLog(path, fsync=False).recover(folded, warn)]


def line(seq: int, changes: list[Any]) -> bytes:
    return json.dumps({"seq": seq, "changes": changes}).encode() + b"\n"


def test_what_was_appended_is_recovered_in_order(log: WriteAheadLog, path: Path) -> None:
    for number in (1, 2, 3):
        log.append(change(number))
    assert recovered(path) == [change(1), change(2), change(3)]


def test_what_the_data_file_holds_already_is_skipped(log: WriteAheadLog, path: Path) -> None:
    for number in (1, 2, 3):
        log.append(change(number))
    assert recovered(path, folded=2) == [change(3)]
    assert recovered(path, folded=9) == []


def test_numbers_go_on_where_they_were_after_a_restart(path: Path) -> None:
    for start in (0, 2, 4):
        log = WriteAheadLog(path, fsync=False)
        list(log.recover(0, pytest.fail))
        log.open()
        log.append(change(start + 1))
        log.append(change(start + 2))
        log.close()
    assert [json.loads(each)["seq"] for each in path.read_text().splitlines()] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("cut", [1, 2, 20, 40])
def test_a_torn_last_line_is_dropped_with_a_warning_and_the_next_follows_clean(path: Path, cut: int) -> None:
    whole = line(1, change(1)) + line(2, change(2))
    path.write_bytes(whole[:-cut])
    warnings: list[str] = []
    log = WriteAheadLog(path, fsync=False)
    assert [changes for _, changes in log.recover(0, warnings.append)] == [change(1)]
    assert len(warnings) == 1
    assert str(path) in warnings[0]
    assert "not finished" in warnings[0]
    log.open()
    log.append(change(7))
    log.close()
    assert recovered(path) == [change(1), change(7)]


@pytest.mark.parametrize(
    ("broken", "where"),
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
        (line(3, change(3)), "line 2: change 3 where 2 was expected"),
        (line(1, change(1)), "line 2: change 1 where 2 was expected"),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_a_whole_line_that_is_none_of_the_log_is_refused_and_left_alone(
    path: Path, broken: bytes, where: str, last: bool
) -> None:
    data = line(1, change(1)) + broken + (b"" if last else line(4, change(4)))
    path.write_bytes(data)
    with pytest.raises(DataDamaged) as caught:
        recovered(path)
    assert f"{path} is damaged at {where}" in str(caught.value)
    assert path.read_bytes() == data


def test_a_log_that_does_not_follow_its_data_file_is_refused(path: Path) -> None:
    path.write_bytes(line(5, change(5)))
    with pytest.raises(DataDamaged, match="change 5 where 4 was expected; is the data file its own"):
        recovered(path, folded=3)
    assert recovered(path, folded=4) == [change(5)]


@posix_only
def test_a_full_disk_leaves_no_half_line_and_later_writes_work(log: WriteAheadLog, path: Path) -> None:
    log.append(change(1))
    before = path.read_bytes()
    with disk_full(at=len(before) + 10):
        for _ in range(2):
            with pytest.raises(DataUnwritable, match=r"world\.jsonl cannot be written: File too large"):
                log.append(change(2))
            assert path.read_bytes() == before
    log.append(change(3))
    assert recovered(path) == [change(1), change(3)]


def test_nothing_is_written_to_a_log_that_is_closed(log: WriteAheadLog, path: Path) -> None:
    log.append(change(1))
    before = path.read_bytes()
    log.close()
    # The number that the log's file had is now another's, which must not get the line.
    with path.with_name("other").open("wb") as other, pytest.raises(DataUnwritable):
        log.append(change(2))
    assert other.name
    assert path.with_name("other").read_bytes() == b""
    assert path.read_bytes() == before


def test_a_log_that_is_a_folder_is_an_error_that_names_it(path: Path) -> None:
    path.mkdir()
    with pytest.raises(DataUnwritable, match=r"world\.jsonl cannot be read"):
        recovered(path)
    with pytest.raises(DataUnwritable, match=r"world\.jsonl cannot be opened"):
        WriteAheadLog(path, fsync=False).open()


@pytest.mark.parametrize("durable", [False, True])
def test_forgetting_all_of_it_empties_the_file(path: Path, durable: bool) -> None:
    log = WriteAheadLog(path, fsync=durable)
    log.open()
    log.append(change(1))
    log.sync()
    log.truncate_before(log.size)
    assert path.read_bytes() == b""
    log.append(change(2))
    log.sync()
    log.close()
    assert recovered(path, folded=1) == [change(2)]


@pytest.mark.parametrize("durable", [False, True])
def test_forgetting_a_part_keeps_what_came_after(path: Path, durable: bool) -> None:
    log = WriteAheadLog(path, fsync=durable)
    log.open()
    log.append(change(1))
    end = log.size
    log.append(change(2))
    log.truncate_before(end)
    assert log.size == path.stat().st_size
    log.append(change(3))
    log.sync()
    log.close()
    assert recovered(path, folded=1) == [change(2), change(3)]
    assert sorted(each.name for each in path.parent.iterdir()) == ["world.jsonl"]


@pytest.mark.parametrize("between", [0, 1, 3])
def test_what_was_copied_aside_before_is_added_to(path: Path, between: int) -> None:
    log = WriteAheadLog(path, fsync=False)
    log.open()
    log.append(change(1))
    end = log.size
    log.append(change(2))
    with log.copying_tail(end):
        for number in range(between):
            log.append(change(3 + number))
        log.truncate_before(end)
    log.append(change(3 + between))
    log.close()
    assert recovered(path, folded=1) == [change(2 + number) for number in range(between + 2)]
    assert sorted(each.name for each in path.parent.iterdir()) == ["world.jsonl"]


class InterruptedFold(Exception):
    pass


@posix_only
@pytest.mark.parametrize("fails", ["dup", "replace", "nothing but the one who folds"])
def test_what_was_copied_aside_for_a_fold_that_failed_is_no_matter_to_the_next(
    path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError(errno.EMFILE, "Too many open files")

    log = WriteAheadLog(path, fsync=False)
    log.open()
    log.append(change(1))
    end = log.size
    log.append(change(2))
    if fails in ("dup", "replace"):
        with monkeypatch.context() as broken:
            broken.setattr(os if fails == "dup" else Path, fails, refuse)
            with pytest.raises(DataUnwritable, match="cannot be shortened"), log.copying_tail(end):
                log.truncate_before(end)
    else:
        with pytest.raises(InterruptedFold), log.copying_tail(end):
            raise InterruptedFold
    assert sorted(each.name for each in path.parent.iterdir()) == ["world.jsonl"]
    with log.copying_tail(log.size):
        log.truncate_before(log.size)
    # A line that ends at the very place from which the first fold had copied.
    log.append(next(change(n) for n in range(3, 500) if sum(map(len, _pieces(3, change(n)))) == end))
    assert log.size == end
    with log.copying_tail(end):
        log.append(change(4))
        log.truncate_before(end)
    assert recovered(path, folded=3) == [change(4)]
    log.close()


@posix_only
def test_a_disk_that_refuses_to_shorten_the_log_loses_nothing(log: WriteAheadLog, path: Path) -> None:
    log.append(change(1))
    end = log.size
    log.append(change(2))
    with disk_full(at=10), pytest.raises(DataUnwritable, match="cannot be shortened"):
        log.truncate_before(end)
    with disk_full(at=10), pytest.raises(DataUnwritable, match="cannot be shortened"), log.copying_tail(end):
        pass
    with log.copying_tail(end):
        log.append(change(3))
        with disk_full(at=100), pytest.raises(DataUnwritable, match="cannot be shortened"):
            log.truncate_before(end)
    assert sorted(each.name for each in path.parent.iterdir()) == ["world.jsonl"]
    log.append(change(4))
    assert recovered(path, folded=0) == [change(1), change(2), change(3), change(4)]
    log.truncate_before(end)
    assert recovered(path, folded=1) == [change(2), change(3), change(4)]


class SlowDisk:
    """`os.fsync` that takes a while, counted: as a disk does, so that writers meet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: OSError | None = None) -> None:
        self.calls = 0
        self.error = error
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self)

    def __call__(self, descriptor: int) -> None:
        self.calls += 1
        time.sleep(0.02)
        if self.error:
            raise self.error
        self._fsync(descriptor)


def test_with_durability_flush_the_disk_is_not_waited_for(
    log: WriteAheadLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    log.append(change(1))
    log.sync()
    assert disk.calls == 0


def test_with_durability_fsync_every_line_is_synced_and_waiting_writers_share_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = WriteAheadLog(path, fsync=True)
    log.open()
    disk = SlowDisk(monkeypatch)
    lock = threading.Lock()
    appended = threading.Barrier(32)

    def write(number: int) -> None:
        with lock:
            log.append(change(number))
        appended.wait()
        log.sync()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 33)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert disk.calls == 1
    log.sync()
    assert disk.calls == 1
    log.append(change(33))
    log.sync()
    assert disk.calls == 2
    log.close()


def test_after_a_failed_fsync_no_write_is_taken_since_nobody_knows_what_the_disk_has(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = WriteAheadLog(path, fsync=True)
    log.open()
    disk = SlowDisk(monkeypatch, OSError(5, "Input/output error"))
    log.append(change(1))
    with pytest.raises(DataUnwritable, match="could not be brought to the disk"):
        log.sync()
    disk.error = None
    with pytest.raises(DataUnwritable, match="start it again"):
        log.append(change(2))
    log.close()
    assert recovered(path) == [change(1)]


def test_a_writer_that_waits_for_the_disk_while_the_log_is_closed_is_served(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    log = WriteAheadLog(path, fsync=True)
    log.open()
    log.append(change(1))
    log.close()  # as when a world is removed between a writer's append and its sync
    log.sync()
    log.close()
    assert len(synced) == 1


def test_a_log_that_cannot_be_brought_to_the_disk_when_it_is_closed_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    log = WriteAheadLog(path, fsync=True)
    log.open()
    log.append(change(1))
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DataUnwritable, match="Input/output error"):
        log.close()
    with pytest.raises(DataUnwritable):
        log.sync()
    log.close()


def test_a_change_that_brings_its_own_json_is_written_as_it_is(log: WriteAheadLog, path: Path) -> None:
    class Known(tuple[Any, ...]):
        json = b'["put","things",1,{"id":1}]'

    log.append([Known(), *change(2)])
    assert recovered(path) == [change(1) + change(2)]


def test_a_line_of_megabytes_is_written_whole_and_the_next_follows(log: WriteAheadLog, path: Path) -> None:
    large = [("put", "things", 1, {"text": "x" * (3 << 20)}), ("put", "things", 2, {"text": "y"})]
    log.append(large)
    log.append(change(3))
    assert path.stat().st_size == log.size
    assert recovered(path) == [[list(each) for each in large], change(3)]
