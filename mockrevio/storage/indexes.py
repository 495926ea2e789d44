"""Indexes over the documents of one table. They store only ids and know nothing about tables."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from mockrevio import fairness

Document = Mapping[str, Any]
KeyFunction = Callable[[Any], Hashable]
"""Maps a field's value to the key it is compared by (`Field.key_of`)."""


def insert_id(ids: list[int], document_id: int) -> None:
    """Insert an id into an ascending list. An append for a new record, whose id is the highest."""
    if not ids or document_id > ids[-1]:
        ids.append(document_id)
    else:
        insort(ids, document_id)


def remove_id(ids: list[int], document_id: int) -> None:
    """Remove an id from an ascending list that contains it."""
    del ids[bisect_left(ids, document_id)]


class HashIndex:
    """Maps the values of one field, or of several fields together, to the ids of documents.

    Most values occur in a single document, whose id is stored without a list. One list per value would take
    10% more memory per key link and cause occasional garbage collection pauses of 0.2 s.
    """

    def __init__(self, fields: Sequence[str], key_ofs: Sequence[KeyFunction]) -> None:
        self._fields = tuple(zip(fields, key_ofs, strict=True))
        self._ids: dict[Hashable, int | list[int]] = {}

    def copy(self) -> HashIndex:
        """Return an independent copy."""
        copied = HashIndex((), ())
        copied._fields = self._fields
        copied._ids = {key: ids if isinstance(ids, int) else ids.copy() for key, ids in self._ids.items()}
        return copied

    def key(self, document: Document) -> Hashable:
        """Return the document's key: one value, or a tuple if the index covers several fields."""
        if len(self._fields) == 1:
            field, key_of = self._fields[0]
            return key_of(document.get(field))
        # A list comprehension is faster here than a generator.
        return tuple([key_of(document.get(field)) for field, key_of in self._fields])

    def build(self, documents: Mapping[int, Document], document_ids: Iterable[int]) -> None:
        """Add many documents at once, in ascending order of their ids."""
        ids = list(document_ids)
        indexed = [documents[document_id] for document_id in ids]
        columns = [[key_of(document.get(field)) for document in indexed] for field, key_of in self._fields]
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

    def __init__(self, field: str, key_of: KeyFunction, *, descending: bool) -> None:
        self._field = field
        self._key_of = key_of
        self._descending = descending
        # A descending index is read from the end, so its ids descend among equal keys.
        self._id_sign = -1 if descending else 1
        self._entries: list[tuple[tuple[int, Any], int]] = []

    def build(self, documents: Mapping[int, Document], document_ids: Iterable[int]) -> None:
        """Index many documents at once, replacing the current contents."""
        self._entries = self._sort_entries(document_ids, documents)

    def _sort_entries(
        self, document_ids: Iterable[int], documents: Mapping[int, Document]
    ) -> list[tuple[tuple[int, Any], int]]:
        return fairness.sort(
            [self._entry(document_id, documents[document_id]) for document_id in document_ids]
        )

    def _entry(self, document_id: int, document: Document) -> tuple[tuple[int, Any], int]:
        return self.sort_key(document), self._id_sign * document_id

    def sort_key(self, document: Document) -> tuple[int, Any]:
        """Return a document's sort key. A: null comes first, then numbers, then text by code point."""
        key = self._key_of(document.get(self._field))
        if key is None:
            return (0, 0)
        if isinstance(key, (int, float)):
            return (1, key)
        return (2, str(key))

    def add(self, document_id: int, document: Document) -> None:
        """Add a document."""
        insort(self._entries, self._entry(document_id, document))

    def remove(self, document_id: int, document: Document) -> None:
        """Remove a document, passed as it was when added."""
        del self._entries[bisect_left(self._entries, self._entry(document_id, document))]

    def slice(self, offset: int, limit: int) -> list[int]:
        """Return at most `limit` ids, starting at `offset`."""
        if self._descending:
            end = len(self._entries) - offset
            entries = self._entries[max(end - limit, 0) : max(end, 0)]
            return [-document_id for _, document_id in reversed(entries)]
        return [document_id for _, document_id in self._entries[offset : offset + limit]]

    def iterate(self) -> Iterable[int]:
        """Iterate over all ids in this order."""
        return self._ids_in_order(self._entries)

    def _ids_in_order(self, entries: list[tuple[tuple[int, Any], int]]) -> Iterable[int]:
        return (abs(document_id) for _, document_id in (reversed(entries) if self._descending else entries))

    def sort(self, document_ids: Iterable[int], documents: Mapping[int, Document]) -> list[int]:
        """Sort the given ids in this order."""
        return list(self._ids_in_order(self._sort_entries(document_ids, documents)))
