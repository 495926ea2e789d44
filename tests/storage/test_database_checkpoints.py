"""Checkpointing the log into the data file while the database is in use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mockrevio.storage import datafile, stores
from tests.storage.checkpoints import CheckpointGate, wait_for_checkpoint
from tests.storage.common import THINGS, codes, contents, crash_copy, delete, opened, put, run_in_threads
from tests.storage.refusals import disk_full, posix_only


@pytest.fixture
def small_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MIN_CHECKPOINT_SIZE", 2_000)


@pytest.mark.usefixtures("small_checkpoints")
def test_the_log_is_checkpoint_whenever_it_outgrows_the_data_file(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        log, file = tmp_path / "world.jsonl", tmp_path / "world.json"
        largest = 0
        for number in range(1, 400):
            put(database, number, code="x" * 20)
            wait_for_checkpoint(database)
            largest = max(largest, log.stat().st_size)
            assert log.stat().st_size <= max(2_000, file.stat().st_size if file.exists() else 0) + 200
        assert largest > 10_000, "checkpoints must become rarer as the file grows"
        assert len(datafile.read_tables(file) or ()) == 2
    with opened(tmp_path) as database:
        assert set(codes(database)) == set(range(1, 400))


@pytest.mark.usefixtures("small_checkpoints")
def test_reads_and_writes_continue_during_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = CheckpointGate(monkeypatch)
    with opened(tmp_path / "data") as database:
        number = gate.fill(database)
        # The checkpoint is waiting for the disk now, and must not block anything.
        put(database, number + 1, code="during")
        put(database, 1, code="changed during")
        delete(database, 2)
        assert codes(database)[number + 1] == "during"
        during = crash_copy(tmp_path / "data", tmp_path / "during")
        gate.free.set()
        wait_for_checkpoint(database)
        checkpoint = json.loads((tmp_path / "data" / "world.json").read_text())[stores.BOOKKEEPING]["1"][
            "checkpoint"
        ]
        lines = (tmp_path / "data" / "world.jsonl").read_text().splitlines()
        assert [json.loads(line)["seq"] for line in lines] == [checkpoint + 1, checkpoint + 2, checkpoint + 3]
        put(database, number + 2, code="after")
        after = crash_copy(tmp_path / "data", tmp_path / "after")
        expected = codes(database)
    for folder, last in ((during, number + 1), (after, number + 2), (tmp_path / "data", number + 2)):
        with opened(folder) as database:
            assert codes(database) == {key: code for key, code in expected.items() if key <= last}


def test_a_crash_between_writing_the_data_file_and_truncating_the_log_is_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "data") as database:
        put(database, 1, code="a")
        put(database, 2, code="b")
        delete(database, 2)  # cannot be replayed on a data file that no longer contains it
        truncate = database._store.truncate_before

        def crash_first(position: stores.LogPosition) -> None:
            put(database, 3, code="after the position")
            crash_copy(tmp_path / "data", tmp_path / "crash")
            truncate(position)

        monkeypatch.setattr(database._store, "truncate_before", crash_first)
        database.checkpoint()
        monkeypatch.setattr(database._store, "truncate_before", truncate)
    crashed = contents(tmp_path / "crash")
    assert crashed["world.jsonl"].count(b"\n") == 4
    for folder in (tmp_path / "crash", tmp_path / "data"):
        with opened(folder) as database:
            assert codes(database) == {1: "a", 3: "after the position"}
            assert database.live_table(THINGS).next_id == 4


@pytest.mark.usefixtures("small_checkpoints")
def test_a_failed_checkpoint_warns_loses_nothing_and_is_retried_when_the_log_has_doubled(
    tmp_path: Path,
) -> None:
    warnings: list[str] = []
    with opened(tmp_path / "data", warnings=warnings) as database:
        temporary = tmp_path / "data" / "world.json.tmp"
        temporary.mkdir()  # prevents the checkpoint from creating its temporary file
        for number in range(1, 100):
            put(database, number, code=str(number))
            wait_for_checkpoint(database)
        log_size = (tmp_path / "data" / "world.jsonl").stat().st_size
        assert 1 <= len(warnings) <= 3, "a warning for each write would be too many"
        assert "could not be checkpointed" in warnings[0]
        assert "world.json" in warnings[0]
        assert log_size > 5_000
        crash = crash_copy(tmp_path / "data", tmp_path / "crash")
        temporary.rmdir()
        for number in range(100, 300):
            put(database, number, code=str(number))
            wait_for_checkpoint(database)
        assert (tmp_path / "data" / "world.jsonl").stat().st_size < log_size
    (crash / "world.json.tmp").rmdir()
    for folder, count in ((crash, 99), (tmp_path / "data", 299)):
        with opened(folder) as database:
            assert set(codes(database)) == set(range(1, count + 1))


@posix_only
@pytest.mark.usefixtures("small_checkpoints")
def test_a_disk_that_fills_up_while_the_log_is_truncated_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    gate = CheckpointGate(monkeypatch)
    with opened(tmp_path / "data", warnings=warnings) as database:
        number = gate.fill(database)
        for _ in range(200):  # enough that the rest of the log is larger than the data file
            number += 1
            put(database, number, code=str(number))
        with disk_full(at=6_000):
            gate.free.set()
            wait_for_checkpoint(database)
        assert len(warnings) == 1
        assert "cannot be truncated" in warnings[0]
        put(database, number + 1, code="after")
        crash = crash_copy(tmp_path / "data", tmp_path / "crash")
    for folder in (crash, tmp_path / "data"):
        with opened(folder) as database:
            assert set(codes(database)) == set(range(1, number + 2))


def test_concurrent_checkpoints_do_not_interfere(tmp_path: Path) -> None:
    with opened(tmp_path) as database:

        def work(number: int) -> None:
            for step in range(20):
                put(database, 1 + number * 20 + step, code="x")
                database.checkpoint()

        run_in_threads(4, work)
    with opened(tmp_path) as database:
        assert set(codes(database)) == set(range(1, 81))
