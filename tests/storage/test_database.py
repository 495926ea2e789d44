"""The live database: all or none, one at a time, and the log folded without holding anyone up."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB

from mockrevio.errors import DataClosed, DataUnwritable
from mockrevio.storage import LiveDatabase, datafile, stores
from tests.storage.common import THINGS, codes, contents, delete, left_by_crash, opened, put
from tests.storage.refusals import disk_full, posix_only


def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds; a test that waits in vain fails."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)


def folds_done(database: LiveDatabase) -> None:
    until(lambda: database._fold_thread is None)


def together(count: int, work: Callable[[int], None]) -> None:
    """Do work in so many threads that start at once; an error in any of them is raised here."""
    barrier = threading.Barrier(count)
    errors: list[BaseException] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if errors:
        raise errors[0]


class Gate:
    """Holds the writing of the data file back until it is opened, as a slow disk does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached = threading.Event()
        self.free = threading.Event()
        self.error: OSError | None = None
        self._write = datafile.write_tables
        monkeypatch.setattr(stores, "write_tables", self)

    def fill(self, database: LiveDatabase) -> int:
        """Put things until a fold begins and waits at the gate; how many it took."""
        number = 0
        while database._fold_thread is None:
            number += 1
            put(database, number, code=str(number))
        assert self.reached.wait(20)
        return number

    def __call__(self, path: Path, tables: Mapping[str, Any]) -> None:
        self.reached.set()
        assert self.free.wait(20)
        if self.error:
            raise DataUnwritable(f"{path} cannot be written: {self.error.strerror}")
        self._write(path, tables)


@pytest.fixture
def small_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MIN_FOLD_SIZE", 2_000)


# Changes.


