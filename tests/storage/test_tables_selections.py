"""Selections: the same results as a scan, without scanning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mockrevio.storage import KeyFunction, Selection
from tests.storage.common import THINGS, opened, put

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
    ranges=st.fixed_dictionaries(
        {},
        optional={
            ("code",): st.tuples(CODES, CODES),
            ("n",): st.tuples(st.integers(-2, 2), st.integers(-2, 2)),
            ("n", "id"): st.tuples(st.integers(1, 12), st.integers(1, 12)),
        },
    ),
    predicates=st.sampled_from([(), (lambda document: document["id"] % 2 == 1,)]),
    sort=st.none() | st.sampled_from(FIELDS),
    descending=st.booleans(),
    offset=st.integers(0, 6),
    limit=st.integers(1, 5),
)
STEPS = st.lists(st.one_of(CHANGES.map(lambda change: [change]), SELECTIONS), max_size=25)


def casefold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def key_of(_table: str, name: str) -> KeyFunction:
    """Compare `kind` case-insensitively, like names in a world, and all other fields exactly."""
    if name == "kind":
        return lambda document: casefold(document.get(name))
    return lambda document: document.get(name)


def scan(documents: dict[int, dict[str, Any]], selection: Selection) -> tuple[list[Any], bool]:
    """Apply a selection in the simplest possible way, as the reference."""
    matches = [documents[id_] for id_ in sorted(documents)]
    for name, keys in selection.criteria.items():
        matches = [match for match in matches if key_of("", name)(match) in keys]
    for names, (low, high) in selection.ranges.items():
        matches = [
            match
            for match in matches
            if any(match.get(name) is not None and low <= match[name] <= high for name in names)
        ]
    for test in selection.predicates:
        matches = [match for match in matches if test(match)]
    sort = selection.sort or "id"

    def sort_key(document: dict[str, Any]) -> tuple[int, Any]:
        key = key_of("", sort)(document)
        if key is None:
            return (0, 0)
        return (2, key) if isinstance(key, str) else (1, key)

    matches.sort(key=sort_key, reverse=selection.descending)
    remaining = matches[selection.offset :]
    return remaining[: selection.limit], len(remaining) > selection.limit


@given(STEPS)
@settings(max_examples=150, deadline=None)
def test_a_selection_equals_a_scan_after_any_writes(steps: list[Any]) -> None:
    with opened(None, key_of=key_of) as database:
        things = database.live_table(THINGS)
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
            same = [id_ for id_ in sorted(model) if model[id_].get("code") == document.get("code")]
            assert things.ids_with(("code",), document.get("code")) == same


class Counter:
    """Counts how often a field of a record is read."""

    def __init__(self) -> None:
        self.calls = 0

    def key_of(self, _table: str, name: str) -> KeyFunction:
        def key(document: Mapping[str, Any]) -> Any:
            self.calls += 1
            return document.get(name)

        return key

    def during(self, action: Callable[[], Any]) -> int:
        before = self.calls
        action()
        return self.calls - before


def test_writes_and_searches_among_20_000_records_read_only_a_few_of_them() -> None:
    counter = Counter()
    with opened(None, key_of=counter.key_of) as database:
        things = database.live_table(THINGS)
        records = {
            id_: {"id": id_, "code": f"c{id_}", "kind": "k", "n": id_ % 100} for id_ in range(1, 20_001)
        }
        database.commit([("replace", {THINGS: records}, {})])
        by_n = Selection(sort="n", limit=10)
        things.select(by_n)  # the first sort builds its index
        things.select(Selection({"n": frozenset([5]), "kind": frozenset(["k"])}))  # as does the first search

        assert counter.during(lambda: put(database, 20_001, code="new", kind="k", n=5)) < 30
        assert counter.during(lambda: put(database, 77, code="changed", kind="k", n=6)) < 30
        assert counter.during(lambda: database.commit([("delete", THINGS, 78)])) < 30
        assert counter.during(lambda: things.ids_with(("kind", "code"), ("k", "c500"))) == 0
        assert counter.during(lambda: things.select(Selection({"code": frozenset(["c500"])}))) == 0
        assert counter.during(lambda: things.select(by_n)) == 0
        assert counter.during(lambda: things.select(Selection(offset=15_000, limit=10))) == 0
        both = Selection({"code": frozenset(["c500"]), "kind": frozenset(["k"])})
        assert counter.during(lambda: things.select(both)) < 10
        # Nearly all records match, so walking the sorted index is faster than sorting the matches.
        sorted_kind = Selection({"kind": frozenset(["k"])}, sort="n", limit=10)
        things.select(sorted_kind)
        assert counter.during(lambda: things.select(sorted_kind)) < 100
        within = Selection(ranges={("n",): (5, 5)}, limit=10)
        things.select(within)  # the first range builds its index
        assert counter.during(lambda: things.select(within)) < 30
        assert counter.during(lambda: things.select(within._replace(sort="n"))) == 0
        assert things.select(Selection({"code": frozenset(["changed"])}))[0][0]["id"] == 77
