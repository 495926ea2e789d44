"""Live tables: TinyDB's own methods work and last, and a selection equals a scan without being one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinydb import TinyDB, where
from tinydb.operations import increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table

from mockrevio.storage import LiveDatabase, LiveTable, Selection
from tests.storage.common import THINGS, codes, left_by_crash, opened, put


@pytest.fixture
def database(tmp_path: Path) -> Iterator[LiveDatabase]:
    with opened(tmp_path / "data") as found:
        yield found


@pytest.fixture
def things(database: LiveDatabase) -> LiveTable:
    return database.live(THINGS)


# TinyDB's own methods.

code = where("code")


def prepared(table: Table) -> Any:
    """The same start for each of the cases below."""
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
    "upsert what is there": lambda table: table.upsert({"code": "a", "n": 5}, code == "a"),
    "upsert what is not": lambda table: table.upsert({"code": "q", "n": 5}, code == "q"),
    "upsert by id": lambda table: table.upsert(Document({"code": "q"}, 2)),
    "remove": lambda table: table.remove(code == "b"),
    "remove by ids": lambda table: table.remove(doc_ids=[1, 99]),
    "truncate": lambda table: table.truncate(),
    "get": lambda table: table.get(code == "b"),
    "get by id": lambda table: table.get(doc_id=2),
    "get by an id that is not there": lambda table: table.get(doc_id=12),
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


def shown(result: Any) -> Any:
    """A method's result without the id field that live tables add to things."""
    if isinstance(result, Document):
        return result.doc_id, {name: value for name, value in result.items() if name != "id"}
    return [shown(each) for each in result] if isinstance(result, list) else result


@pytest.mark.parametrize("name", CASES)
def test_a_method_of_tinydb_answers_and_changes_what_stock_tinydb_does_and_that_lasts(
    tmp_path: Path, name: str
) -> None:
    stock = TinyDB(storage=MemoryStorage).table(THINGS)
    with opened(tmp_path / "data") as database:
        live = database.live(THINGS)
        assert prepared(live) == prepared(stock)
        assert shown(CASES[name](live)) == shown(CASES[name](stock))
        assert shown(live.all()) == shown(stock.all())
        crash = left_by_crash(tmp_path / "data", tmp_path / "crash")
    for folder in (crash, tmp_path / "data"):
        with opened(folder) as database:
            assert shown(database.live(THINGS).all()) == shown(stock.all())


def test_inserting_an_id_that_is_taken_is_refused_as_tinydb_does(things: LiveTable) -> None:
    prepared(things)
    with pytest.raises(ValueError, match="already exists"):
        things.insert(Document({"code": "x"}, 2))
    with pytest.raises(ValueError, match="already exists"):
        things.insert_multiple([{"code": "w"}, Document({"code": "x"}, 2)])
    assert len(things) == 3
    assert things.insert({"code": "next"}) == 4


def test_ids_go_on_after_a_truncate(things: LiveTable) -> None:
    prepared(things)
    things.truncate()
    assert things.insert({"code": "x"}) == 4


def test_an_inserted_record_is_given_its_id_field(things: LiveTable) -> None:
    assert things.fetch(things.insert({"code": "a"})) == {"id": 1, "code": "a"}


def test_a_record_that_would_not_open_again_is_not_taken(database: LiveDatabase, tmp_path: Path) -> None:
    things = database.live(THINGS)
    prepared(things)
    before = (tmp_path / "data" / "world.jsonl").read_bytes()
    with pytest.raises(ValueError, match=r"things\.4\.code: must be text"):
        things.insert({"code": ["no", "text"]})
    with pytest.raises(ValueError, match=r"things\.2\.code: must be text"):
        things.update({"code": 5}, doc_ids=[2])
    with pytest.raises(TypeError, match="JSON"):
        things.insert({"code": "x", "odd": object()})
    assert (tmp_path / "data" / "world.jsonl").read_bytes() == before
    assert list(codes(database).values()) == ["a", "b", "b"]