def test_several_changes_are_one_line_of_the_log_and_happen_together(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        database.commit([("put", THINGS, 1, {"id": 1}), ("put", THINGS, 2, {"id": 2})])
        assert (tmp_path / "world.jsonl").read_bytes().count(b"\n") == 1
        assert set(codes(database)) == {1, 2}


@posix_only
def test_on_a_full_disk_a_write_changes_nothing_and_works_once_there_is_room(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as database:
        put(database, 1, code="a")
        before = contents(tmp_path / "data")
        with disk_full(at=len(before["world.jsonl"]) + 20):
            for attempt in (
                lambda: put(database, 2, code="b"),
                lambda: put(database, 1, code="z"),
                lambda: delete(database, 1),
                lambda: database.live(THINGS).insert({"code": "c"}),
                database.drop_tables,
            ):
                with pytest.raises(DataUnwritable, match=r"world\.jsonl cannot be written: File too large"):
                    attempt()
                assert codes(database) == {1: "a"}
                assert contents(tmp_path / "data") == before
        assert database.live(THINGS).insert({"code": "c"}) == 2
        crash = left_by_crash(tmp_path / "data", tmp_path / "crash")
    for folder in (crash, tmp_path / "data"):
        with opened(folder) as database:
            assert codes(database) == {1: "a", 2: "c"}


def test_sixteen_threads_that_check_and_insert_never_both_succeed(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        things = database.live(THINGS)
        made: list[int] = []

        def work(_number: int) -> None:
            for code in map(str, range(50)):
                with database.writing():
                    if not things.ids_with(("code",), code):
                        time.sleep(0)  # give another thread the chance to be wrong
                        thing_id = things.next_id
                        database.commit([("put", THINGS, thing_id, {"id": thing_id, "code": code})])
                        made.append(thing_id)

        together(16, work)
        assert sorted(made) == list(range(1, 51))
        assert sorted(codes(database).values(), key=int) == [str(each) for each in range(50)]
    with opened(tmp_path) as database:
        assert len(codes(database)) == 50


def test_a_reader_sees_all_of_a_replacement_or_nothing_of_it(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        stop = threading.Event()

        def work(number: int) -> None:
            if number:
                while not stop.is_set():
                    with database.reading():
                        found = database.documents()
                    assert len({each["code"] for each in found.get(THINGS, {}).values()}) <= 1
                return
            for turn in range(200):
                whole = {each: {"id": each, "code": str(turn)} for each in range(1, 20)}
                database.commit([("replace", {THINGS: whole}, {})])
            stop.set()

        together(4, work)


def test_dropping_tables_empties_them_for_good_without_giving_ids_out_again(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        put(database, 1, code="a")
        database.table("others").insert({"x": 1})
        assert database.tables() == {THINGS, "others"}
        database.drop_table("others")
        assert database.tables() == {THINGS}
        database.drop_tables()
        assert database.tables() == set()
    with opened(tmp_path) as database:
        assert database.tables() == set()
        assert database.live(THINGS).next_id == 2
        assert database.live("others").next_id == 2


def test_tinydbs_default_table_works_too(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        assert database.insert({"x": 1}) == 1
        assert len(database) == 1
    with TinyDB(tmp_path / "world.json") as stock:
        assert stock.all() == [{"x": 1}]


def test_without_a_folder_nothing_is_kept_and_no_file_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with opened(None) as database:
        put(database, 1, code="a")
        assert codes(database) == {1: "a"}
        database.fold()
    assert list(tmp_path.iterdir()) == []


# Folding.


@pytest.mark.usefixtures("small_folds")
def test_a_log_that_outgrows_the_file_is_folded_into_it_and_the_next_fold_waits_for_as_much(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as database:
        log, file = tmp_path / "world.jsonl", tmp_path / "world.json"
        largest = 0
        for number in range(1, 400):
            put(database, number, code="x" * 20)
            folds_done(database)
            largest = max(largest, log.stat().st_size)
            assert log.stat().st_size <= max(2_000, file.stat().st_size if file.exists() else 0) + 200
        assert largest > 10_000, "it folds ever less often as the file grows"
        assert len(datafile.read_tables(file) or ()) == 2
    with opened(tmp_path) as database:
        assert set(codes(database)) == set(range(1, 400))


@pytest.mark.usefixtures("small_folds")
def test_writers_and_readers_go_on_during_a_fold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    with opened(tmp_path / "data") as database:
        number = gate.fill(database)
        # The fold now waits for the disk; nobody waits for the fold.
        put(database, number + 1, code="during")
        put(database, 1, code="changed during")
        delete(database, 2)
        assert codes(database)[number + 1] == "during"
        during = left_by_crash(tmp_path / "data", tmp_path / "during")
        gate.free.set()
        folds_done(database)
        folded = json.loads((tmp_path / "data" / "world.json").read_text())[stores.METADATA]["1"]["folded"]
        left = (tmp_path / "data" / "world.jsonl").read_text().splitlines()
        assert [json.loads(line)["seq"] for line in left] == [folded + 1, folded + 2, folded + 3]
        put(database, number + 2, code="after")
        after = left_by_crash(tmp_path / "data", tmp_path / "after")
        wanted = codes(database)
    for folder, last in ((during, number + 1), (after, number + 2), (tmp_path / "data", number + 2)):
        with opened(folder) as database:
            assert codes(database) == {key: code for key, code in wanted.items() if key <= last}


def test_a_crash_between_writing_the_file_and_shortening_the_log_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "data") as database:
        put(database, 1, code="a")
        put(database, 2, code="b")
        delete(database, 2)  # replayed over a file that lacks it already, this would be nonsense
        forget = database._store.truncate_before

        def crash_first(mark: stores.LogPosition) -> None:
            put(database, 3, code="after the mark")
            left_by_crash(tmp_path / "data", tmp_path / "crash")
            forget(mark)

        monkeypatch.setattr(database._store, "truncate_before", crash_first)
        database.fold()
        monkeypatch.setattr(database._store, "truncate_before", forget)
    crashed = contents(tmp_path / "crash")
    assert crashed["world.jsonl"].count(b"\n") == 4
    for folder in (tmp_path / "crash", tmp_path / "data"):
        with opened(folder) as database:
            assert codes(database) == {1: "a", 3: "after the mark"}
            assert database.live(THINGS).next_id == 4


@pytest.mark.usefixtures("small_folds")
def test_a_fold_that_fails_warns_loses_nothing_and_is_tried_again_when_the_log_has_doubled(
    tmp_path: Path,
) -> None:
    warnings: list[str] = []
    with opened(tmp_path / "data", warnings=warnings) as database:
        unfinished = tmp_path / "data" / "world.json.tmp"
        unfinished.mkdir()  # where the new file would be written
        for number in range(1, 100):
            put(database, number, code=str(number))
            folds_done(database)
        sizes = (tmp_path / "data" / "world.jsonl").stat().st_size
        assert 1 <= len(warnings) <= 3, "not once for every write"
        assert "could not be folded" in warnings[0]
        assert "world.json" in warnings[0]
        assert sizes > 5_000
        crash = left_by_crash(tmp_path / "data", tmp_path / "crash")
        unfinished.rmdir()
        for number in range(100, 300):
            put(database, number, code=str(number))
            folds_done(database)
        assert (tmp_path / "data" / "world.jsonl").stat().st_size < sizes
    (crash / "world.json.tmp").rmdir()
    for folder, count in ((crash, 99), (tmp_path / "data", 299)):
        with opened(folder) as database:
            assert set(codes(database)) == set(range(1, count + 1))


@posix_only
@pytest.mark.usefixtures("small_folds")
def test_a_disk_that_fills_up_while_the_log_is_shortened_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    gate = Gate(monkeypatch)
    with opened(tmp_path / "data", warnings=warnings) as database:
        number = gate.fill(database)
        for _ in range(200):  # so much that what is kept of the log is larger than the data file
            number += 1
            put(database, number, code=str(number))
        with disk_full(at=6_000):
            gate.free.set()
            folds_done(database)
        assert len(warnings) == 1
        assert "cannot be shortened" in warnings[0]
        put(database, number + 1, code="after")
        crash = left_by_crash(tmp_path / "data", tmp_path / "crash")
    for folder in (crash, tmp_path / "data"):
        with opened(folder) as database:
            assert set(codes(database)) == set(range(1, number + 2))


def test_two_folds_at_once_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    with opened(tmp_path) as database:

        def work(number: int) -> None:
            for step in range(20):
                put(database, 1 + number * 20 + step, code="x")
                database.fold()

        together(4, work)
    with opened(tmp_path) as database:
        assert set(codes(database)) == set(range(1, 81))


# Stopping.


def test_a_stop_waits_for_a_fold_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MIN_FOLD_SIZE", 100)
    gate = Gate(monkeypatch)
    with opened(tmp_path) as database:
        put(database, 1, code="x" * 100)
        assert gate.reached.wait(20)
        put(database, 2, code="during")
        threading.Timer(0.1, gate.free.set).start()
    with opened(tmp_path) as database:
        assert codes(database) == {1: "x" * 100, 2: "during"}


def test_a_write_after_the_stop_is_refused_and_reaches_no_file(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        put(database, 1, code="a")
    before = contents(tmp_path)
    with pytest.raises(DataClosed, match="closed"):
        put(database, 2, code="b")
    assert codes(database) == {1: "a"}
    assert contents(tmp_path) == before
    database.close()  # a second stop is none
    assert contents(tmp_path) == before


def test_writers_that_are_still_busy_at_the_stop_are_answered_or_refused_truly(tmp_path: Path) -> None:
    answered: list[int] = []
    with opened(tmp_path) as database:

        def work(number: int) -> None:
            for step in range(1, 2_000):
                try:
                    put(database, number * 10_000 + step, code="x")
                except DataClosed:
                    return
                answered.append(number * 10_000 + step)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for each in threads:
            each.start()
        until(lambda: len(answered) > 200)
        database.close()
        for each in threads:
            each.join()
    with opened(tmp_path) as database:
        assert set(codes(database)) == set(answered)


def test_a_stop_on_a_disk_that_refuses_says_so_and_loses_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        put(database, 1, code="a")
        (tmp_path / "world.json.tmp").mkdir()
        with pytest.raises(DataUnwritable, match=r"world\.json cannot be written"):
            database.close()
    (tmp_path / "world.json.tmp").rmdir()
    with opened(tmp_path) as database:
        assert codes(database) == {1: "a"}


# Durability.


class Disk:
    """Counts how often somebody waits for the disk, and how long the log was each time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, log: Path, error: OSError | None = None) -> None:
        self.sizes: list[int] = []
        self.error = error
        fsync = os.fsync

        def counted(descriptor: int) -> None:
            self.sizes.append(log.stat().st_size)
            time.sleep(0.005)
            if self.error:
                raise self.error
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", counted)


def test_with_fsync_a_write_is_on_the_disk_before_it_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "world.jsonl"
    with opened(tmp_path, fsync=True) as database:
        disk = Disk(monkeypatch, log)
        for write in (
            lambda: put(database, 1, code="a"),
            lambda: delete(database, 1),
            lambda: database.live(THINGS).insert({"code": "b"}),
            lambda: database.live(THINGS).truncate(),
        ):
            write()
            assert disk.sizes[-1] == log.stat().st_size
        assert len(disk.sizes) == 4


def test_with_flush_no_writer_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path) as database:
        disk = Disk(monkeypatch, tmp_path / "world.jsonl")
        put(database, 1, code="a")
        assert disk.sizes == []


def test_with_fsync_writers_that_wait_together_share_the_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, fsync=True) as database:
        disk = Disk(monkeypatch, tmp_path / "world.jsonl")

        def work(number: int) -> None:
            for step in range(10):
                put(database, 1 + number * 10 + step, code="x")

        together(16, work)
        assert len(codes(database)) == 160
        assert len(disk.sizes) < 100, "sixteen writers at once need far fewer waits than writes"


def test_a_disk_that_fails_to_sync_ends_all_writing_with_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, fsync=True) as database:
        disk = Disk(monkeypatch, tmp_path / "world.jsonl", OSError(5, "Input/output error"))
        with pytest.raises(DataUnwritable, match="Input/output error"):
            put(database, 1, code="a")
        disk.error = None
        with pytest.raises(DataUnwritable, match="start it again"):
            put(database, 2, code="b")
    with opened(tmp_path) as database:
        assert codes(database) == {1: "a"}
