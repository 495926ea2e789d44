"""The write-ahead log: syncing to disk with each durability."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from mockrevio.errors import DataUnwritable
from mockrevio.storage.wal import WriteAheadLog
from tests.storage.logs import change, recovered


class SlowDisk:
    """Slows `os.fsync` down, so that writers wait at the same time, and counts its calls."""

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


def test_with_flush_nothing_is_synced(log: WriteAheadLog, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SlowDisk(monkeypatch)
    log.append(change(1))
    log.sync()
    assert disk.calls == 0


def test_with_fsync_every_line_is_synced_and_waiting_writers_share_one_sync(
    log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = WriteAheadLog(log_path, fsync=True)
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
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert disk.calls == 1
    log.sync()
    assert disk.calls == 1
    log.append(change(33))
    log.sync()
    assert disk.calls == 2
    log.close()


def test_after_a_failed_fsync_all_writes_are_refused(log_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = WriteAheadLog(log_path, fsync=True)
    log.open()
    disk = SlowDisk(monkeypatch, OSError(5, "Input/output error"))
    log.append(change(1))
    with pytest.raises(DataUnwritable, match="could not be synced to disk"):
        log.sync()
    disk.error = None
    with pytest.raises(DataUnwritable, match="Restart mockrevio"):
        log.append(change(2))
    log.close()
    assert recovered(log_path) == [change(1)]


def test_closing_the_log_syncs_it_for_a_waiting_writer(
    log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    log = WriteAheadLog(log_path, fsync=True)
    log.open()
    log.append(change(1))
    log.close()  # as when a world is deleted between a writer's append and its sync
    log.sync()
    log.close()
    assert len(synced) == 1


def test_a_failed_sync_on_close_raises_an_error(log_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    log = WriteAheadLog(log_path, fsync=True)
    log.open()
    log.append(change(1))
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DataUnwritable, match="Input/output error"):
        log.close()
    with pytest.raises(DataUnwritable):
        log.sync()
    log.close()