def test_what_is_read_may_be_changed_without_changing_the_table(things: LiveTable) -> None:
    inner: dict[str, Any] = {"code": "a", "deep": {"list": [1]}}
    things.insert(inner)
    inner["deep"]["list"].append("by the one who inserted")
    readers: list[Any] = [
        things.fetch(1),
        things.get(doc_id=1),
        things.search(code == "a")[0],
        things.all()[0],
        things.select(Selection())[0][0],
    ]
    for each in readers:
        assert each["deep"] == {"list": [1]}
        each["deep"]["list"].append("by a reader")
        each["code"] = "z"
    assert things.fetch(1) == {"id": 1, "code": "a", "deep": {"list": [1]}}


def test_a_query_asked_again_sees_what_was_written_in_between(database: LiveDatabase) -> None:
    things = database.live(THINGS)
    assert things.search(code == "a") == []
    put(database, 1, code="a")
    assert len(things.search(code == "a")) == 1


def test_an_updater_that_fails_changes_nothing(things: LiveTable) -> None:
    prepared(things)

    def fail(document: Any) -> None:
        document["code"] = "z"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        things.update(fail)
    assert [each["code"] for each in things.all()] == ["a", "b", "b"]


def test_tinydbs_methods_may_be_called_from_many_threads_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        things = database.live(THINGS)
        ids: list[int] = []

        def work(number: int) -> None:
            for step in range(25):
                thing_id = things.insert({"code": f"{number}-{step}", "n": 0})
                ids.append(thing_id)
                things.update(increment("n"), doc_ids=[thing_id])
                things.upsert({"code": f"one-{step}"}, code == f"one-{step}")
                assert things.search(code == f"{number}-{step}")
                if step % 5 == 0:
                    things.remove(doc_ids=[thing_id])
            for each in things:
                assert each.doc_id

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(ids) == len(set(ids)) == 200
        # 8 times 20 that stayed, and one for each step however many threads wanted it
        assert len(things) == 160 + 25
        assert things.count(where("n") == 1) == 160
        kept = codes(database)
    with opened(tmp_path) as database:
        assert codes(database) == kept


