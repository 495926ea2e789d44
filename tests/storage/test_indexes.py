"""Indexes return the same results as a scan after any additions and removals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockrevio.storage.indexes import HashIndex, SortedIndex, insert_id, remove_id

Documents = dict[int, dict[str, Any]]

KEYS = st.none() | st.integers(-2, 2) | st.sampled_from([0.5, "a", "B", ""])
STEPS = st.lists(st.tuples(st.integers(1, 8), st.none() | KEYS.map(lambda key: {"key": key})), max_size=30)


def key(document: Mapping[str, Any]) -> Any:
    return document["key"]


def other(document: Mapping[str, Any]) -> Any:
    return document.get("other")


def apply(steps: list[tuple[int, dict[str, Any] | None]], *indexes: HashIndex | SortedIndex) -> Documents:
    """Apply steps, each a document to put or None to delete, and keep the indexes up to date."""
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


def sort_key(document: dict[str, Any]) -> tuple[int, Any]:
    """A: null before numbers before text."""
    key = document["key"]
    if key is None:
        return (0, 0)
    return (2, key) if isinstance(key, str) else (1, key)


@given(st.lists(st.integers(1, 20), unique=True), st.data())
def test_inserted_and_removed_ids_stay_ascending(ids: list[int], data: st.DataObject) -> None:
    ascending: list[int] = []
    for document_id in ids:
        insert_id(ascending, document_id)
    assert ascending == sorted(ids)
    removed = data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    for document_id in removed:
        remove_id(ascending, document_id)
    assert ascending == sorted(set(ids) - set(removed))


@given(STEPS, st.frozensets(KEYS))
def test_a_hash_index_finds_the_same_documents_as_a_scan(
    steps: list[tuple[int, dict[str, Any] | None]], keys: frozenset[Any]
) -> None:
    index = HashIndex([key])
    documents = apply(steps, index)
    assert list(index.ids(keys)) == sorted(id_ for id_ in documents if documents[id_]["key"] in keys)


@given(STEPS)
def test_a_hash_index_over_two_fields_matches_both(steps: list[tuple[int, dict[str, Any] | None]]) -> None:
    index = HashIndex([key, other])
    documents = apply(steps, index)
    for document in documents.values():
        same = [id_ for id_ in documents if documents[id_]["key"] == document["key"]]
        assert list(index.ids([(document["key"], None)])) == sorted(same)
        assert index.ids([(document["key"], 1)]) == []


def test_a_hash_index_keeps_no_keys_of_removed_documents() -> None:
    index = HashIndex([key])
    for number in range(100):
        index.add(number, {"key": number})
        index.remove(number, {"key": number})
    assert index._ids == {}


@given(STEPS, STEPS, st.booleans(), st.integers(0, 9), st.integers(0, 9))
def test_a_sorted_index_sorts_like_a_scan_with_ties_by_ascending_id(
    before: list[tuple[int, dict[str, Any] | None]],
    after: list[tuple[int, dict[str, Any] | None]],
    descending: bool,
    offset: int,
    limit: int,
) -> None:
    index = SortedIndex(key, descending=descending)
    documents = apply(before)
    index.build(documents, documents)  # built from existing documents
    for document_id, document in after:  # and then kept up to date
        old = documents.pop(document_id, None)
        if old is not None:
            index.remove(document_id, old)
        if document is not None:
            index.add(document_id, document)
            documents[document_id] = document
    expected = sorted(sorted(documents), key=lambda id_: sort_key(documents[id_]), reverse=descending)
    assert list(index.iterate()) == expected
    assert index.slice(offset, limit) == expected[offset : offset + limit]
    numbers = {id_ for id_ in documents if isinstance(documents[id_]["key"], (int, float))}
    within = [id_ for id_ in expected if id_ in numbers and documents[id_]["key"] >= 0]
    assert index.slice(offset, limit, 0, 9) == within[offset : offset + limit]
    assert index.count(0, 9) == len(within)
    subset = {id_ for id_ in documents if id_ % 2}
    assert index.sort(subset, documents) == [id_ for id_ in expected if id_ in subset]
