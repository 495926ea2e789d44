"""Indexes answer as a scan would, whatever was added and dropped before."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockrevio.storage.indexes import HashIndex, SortedIndex, insert_id, remove_id

Documents = dict[int, dict[str, Any]]

KEYS = st.none() | st.integers(-2, 2) | st.sampled_from([0.5, "a", "B", ""])
STEPS = st.lists(st.tuples(st.integers(1, 8), st.none() | KEYS.map(lambda key: {"key": key})), max_size=30)


def as_it_is(value: Any) -> Any:
    return value


def apply(steps: list[tuple[int, dict[str, Any] | None]], *indexes: HashIndex | SortedIndex) -> Documents:
    """Put (a document) or delete (None), one after the other, telling the indexes."""
    documents: Documents = {}
    for document_id, document in steps:
        old = documents.pop(document_id, None)
        for index in indexes:
            if old is not None:
                index.remove(document_id, old)
            if document is not None:
                index.add(document_id, document)
        if document is not None:
            documents[document_id] = document
    return documents


def rank(document: dict[str, Any]) -> tuple[int, Any]:
    """A: null before numbers before text."""
    key = document["key"]
    if key is None:
        return (0, 0)
    return (2, key) if isinstance(key, str) else (1, key)


@given(st.lists(st.integers(1, 20), unique=True), st.data())
def test_ids_stay_ascending(ids: list[int], data: st.DataObject) -> None:
    held: list[int] = []
    for each in ids:
        insert_id(held, each)
    assert held == sorted(ids)
    dropped = data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    for each in dropped:
        remove_id(held, each)
    assert held == sorted(set(ids) - set(dropped))


@given(STEPS, st.frozensets(KEYS))
def test_a_lookup_finds_what_a_scan_finds(
    steps: list[tuple[int, dict[str, Any] | None]], keys: frozenset[Any]
) -> None:
    lookup = HashIndex(["key"], [as_it_is])
    documents = apply(steps, lookup)
    assert list(lookup.ids(keys)) == sorted(each for each in documents if documents[each]["key"] in keys)


@given(STEPS)
def test_a_lookup_over_two_fields_wants_both(steps: list[tuple[int, dict[str, Any] | None]]) -> None:
    lookup = HashIndex(["key", "other"], [as_it_is, as_it_is])
    documents = apply(steps, lookup)
    for document in documents.values():
        same = [each for each in documents if documents[each]["key"] == document["key"]]
        assert list(lookup.ids([(document["key"], None)])) == sorted(same)
        assert lookup.ids([(document["key"], 1)]) == []


def test_a_lookup_keeps_nothing_of_what_was_dropped() -> None:
    lookup = HashIndex(["key"], [as_it_is])
    for number in range(100):
        lookup.add(number, {"key": number})
        lookup.remove(number, {"key": number})
    assert lookup._ids == {}


@given(STEPS, STEPS, st.booleans(), st.integers(0, 9), st.integers(0, 9))
def test_an_order_sorts_as_a_scan_sorts_with_ties_by_ascending_id(
    before: list[tuple[int, dict[str, Any] | None]],
    after: list[tuple[int, dict[str, Any] | None]],
    descending: bool,
    offset: int,
    limit: int,
) -> None:
    order = SortedIndex("key", as_it_is, descending=descending)
    documents = apply(before)
    order.build(documents, documents)  # built over what is there
    for step in after:  # and kept up from then on
        old = documents.pop(step[0], None)
        if old is not None:
            order.remove(step[0], old)
        if step[1] is not None:
            order.add(step[0], step[1])
            documents[step[0]] = step[1]
    wanted = sorted(
        sorted(documents), key=lambda document_id: rank(documents[document_id]), reverse=descending
    )
    assert list(order.iterate()) == wanted
    assert order.slice(offset, limit) == wanted[offset : offset + limit]
    some = {each for each in documents if each % 2}
    assert order.sort(some, documents) == [each for each in wanted if each in some]
