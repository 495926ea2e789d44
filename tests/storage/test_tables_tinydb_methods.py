"""TinyDB's own methods on live tables: the same results as in stock TinyDB, and durable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB, where
from tinydb.operations import increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table

from mockrevio.storage import LiveDatabase, LiveTable, Selection
from tests.storage.common import THINGS, codes, crash_copy, opened, put


@pytest.fixture
def database(tmp_path: Path) -> Iterator[LiveDatabase]:
    with opened(tmp_path / "data") as database:
        yield database


@pytest.fixture
def things(database: LiveDatabase) -> LiveTable:
    return database.live_table(THINGS)


code = where("code")


def fill(table: Table) -> Any:
    """Insert the records that each case starts with."""
    return table.insert_multiple([{"code": "a", "n": 1}, {"code": "b", "n": 2}, {"code": "b", "n": 3}])


CASES: dict[str, Callable[[Table], Any]] = {
    "insert": lambda table: table.insert({"code": "c", "list": [1, {"x": 2}]}),
    "insert with an id": lambda table: table.insert(Document({"code": "c"}, 9)),
    "insert_multiple": lambda table: table.insert_multiple([{"code": "c"}, Document({"code": "d"}, 8)]),
    "update all": lambda table: table.update({"n": 0}),
    "update some": lambda table: table.update({"n": 0}, code == "b"),
    "update by a function": lambda table: table.update(increment("n"), code == "b"),
    "update by ids": lambda table: table.update({"code": "z"}, doc_ids=[1, 3, 77]),
    "update_multiple": lambda table: table.update_multiple([({"n": 7}, code == "a")]),
    "upsert an existing document": lambda table: table.upsert({"code": "a", "n": 5}, code == "a"),
    "upsert a missing document": lambda table: table.upsert({"code": "q", "n": 5}, code == "q"),
    "upsert by id": lambda table: table.upsert(Document({"code": "q"}, 2)),
    "remove": lambda table: table.remove(code == "b"),
    "remove by ids": lambda table: table.remove(doc_ids=[1, 99]),
    "truncate": lambda table: table.truncate(),
    "get": lambda table: table.get(code == "b"),
    "get by id": lambda table: table.get(doc_id=2),
    "get by a missing id": lambda table: table.get(doc_id=12),
    "get by ids": lambda table: table.get(doc_ids=[1, 3]),
    "search": lambda table: table.search((code == "b") & (where("n") > 2)),
    "count": lambda table: table.count(code == "b"),
    "contains": lambda table: [
        table.contains(code == "a"),
        table.contains(doc_id=1),
        table.contains(doc_id=5),
    ],
    "all": lambda table: table.all(),
    "len": len,
    "iter": lambda table: [document.doc_id for document in table],
}


def without_id_field(result: Any) -> Any:
    """Strip the id field, which only live tables add, from a method's result."""
    if isinstance(result, Document):
        return result.doc_id, {name: value for name, value in result.items() if name != "id"}
    return [without_id_field(item) for item in result] if isinstance(result, list) else result


@pytest.mark.parametrize("name", CASES)
def test_a_tinydb_method_behaves_as_in_stock_tinydb_and_its_changes_survive_a_crash(
    tmp_path: Path, name: str
) -> None:
    stock = TinyDB(storage=MemoryStorage).table(THINGS)
    with opened(tmp_path / "data") as database:
        live = database.live_table(THINGS)
        assert fill(live) == fill(stock)
        assert without_id_field(CASES[name](live)) == without_id_field(CASES[name](stock))
        assert without_id_field(live.all()) == without_id_field(stock.all())
        crash = crash_copy(tmp_path / "data", tmp_path / "crash")
    for folder in (crash, tmp_path / "data"):
        with opened(folder) as database:
            assert without_id_field(database.live_table(THINGS).all()) == without_id_field(stock.all())


