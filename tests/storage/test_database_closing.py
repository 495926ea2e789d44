"""Closing a database while it is in use."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from mockrevio.cancellation import CancelScope, TimeLimit, in_scope
from mockrevio.errors import DataClosed, DataUnwritable
from mockrevio.storage import LiveDatabase, stores
from tests.storage.checkpoints import CheckpointGate
from tests.storage.common import THINGS, codes, contents, opened, put, wait_until


def test_close_waits_for_a_running_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MIN_CHECKPOINT_SIZE", 100)
    gate = CheckpointGate(monkeypatch)
    with opened(tmp_path) as database:
        put(database, 1, code="x" * 100)
        assert gate.reached.wait(20)
        put(database, 2, code="during")
        threading.Timer(0.1, gate.free.set).start()
    with opened(tmp_path) as database:
        assert codes(database) == {1: "x" * 100, 2: "during"}


def test_a_checkpoint_without_time_is_cancelled_and_the_log_keeps_every_change(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        put(database, 1, code="a")
        before = contents(tmp_path)
        with in_scope(TimeLimit(0)):
            database.close()
    assert contents(tmp_path) == before
    with opened(tmp_path) as database:
        assert codes(database) == {1: "a"}


def test_a_running_checkpoint_is_cancelled_and_leaves_no_file_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "MIN_CHECKPOINT_SIZE", 100)
    gate = CheckpointGate(monkeypatch)
    with opened(tmp_path) as database, in_scope(TimeLimit(0)):
        put_many(database)
        assert gate.reached.wait(20)
        before = contents(tmp_path)
        threading.Timer(0.1, gate.free.set).start()
        database.close()
        assert contents(tmp_path) == before
    with opened(tmp_path) as database:
        assert len(codes(database)) == 3_000


def put_many(database: LiveDatabase) -> None:
    """Put more than is written to a file in one piece."""
    things = {number: {"id": number, "code": "x" * 1_000} for number in range(1, 3_001)}
    with in_scope(CancelScope()), database.writing():
        database.commit([("replace", {THINGS: things}, {})])


def test_a_write_after_close_is_refused_and_changes_no_file(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        put(database, 1, code="a")
    before = contents(tmp_path)
    with pytest.raises(DataClosed, match="closed"):
        put(database, 2, code="b")
    assert codes(database) == {1: "a"}
    assert contents(tmp_path) == before
    database.close()  # closing twice does nothing
    assert contents(tmp_path) == before


def test_a_write_during_close_is_either_kept_or_refused(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    with opened(tmp_path) as database:

        def work(number: int) -> None:
            for step in range(1, 2_000):
                try:
                    put(database, number * 10_000 + step, code="x")
                except DataClosed:
                    return
                acknowledged.append(number * 10_000 + step)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(acknowledged) > 200)
        database.close()
        for thread in threads:
            thread.join()
    with opened(tmp_path) as database:
        assert set(codes(database)) == set(acknowledged)


def test_a_failed_write_on_close_raises_an_error_and_loses_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        put(database, 1, code="a")
        (tmp_path / "world.json.tmp").mkdir()
        with pytest.raises(DataUnwritable, match=r"world\.json\.tmp cannot be written"):
            database.close()
    (tmp_path / "world.json.tmp").rmdir()
    with opened(tmp_path) as database:
        assert codes(database) == {1: "a"}
