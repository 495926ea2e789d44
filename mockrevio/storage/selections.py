"""Selections of documents, and the indexes of a table that find them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar

from mockrevio.scheduling import require_thread
from mockrevio.storage.indexes import HashIndex, KeyFunction, SortedIndex
from mockrevio.storage.views import Record

Key = TypeVar("Key")
Index = TypeVar("Index", HashIndex, SortedIndex)

Predicate = Callable[[Mapping[str, Any]], bool]
"""Whether a document is wanted."""

SMALL_TABLE = 2000
"""Number of documents up to which an index is built under the lock, which takes milliseconds."""

_NO_LIMIT = 1 << 62


class Selection(NamedTuple):
    """Selects documents by their fields, sorts them, and picks one page of them.

    `criteria` maps each field to a set of keys, one of which a document must have. `ranges` maps some fields,
    one of which is enough, to the lowest and the highest key. Indexes serve both. `tests` are what no index
    can answer. Without `sort`, documents are sorted by id.
    """

    criteria: Mapping[str, frozenset[Hashable]] = MappingProxyType({})
    ranges: Mapping[tuple[str, ...], tuple[Any, Any]] = MappingProxyType({})
    predicates: Sequence[Predicate] = ()
    sort: str | None = None
    descending: bool = False
    offset: int = 0
    limit: int = _NO_LIMIT


class IndexedTable(Protocol):
    """The table whose documents are indexed."""

    documents: dict[int, Record]

    def ids(self) -> list[int]:
        """All ids, ascending. Do not modify the list."""


class TableIndexes:
    """The indexes of one table. They are built when they are first needed, and kept up from then on.

    `key_of` returns the key function of a field; `id_field` is the field that equals the id, so that it
    needs no index.
    """

    def __init__(
        self,
        source: IndexedTable,
        key_of: Callable[[str], KeyFunction],
        id_field: str | None,
        reading: Callable[[], AbstractContextManager[Any]],
    ) -> None:
        self._source = source
        self._key_of = key_of
        self._id_field = id_field
        self._reading = reading
        self._prepare_lock = threading.Lock()
        self._hash_indexes: dict[tuple[str, ...], HashIndex] = {}
        self._sorted_indexes: dict[tuple[str, bool], SortedIndex] = {}

    # Keeping up.

    def replace(self, document_id: int, old: Record | None, new: Record | None) -> None:
        """Take the changed document in place of the old one; None is no document."""
        indexes: list[HashIndex | SortedIndex] = [
            *self._hash_indexes.values(),
            *self._sorted_indexes.values(),
        ]
        for index in indexes:
            if old is not None:
                index.remove(document_id, old)
            if new is not None:
                index.add(document_id, new)

    def _all(self) -> list[HashIndex | SortedIndex]:
        return [*self._hash_indexes.values(), *self._sorted_indexes.values()]

    def rebuild(self, id_field: str | None, shared: dict[tuple[str, ...], HashIndex] | None) -> None:
        """Index other documents, which may have other fields.

        `shared` has hash indexes over these documents; missing ones are added to it.
        """
        self._id_field = id_field
        self._sorted_indexes.clear()
        indexed = list(self._hash_indexes)
        self._hash_indexes.clear()
        for fields in indexed:
            if not all(map(self._is_known, fields)):
                continue
            if shared is None:
                self.hash_index(fields)
            else:
                index = shared.get(fields)
                if index is None:
                    index = shared.setdefault(fields, self._build_hash_index(fields))
                self._hash_indexes[fields] = index.copy()

    def _is_known(self, name: str) -> bool:
        try:
            self._key_of(name)
        except KeyError:
            return False
        return True

    def hash_index(self, fields: tuple[str, ...]) -> HashIndex:
        """The index over some fields together."""
        index = self._hash_indexes.get(fields)
        if index is None:
            index = self._hash_indexes[fields] = self._build_hash_index(fields)
        return index

    def _build_hash_index(self, fields: tuple[str, ...]) -> HashIndex:
        index = HashIndex([self._key_of(name) for name in fields])
        index.build(self._source.documents, self._source.ids())
        return index

    def _sorted_index(self, name: str, *, descending: bool = False) -> SortedIndex:
        index = self._sorted_indexes.get((name, descending))
        if index is None:
            index = SortedIndex(self._key_of(name), descending=descending)
            index.build(self._source.documents, self._source.ids())
            self._sorted_indexes[name, descending] = index
        return index

    # Preparing.

    def prepare(self, selection: Selection) -> None:
        """Build the missing indexes that a selection needs, without blocking writers.

        Raises WouldBlock on an event loop if that, or finding the documents, takes more than a moment.
        """
        if selection.predicates or (selection.ranges and self._widest_range(selection) >= SMALL_TABLE):
            require_thread()
        for _ in self._missing(selection):
            break
        else:
            return
        require_thread()
        with self._prepare_lock:
            for indexes, key, index in self._missing(selection):
                self._build_unlocked(indexes, key, index)

    def _missing(self, selection: Selection) -> Iterator[tuple[dict[Any, Any], Any, Any]]:
        """Yield the indexes that a selection needs and that do not exist yet, empty, each with its place."""
        for name in selection.criteria:
            if (name,) not in self._hash_indexes:
                yield self._hash_indexes, (name,), HashIndex([self._key_of(name)])
        orders = [(name, False) for names in selection.ranges for name in names] if selection.ranges else []
        if selection.sort not in (None, self._id_field):
            orders.append((str(selection.sort), selection.descending))
        for name, descending in orders:
            if (name, descending) not in self._sorted_indexes:
                sorted_index = SortedIndex(self._key_of(name), descending=descending)
                yield self._sorted_indexes, (name, descending), sorted_index

    def _widest_range(self, selection: Selection) -> int:
        """Return how many documents the widest range covers, as far as an index knows it."""
        known = [
            (self._sorted_indexes.get((name, False)), ends)
            for names, ends in selection.ranges.items()
            for name in names
        ]
        return max((index.count(*ends) for index, ends in known if index is not None), default=0)

    def _build_unlocked(self, indexes: dict[Key, Index], key: Key, index: Index) -> None:
        """Build an index over a copy of the table, then apply what was written in the meantime.

        Documents are never modified in place, so comparing identities finds the ones that changed.
        """
        with self._reading():
            before = dict(self._source.documents)
        index.build(before, sorted(before))
        with self._reading():
            after = self._source.documents
            removed = [id_ for id_, document in before.items() if after.get(id_) is not document]
            added = [id_ for id_, document in after.items() if before.get(id_) is not document]
            if len(removed) + len(added) > SMALL_TABLE:
                return  # nearly everything changed, as after a reset: leave it to `page`
            for document_id in removed:
                index.remove(document_id, before[document_id])
            for document_id in added:
                index.add(document_id, after[document_id])
            indexes[key] = index

    # Finding.

    def page(self, selection: Selection, count: int) -> Sequence[int]:
        """Return at most `count` ids, starting at the selection's offset."""
        criteria, ranges, predicates, sort, descending, start, _ = selection
        if not (criteria or ranges or predicates):
            if sort not in (None, self._id_field):
                return self._sorted_index(str(sort), descending=descending).slice(start, count)
            ids = self._source.ids()
            return (ids[::-1] if descending else ids)[start : start + count]
        if ranges.keys() == {(sort,)} and not (criteria or predicates):
            index = self._sorted_index(str(sort), descending=descending)
            return index.slice(start, count, *ranges[str(sort),])
        matching = self._ordered_candidates(selection, start + count)
        if isinstance(matching, list):
            # A range that covers everything has been passed over, so it is to be tested.
            if len(criteria) == 1 and not (ranges or predicates):
                return matching[start : start + count]
            matching = filter(self._predicate(selection), matching)
        return list(islice(matching, start, start + count))

    def _ordered_candidates(self, selection: Selection, needed: int) -> list[int] | Iterator[int]:
        """Return ids in the requested order: a list of candidates to test, or an iterator over matches."""
        candidates = self._candidates(selection)
        if selection.sort in (None, self._id_field):
            return candidates[::-1] if selection.descending else candidates
        sorted_index = self._sorted_index(str(selection.sort), descending=selection.descending)
        # If most documents match, walking the sorted index until enough match is faster than sorting.
        if needed * len(self._source.documents) < len(candidates) ** 2:
            return filter(self._predicate(selection), sorted_index.iterate())
        return sorted_index.sort(candidates, self._source.documents)

    def _candidates(self, selection: Selection) -> list[int]:
        """Return the ids that match the most selective condition, ascending. Do not modify the list."""
        fewest = self._source.ids()
        for name, keys in selection.criteria.items():
            ids = self.hash_index((name,)).ids(keys)
            if len(ids) <= len(fewest):
                fewest = ids
        for names, ends in selection.ranges.items():
            indexes = [self._sorted_index(name) for name in names]
            if sum(index.count(*ends) for index in indexes) < len(fewest):
                fewest = sorted({id_ for index in indexes for id_ in index.slice(0, len(fewest), *ends)})
        return fewest

    def _predicate(self, selection: Selection) -> Callable[[int], bool]:
        documents = self._source.documents
        criteria = [(self._key_of(name), keys) for name, keys in selection.criteria.items()]
        ranges = [([self._key_of(name) for name in names], *ends) for names, ends in selection.ranges.items()]

        def matches(document_id: int) -> bool:
            document = documents[document_id]
            return (
                all(key_of(document) in keys for key_of, keys in criteria)
                and all(
                    any(_lies_between(key_of(document), low, high) for key_of in key_ofs)
                    for key_ofs, low, high in ranges
                )
                and all(test(document) for test in selection.predicates)
            )

        return matches


def _lies_between(key: Any, low: Any, high: Any) -> bool:
    return key is not None and low <= key <= high
