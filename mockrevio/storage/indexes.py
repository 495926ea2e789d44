"""Indexes over the documents of one table. They hold ids alone and know nothing of tables."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

Document = Mapping[str, Any]
KeyFunction = Callable[[Any], Hashable]
"""What a field's value is compared by (`Field.key_of`)."""


def insert_id(ids: list[int], document_id: int) -> None:
    """Put an id into an ascending list; a new record's id is the highest, so this is an append."""
    if not ids or document_id > ids[-1]:
        ids.append(document_id)
    else:
        insort(ids, document_id)


def remove_id(ids: list[int], document_id: int) -> None:
    """Take an id out of an ascending list that holds it."""
    del ids[bisect_left(ids, document_id)]


class HashIndex:
    """Which documents have a certain value in a field (or in several fields together).

    Most values are had by one document alone: its id stands by itself then. A list for each would take
    a tenth more memory per key link, and have the garbage collector stop everything for 0.2 s at times.
    """

    def __init__(self, fields: Sequence[str], key_ofs: Sequence[KeyFunction]) -> None:
        self._fields = tuple(zip(fields, key_ofs, strict=True))
        self._ids: dict[Hashable, int | list[int]] = {}

    def copy(self) -> HashIndex:
        """The same, to be changed by itself."""
        twin = HashIndex((), ())
        twin._fields = self._fields
        twin._ids = {key: ids if isinstance(ids, int) else ids.copy() for key, ids in self._ids.items()}
        return twin

    def key(self, document: Document) -> Hashable:
        """The document's key: one value, or a tuple where the index is over several fields."""
        if len(self._fields) == 1:
            field, key_of = self._fields[0]
            return key_of(document.get(field))
        return tuple([key_of(document.get(field)) for field, key_of in self._fields])  # no generator: quicker

    def build(self, documents: Mapping[int, Document], document_ids: Iterable[int]) -> None:
        """Take note of many documents at once, in ascending order of their ids."""
        ids = list(document_ids)
        found = [documents[each] for each in ids]
        columns = [[key_of(document.get(field)) for document in found] for field, key_of in self._fields]
        keys: Iterable[Hashable] = columns[0] if len(columns) == 1 else zip(*columns, strict=True)
        for document_id, key in zip(ids, keys, strict=True):
            self._insert(key, document_id)

    def add(self, document_id: int, document: Document) -> None:
        """Take note of a document."""
        self._insert(self.key(document), document_id)

    def _insert(self, key: Hashable, document_id: int) -> None:
        held = self._ids.get(key)
        if held is None:
            self._ids[key] = document_id
        elif isinstance(held, int):
            self._ids[key] = sorted((held, document_id))
        else:
            insert_id(held, document_id)

    def remove(self, document_id: int, document: Document) -> None:
        """Forget a document, given as it was when it was added."""
        key = self.key(document)
        held = self._ids[key]
        if isinstance(held, int):
            del self._ids[key]
            return
        remove_id(held, document_id)
        if len(held) == 1:
            self._ids[key] = held[0]

    def ids(self, keys: Iterable[Hashable]) -> list[int]:
        """The ids of the documents that have any of the keys, ascending. Not to be changed."""
        found = [self._ids_of(key) for key in keys]
        if len(found) == 1:
            return found[0]
        return sorted(document_id for ids in found for document_id in ids)

    def _ids_of(self, key: Hashable) -> list[int]:
        held = self._ids.get(key)
        if held is None:
            return []
        return [held] if isinstance(held, int) else held


class SortedIndex:
    """All documents in the order of one field; ties go by id, ascending in both directions."""

    def __init__(self, field: str, key_of: KeyFunction, *, descending: bool) -> None:
        self._field = field
        self._key_of = key_of
        self._descending = descending
        # A descending order is read from the end, so its ids count down where keys are equal.
        self._id_sign = -1 if descending else 1
        self._entries: list[tuple[tuple[int, Any], int]] = []

    def build(self, documents: Mapping[int, Document], document_ids: Iterable[int]) -> None:
        """Take note of many documents at once, where there were none."""
        self._entries = sorted(self._entry(each, documents[each]) for each in document_ids)

    def _entry(self, document_id: int, document: Document) -> tuple[tuple[int, Any], int]:
        return self.sort_key(document), self._id_sign * document_id

    def sort_key(self, document: Document) -> tuple[int, Any]:
        """Where a document stands. A: null comes first, then numbers, then text by code point."""
        key = self._key_of(document.get(self._field))
        if key is None:
            return (0, 0)
        if isinstance(key, (int, float)):
            return (1, key)
        return (2, str(key))

    def add(self, document_id: int, document: Document) -> None:
        """Take note of a document."""
        insort(self._entries, self._entry(document_id, document))

    def remove(self, document_id: int, document: Document) -> None:
        """Forget a document, given as it was when it was added."""
        del self._entries[bisect_left(self._entries, self._entry(document_id, document))]

    def slice(self, offset: int, limit: int) -> list[int]:
        """The ids from `offset` on, at most `limit` of them."""
        if self._descending:
            end = len(self._entries) - offset
            entries = self._entries[max(end - limit, 0) : max(end, 0)]
            return [-document_id for _, document_id in reversed(entries)]
        return [document_id for _, document_id in self._entries[offset : offset + limit]]

    def iterate(self) -> Iterable[int]:
        """All ids, one after the other."""
        entries = reversed(self._entries) if self._descending else self._entries
        return (abs(document_id) for _, document_id in entries)

    def sort(self, document_ids: Iterable[int], documents: Mapping[int, Document]) -> list[int]:
        """Some ids, brought into this order."""
        ascending = sorted(document_ids)
        return sorted(
            ascending,
            key=lambda document_id: self.sort_key(documents[document_id]),
            reverse=self._descending,
        )