def test_inserting_an_existing_id_is_refused_as_in_tinydb(things: LiveTable) -> None:
    fill(things)
    with pytest.raises(ValueError, match="already exists"):
        things.insert(Document({"code": "x"}, 2))
    with pytest.raises(ValueError, match="already exists"):
        things.insert_multiple([{"code": "w"}, Document({"code": "x"}, 2)])
    assert len(things) == 3
    assert things.insert({"code": "next"}) == 4


def test_ids_are_not_reused_after_a_truncate(things: LiveTable) -> None:
    fill(things)
    things.truncate()
    assert things.insert({"code": "x"}) == 4


def test_an_inserted_record_gets_its_id_field(things: LiveTable) -> None:
    assert things.fetch(things.insert({"code": "a"})) == {"id": 1, "code": "a"}


def test_a_record_that_could_not_be_read_back_is_refused(database: LiveDatabase, tmp_path: Path) -> None:
    things = database.live_table(THINGS)
    fill(things)
    before = (tmp_path / "data" / "world.jsonl").read_bytes()
    with pytest.raises(ValueError, match=r"things\.4\.code: must be text"):
        things.insert({"code": ["no", "text"]})
    with pytest.raises(ValueError, match=r"things\.2\.code: must be text"):
        things.update({"code": 5}, doc_ids=[2])
    with pytest.raises(TypeError, match="JSON"):
        things.insert({"code": "x", "odd": object()})
    assert (tmp_path / "data" / "world.jsonl").read_bytes() == before
    assert list(codes(database).values()) == ["a", "b", "b"]


def test_modifying_a_result_does_not_change_the_table(things: LiveTable) -> None:
    inserted: dict[str, Any] = {"code": "a", "deep": {"list": [1]}}
    things.insert(inserted)
    inserted["deep"]["list"].append("by the caller of insert")
    results: list[Any] = [
        things.fetch(1),
        things.get(doc_id=1),
        things.search(code == "a")[0],
        things.all()[0],
        things.select(Selection())[0][0],
    ]
    for result in results:
        assert result["deep"] == {"list": [1]}
        result["deep"]["list"].append("by a reader")
        result["code"] = "z"
    assert things.fetch(1) == {"id": 1, "code": "a", "deep": {"list": [1]}}


def test_a_repeated_query_sees_writes_in_between(database: LiveDatabase) -> None:
    things = database.live_table(THINGS)
    assert things.search(code == "a") == []
    put(database, 1, code="a")
    assert len(things.search(code == "a")) == 1


def test_a_failing_updater_changes_nothing(things: LiveTable) -> None:
    fill(things)

    def fail(document: Any) -> None:
        document["code"] = "z"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        things.update(fail)
    assert [thing["code"] for thing in things.all()] == ["a", "b", "b"]


def test_tinydbs_methods_are_thread_safe(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        things = database.live_table(THINGS)
        ids: list[int] = []

        def work(number: int) -> None:
            for step in range(25):
                thing_id = things.insert({"code": f"{number}-{step}", "n": 0})
                ids.append(thing_id)
                things.update(increment("n"), doc_ids=[thing_id])
                things.upsert({"code": f"shared-{step}"}, code == f"shared-{step}")
                assert things.search(code == f"{number}-{step}")
                if step % 5 == 0:
                    things.remove(doc_ids=[thing_id])
            for thing in things:
                assert thing.doc_id

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == len(set(ids)) == 200
        # 20 from each of 8 threads, and one that all threads share for each step
        assert len(things) == 160 + 25
        assert things.count(where("n") == 1) == 160
        expected = codes(database)
    with opened(tmp_path) as database:
        assert codes(database) == expected


def test_threads_that_open_a_new_table_simultaneously_get_the_same_one(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        for round_number in range(50):
            barrier = threading.Barrier(4)
            tables: list[LiveTable] = []

            def open_table(
                name: str = f"T{round_number}", barrier: Any = barrier, tables: Any = tables
            ) -> None:
                barrier.wait()
                tables.append(database.live_table(name))

            threads = [threading.Thread(target=open_table) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert all(table is tables[0] for table in tables)
