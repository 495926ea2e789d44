"""When a write reaches the disk, by durability."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mockrevio.errors import DataUnwritable
from tests.storage.common import THINGS, codes, delete, opened, put, run_in_threads


class SlowDisk:
    """Slows fsync down, and records the size of the log at each call."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, log: Path, error: OSError | None = None) -> None:
        self.log_sizes: list[int] = []
        self.error = error
        fsync = os.fsync

        def slow_fsync(descriptor: int) -> None:
            self.log_sizes.append(log.stat().st_size)
            time.sleep(0.005)
            if self.error:
                raise self.error
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", slow_fsync)


def test_with_fsync_a_write_returns_once_it_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "world.jsonl"
    with opened(tmp_path, fsync=True) as database:
        disk = SlowDisk(monkeypatch, log)
        for write in (
            lambda: put(database, 1, code="a"),
            lambda: delete(database, 1),
            lambda: database.live_table(THINGS).insert({"code": "b"}),
            lambda: database.live_table(THINGS).truncate(),
        ):
            write()
            assert disk.log_sizes[-1] == log.stat().st_size
        assert len(disk.log_sizes) == 4


def test_with_flush_a_write_does_not_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as database:
        disk = SlowDisk(monkeypatch, tmp_path / "world.jsonl")
        put(database, 1, code="a")
        assert disk.log_sizes == []


def test_with_fsync_concurrent_writers_share_syncs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, fsync=True) as database:
        disk = SlowDisk(monkeypatch, tmp_path / "world.jsonl")

        def work(number: int) -> None:
            for step in range(10):
                put(database, 1 + number * 10 + step, code="x")

        run_in_threads(16, work)
        assert len(codes(database)) == 160
        assert len(disk.log_sizes) < 100, "sixteen concurrent writers need far fewer syncs than writes"


def test_a_failed_sync_makes_all_later_writes_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, fsync=True) as database:
        disk = SlowDisk(monkeypatch, tmp_path / "world.jsonl", OSError(5, "Input/output error"))
        with pytest.raises(DataUnwritable, match="Input/output error"):
            put(database, 1, code="a")
        disk.error = None
        with pytest.raises(DataUnwritable, match="Restart mockrevio"):
            put(database, 2, code="b")
    with opened(tmp_path) as database:
        assert codes(database) == {1: "a"}
