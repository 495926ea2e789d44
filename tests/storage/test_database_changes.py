"""Committing changes to a live database: all or none, one at a time."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from tinydb import TinyDB

from mockrevio.errors import DataUnwritable
from tests.storage.common import THINGS, codes, contents, crash_copy, delete, opened, put, run_in_threads
from tests.storage.refusals import disk_full, posix_only


def test_changes_committed_together_are_one_line_of_the_log(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        database.commit([("put", THINGS, 1, {"id": 1}), ("put", THINGS, 2, {"id": 2})])
        assert (tmp_path / "world.jsonl").read_bytes().count(b"\n") == 1
        assert set(codes(database)) == {1, 2}


@posix_only
def test_a_write_to_a_full_disk_changes_nothing_and_works_once_there_is_space(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as database:
        put(database, 1, code="a")
        before = contents(tmp_path / "data")
        with disk_full(at=len(before["world.jsonl"]) + 20):
            for write in (
                lambda: put(database, 2, code="b"),
                lambda: put(database, 1, code="z"),
                lambda: delete(database, 1),
                lambda: database.live_table(THINGS).insert({"code": "c"}),
                database.drop_tables,
            ):
                with pytest.raises(DataUnwritable, match=r"world\.jsonl cannot be written: File too large"):
                    write()
                assert codes(database) == {1: "a"}
                assert contents(tmp_path / "data") == before
        assert database.live_table(THINGS).insert({"code": "c"}) == 2
        crash = crash_copy(tmp_path / "data", tmp_path / "crash")
    for folder in (crash, tmp_path / "data"):
        with opened(folder) as database:
            assert codes(database) == {1: "a", 2: "c"}


def test_concurrent_threads_that_check_then_insert_create_no_duplicates(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        things = database.live_table(THINGS)
        created: list[int] = []

        def work(_number: int) -> None:
            for code in map(str, range(50)):
                with database.writing():
                    if not things.ids_with(("code",), code):
                        time.sleep(0)  # let another thread run between the check and the insert
                        thing_id = things.next_id
                        database.commit([("put", THINGS, thing_id, {"id": thing_id, "code": code})])
                        created.append(thing_id)

        run_in_threads(16, work)
        assert sorted(created) == list(range(1, 51))
        assert sorted(codes(database).values(), key=int) == [str(number) for number in range(50)]
    with opened(tmp_path) as database:
        assert len(codes(database)) == 50


def test_a_reader_sees_a_replacement_completely_or_not_at_all(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        stop = threading.Event()

        def work(number: int) -> None:
            if number:
                while not stop.is_set():
                    with database.reading():
                        tables = database.documents()
                    assert len({thing["code"] for thing in tables.get(THINGS, {}).values()}) <= 1
                return
            for round_number in range(200):
                things = {id_: {"id": id_, "code": str(round_number)} for id_ in range(1, 20)}
                database.commit([("replace", {THINGS: things}, {})])
            stop.set()

        run_in_threads(4, work)


def test_dropped_tables_stay_empty_and_do_not_reuse_ids(tmp_path: Path) -> None:
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
        assert database.live_table(THINGS).next_id == 2
        assert database.live_table("others").next_id == 2


def test_tinydbs_default_table_works(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        assert database.insert({"x": 1}) == 1
        assert len(database) == 1
    with TinyDB(tmp_path / "world.json") as stock:
        assert stock.all() == [{"x": 1}]


def test_a_database_without_a_folder_creates_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with opened(None) as database:
        put(database, 1, code="a")
        assert codes(database) == {1: "a"}
        database.checkpoint()
    assert list(tmp_path.iterdir()) == []
