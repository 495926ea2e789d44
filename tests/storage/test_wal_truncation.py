"""The write-ahead log: dropping the lines that the data file contains."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NoReturn

import pytest

from mockrevio.errors import DataUnwritable
from mockrevio.storage.log_lines import encode_line
from mockrevio.storage.wal import WriteAheadLog
from tests.storage.logs import change, recovered
from tests.storage.refusals import disk_full, posix_only


@pytest.mark.parametrize("fsync", [False, True])
def test_truncating_the_whole_log_empties_the_file(log_path: Path, fsync: bool) -> None:
    log = WriteAheadLog(log_path, fsync=fsync)
    log.open()
    log.append(change(1))
    log.sync()
    log.truncate_before(log.size)
    assert log_path.read_bytes() == b""
    log.append(change(2))
    log.sync()
    log.close()
    assert recovered(log_path, checkpoint_seq=1) == [change(2)]


@pytest.mark.parametrize("fsync", [False, True])
def test_truncating_part_of_the_log_keeps_the_lines_after_it(log_path: Path, fsync: bool) -> None:
    log = WriteAheadLog(log_path, fsync=fsync)
    log.open()
    log.append(change(1))
    end = log.size
    log.append(change(2))
    log.truncate_before(end)
    assert log.size == log_path.stat().st_size
    log.append(change(3))
    log.sync()
    log.close()
    assert recovered(log_path, checkpoint_seq=1) == [change(2), change(3)]
    assert sorted(file.name for file in log_path.parent.iterdir()) == ["world.jsonl"]


@pytest.mark.parametrize("appended", [0, 1, 3])
def test_lines_appended_after_the_tail_was_copied_are_kept(log_path: Path, appended: int) -> None:
    log = WriteAheadLog(log_path, fsync=False)
    log.open()
    log.append(change(1))
    end = log.size
    log.append(change(2))
    with log.copying_tail(end):
        for number in range(appended):
            log.append(change(3 + number))
        log.truncate_before(end)
    log.append(change(3 + appended))
    log.close()
    assert recovered(log_path, checkpoint_seq=1) == [change(2 + number) for number in range(appended + 2)]
    assert sorted(file.name for file in log_path.parent.iterdir()) == ["world.jsonl"]


class InterruptedCheckpoint(Exception):
    pass


@posix_only
@pytest.mark.parametrize("failure", ["dup", "replace", "the block itself"])
def test_a_copy_made_for_a_failed_checkpoint_is_not_used_by_the_next_checkpoint(
    log_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError(errno.EMFILE, "Too many open files")

    log = WriteAheadLog(log_path, fsync=False)
    log.open()
    log.append(change(1))
    end = log.size
    log.append(change(2))
    if failure in ("dup", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os if failure == "dup" else Path, failure, refuse)
            with pytest.raises(DataUnwritable, match="cannot be truncated"), log.copying_tail(end):
                log.truncate_before(end)
    else:
        with pytest.raises(InterruptedCheckpoint), log.copying_tail(end):
            raise InterruptedCheckpoint
    assert sorted(file.name for file in log_path.parent.iterdir()) == ["world.jsonl"]
    with log.copying_tail(log.size):
        log.truncate_before(log.size)
    # A line that ends exactly at the position from which the first checkpoint copied.
    log.append(next(change(n) for n in range(3, 500) if sum(map(len, encode_line(3, change(n)))) == end))
    assert log.size == end
    with log.copying_tail(end):
        log.append(change(4))
        log.truncate_before(end)
    assert recovered(log_path, checkpoint_seq=3) == [change(4)]
    log.close()


@posix_only
def test_a_disk_error_while_truncating_the_log_loses_nothing(log: WriteAheadLog, log_path: Path) -> None:
    log.append(change(1))
    end = log.size
    log.append(change(2))
    with disk_full(at=10), pytest.raises(DataUnwritable, match="cannot be truncated"):
        log.truncate_before(end)
    with disk_full(at=10), pytest.raises(DataUnwritable, match="cannot be truncated"), log.copying_tail(end):
        pass
    with log.copying_tail(end):
        log.append(change(3))
        with disk_full(at=100), pytest.raises(DataUnwritable, match="cannot be truncated"):
            log.truncate_before(end)
    assert sorted(file.name for file in log_path.parent.iterdir()) == ["world.jsonl"]
    log.append(change(4))
    assert recovered(log_path, checkpoint_seq=0) == [change(1), change(2), change(3), change(4)]
    log.truncate_before(end)
    assert recovered(log_path, checkpoint_seq=1) == [change(2), change(3), change(4)]
