"""Indexes over the documents of one table. They store only ids and know nothing about tables."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from mockrevio import fairness

Document = Mapping[str, Any]
KeyFunction = Callable[[Document], Hashable]
"""Maps a document to the key that one of its fields is compared by."""

SortKey = tuple[int, Any]


def insert_id(ids: list[int], document_id: int) -> None:
    """Insert an id into an ascending list. An append for a new record, whose id is the highest."""
    if not ids or document_id > ids[-1]:
        ids.append(document_id)
    else:
        insort(ids, document_id)


def remove_id(ids: list[int], document_id: int) -> None:
    """Remove an id from an ascending list that contains it."""
    del ids[bisect_left(ids, document_id)]


_ABOVE_ALL_IDS = 1 << 62


class HashIndex:
    """Maps the values of one field, or of several fields together, to the ids of documents.

    Most values occur in a single document, whose id is stored without a list. One list per value would take
    10% more memory per key link and cause occasional garbage collection pauses of 0.2 s.
    """

    def __init__(self, key_functions: Sequence[KeyFunction]) -> None:
        self._key_functions = tuple(key_functions)
        self._ids: dict[Hashable, int | list[int]] = {}

    def copy(self) -> HashIndex:
        """Return an independent copy."""
        copied = HashIndex(self._key_functions)
        copied._ids = {key: ids if isinstance(ids, int) else ids.copy() for key, ids in self._ids.items()}
        return copied

    def key(self, document: Document) -> Hashable:
        """Return the document's key: one value, or a tuple if the index covers several fields."""
        if len(self._key_functions) == 1:
            return self._key_functions[0](document)
        # A list comprehension is faster here than a generator.
        return tuple([key_of(document) for key_of in self._key_functions])

    def build(self, documents: Mapping[int, Document], document_ids: Iterable[int]) -> None:
        """Add many documents at once, in ascending order of their ids."""
        ids = list(document_ids)
        indexed = [documents[document_id] for document_id in ids]
        columns = [[key_of(document) for document in indexed] for key_of in self._key_functions]
        keys: Iterable[Hashable] = columns[0] if len(columns) == 1 else zip(*columns, strict=True)
        for document_id, key in zip(ids, keys, strict=True):
            self._insert(key, document_id)

    def add(self, document_id: int, document: Document) -> None:
        """Add a document."""
        self._insert(self.key(document), document_id)

    def _insert(self, key: Hashable, document_id: int) -> None:
        existing = self._ids.get(key)
        if existing is None:
            self._ids[key] = document_id
        elif isinstance(existing, int):
            self._ids[key] = sorted((existing, document_id))
        else:
            insert_id(existing, document_id)

    def remove(self, document_id: int, document: Document) -> None:
        """Remove a document, passed as it was when added."""
        key = self.key(document)
        existing = self._ids[key]
        if isinstance(existing, int):
            del self._ids[key]
            return
        remove_id(existing, document_id)
        if len(existing) == 1:
            self._ids[key] = existing[0]

    def ids(self, keys: Iterable[Hashable]) -> list[int]:
        """Return the ids of the documents that have any of the keys, ascending. Do not modify the list."""
        id_lists = [self._ids_of(key) for key in keys]
        if len(id_lists) == 1:
            return id_lists[0]
        return sorted(document_id for ids in id_lists for document_id in ids)

    def _ids_of(self, key: Hashable) -> list[int]:
        ids = self._ids.get(key)
        if ids is None:
            return []
        return [ids] if isinstance(ids, int) else ids


class SortedIndex:
    """All documents sorted by one field. Ties are sorted by id, ascending in both directions."""

    def __init__(self, key_of: KeyFunction, *, descending: bool) -> None:
        self._key_of = key_of
        self._descending = descending
        # A descending index is read from the end, so its ids descend among equal keys.
        self._id_sign = -1 if descending else 1
        self._entries: list[tuple[SortKey, int]] = []

    def build(self, documents: Mapping[int, Document], document_ids: Iterable[int]) -> None:
        """Index many documents at once, replacing the current contents."""
        self._entries = self._sort_entries(document_ids, documents)

    def _sort_entries(
        self, document_ids: Iterable[int], documents: Mapping[int, Document]
    ) -> list[tuple[SortKey, int]]:
        return fairness.sort(
            [self._entry(document_id, documents[document_id]) for document_id in document_ids]
        )

    def _entry(self, document_id: int, document: Document) -> tuple[SortKey, int]:
        return self.sort_key(document), self._id_sign * document_id

    def sort_key(self, document: Document) -> SortKey:
        """Return a document's sort key. A: null comes first, then numbers, then text by code point."""
        return _sort_key(self._key_of(document))

    def add(self, document_id: int, document: Document) -> None:
        """Add a document."""
        insort(self._entries, self._entry(document_id, document))

    def remove(self, document_id: int, document: Document) -> None:
        """Remove a document, passed as it was when added."""
        del self._entries[bisect_left(self._entries, self._entry(document_id, document))]

    def slice(self, offset: int, limit: int, low: Hashable = None, high: Hashable = None) -> list[int]:
        """Return at most `limit` ids, starting at `offset`; only those from `low` to `high` if given."""
        begin, end = (0, len(self._entries)) if low is None else self._bounds(low, high)
        if self._descending:
            stop = max(end - offset, begin)
            entries = self._entries[max(stop - limit, begin) : stop]
            return [-document_id for _, document_id in reversed(entries)]
        start = begin + offset
        return [document_id for _, document_id in self._entries[start : min(start + limit, end)]]

    def count(self, low: Hashable, high: Hashable) -> int:
        """Return how many documents have a key from `low` to `high`."""
        begin, end = self._bounds(low, high)
        return max(end - begin, 0)

    def _bounds(self, low: Hashable, high: Hashable) -> tuple[int, int]:
        begin = bisect_left(self._entries, (_sort_key(low),))
        return begin, bisect_right(self._entries, (_sort_key(high), _ABOVE_ALL_IDS))

    def iterate(self) -> Iterable[int]:
        """Iterate over all ids in this order."""
        return self._ids_in_order(self._entries)

    def _ids_in_order(self, entries: list[tuple[SortKey, int]]) -> Iterable[int]:
        return (abs(document_id) for _, document_id in (reversed(entries) if self._descending else entries))

    def sort(self, document_ids: Iterable[int], documents: Mapping[int, Document]) -> list[int]:
        """Sort the given ids in this order."""
        return list(self._ids_in_order(self._sort_entries(document_ids, documents)))


def _sort_key(key: Hashable) -> SortKey:
    if key is None:
        return (0, 0)
    if isinstance(key, (int, float)):
        return (1, key)
    return (2, str(key))