def test_threads_that_ask_for_a_new_table_at_once_get_the_same_one(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        for turn in range(50):
            barrier = threading.Barrier(4)
            found: list[LiveTable] = []

            def ask(name: str = f"T{turn}", barrier: Any = barrier, found: Any = found) -> None:
                barrier.wait()
                found.append(database.live(name))

            threads = [threading.Thread(target=ask) for _ in range(4)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
            assert all(each is found[0] for each in found)


# Selections.

FIELDS = ("code", "kind", "n", "id")
CODES = st.sampled_from(["a", "b", "B", "c"])
NUMBERS = st.none() | st.integers(-2, 2) | st.sampled_from([0.5, 1.5])
RECORDS = st.fixed_dictionaries({}, optional={"code": CODES, "kind": st.none() | CODES, "n": NUMBERS})
CHANGES = st.one_of(
    st.tuples(st.just("put"), st.integers(1, 12), RECORDS),
    st.tuples(st.just("delete"), st.integers(1, 12)),
    st.tuples(st.just("replace"), st.dictionaries(st.integers(1, 12), RECORDS, max_size=8)),
)
SELECTIONS = st.builds(
    Selection,
    criteria=st.fixed_dictionaries(
        {},
        optional={
            "code": st.frozensets(CODES | st.none(), max_size=3),
            "kind": st.frozensets(CODES | st.none(), max_size=3),
            "n": st.frozensets(NUMBERS, max_size=3),
            "id": st.frozensets(st.integers(1, 12), max_size=3),
        },
    ),
    sort=st.none() | st.sampled_from(FIELDS),
    descending=st.booleans(),
    offset=st.integers(0, 6),
    limit=st.integers(1, 5),
)
STEPS = st.lists(st.one_of(CHANGES.map(lambda change: [change]), SELECTIONS), max_size=25)


def fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def keys(_table: str, name: str) -> Callable[[Any], Any]:
    """As in the world: a name ignores case, all else is exact."""
    return fold if name == "kind" else lambda value: value


def scan(documents: dict[int, dict[str, Any]], selection: Selection) -> tuple[list[Any], bool]:
    """What a selection means, said as plainly as can be."""
    found = [documents[each] for each in sorted(documents)]
    for name, wanted in selection.criteria.items():
        found = [each for each in found if keys("", name)(each.get(name)) in wanted]
    sort = selection.sort or "id"

    def rank(document: dict[str, Any]) -> tuple[int, Any]:
        key = keys("", sort)(document.get(sort))
        if key is None:
            return (0, 0)
        return (2, key) if isinstance(key, str) else (1, key)

    found.sort(key=rank, reverse=selection.descending)
    rest = found[selection.offset :]
    return rest[: selection.limit], len(rest) > selection.limit


@given(STEPS)
@settings(max_examples=150, deadline=None)
def test_a_selection_equals_a_scan_whatever_was_written_before(steps: list[Any]) -> None:
    with opened(None, key_of=keys) as database:
        things = database.live(THINGS)
        model: dict[int, dict[str, Any]] = {}
        for step in steps:
            if isinstance(step, Selection):
                assert things.select(step) == scan(model, step)
            elif step[0][0] == "put":
                _, thing_id, record = step[0]
                model[thing_id] = {"id": thing_id, **record}
                database.commit([("put", THINGS, thing_id, model[thing_id])])
            elif step[0][0] == "delete":
                if model.pop(step[0][1], None) is not None:
                    database.commit([("delete", THINGS, step[0][1])])
            else:
                model = {thing_id: {"id": thing_id, **record} for thing_id, record in step[0][1].items()}
                database.commit([("replace", {THINGS: model}, {})])
        assert things.ids() == sorted(model)
        for document in model.values():
            same = [each for each in sorted(model) if model[each].get("code") == document.get("code")]
            assert things.ids_with(("code",), document.get("code")) == same


class Counter:
    """Counts how often a field of a record is looked at."""

    def __init__(self) -> None:
        self.calls = 0

    def key_of(self, _table: str, _name: str) -> Callable[[Any], Any]:
        def key(value: Any) -> Any:
            self.calls += 1
            return value

        return key

    def during(self, action: Callable[[], Any]) -> int:
        before = self.calls
        action()
        return self.calls - before


def test_with_twenty_thousand_records_neither_a_write_nor_a_search_looks_at_many_of_them() -> None:
    counter = Counter()
    with opened(None, key_of=counter.key_of) as database:
        things = database.live(THINGS)
        records = {
            each: {"id": each, "code": f"c{each}", "kind": "k", "n": each % 100} for each in range(1, 20_001)
        }
        database.commit([("replace", {THINGS: records}, {})])
        by_n = Selection(sort="n", limit=10)
        things.select(by_n)  # the first sort builds its order
        things.select(Selection({"n": frozenset([5]), "kind": frozenset(["k"])}))  # the first search too

        assert counter.during(lambda: put(database, 20_001, code="new", kind="k", n=5)) < 30
        assert counter.during(lambda: put(database, 77, code="changed", kind="k", n=6)) < 30
        assert counter.during(lambda: database.commit([("delete", THINGS, 78)])) < 30
        assert counter.during(lambda: things.ids_with(("kind", "code"), ("k", "c500"))) == 0
        assert counter.during(lambda: things.select(Selection({"code": frozenset(["c500"])}))) == 0
        assert counter.during(lambda: things.select(by_n)) == 0
        assert counter.during(lambda: things.select(Selection(offset=15_000, limit=10))) == 0
        both = Selection({"code": frozenset(["c500"]), "kind": frozenset(["k"])})
        assert counter.during(lambda: things.select(both)) < 10
        # Nearly all match: walking the order beats sorting what matches.
        sorted_kind = Selection({"kind": frozenset(["k"])}, sort="n", limit=10)
        things.select(sorted_kind)
        assert counter.during(lambda: things.select(sorted_kind)) < 100
        assert things.select(Selection({"code": frozenset(["changed"])}))[0][0]["id"] == 77
