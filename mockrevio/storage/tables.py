"""A TinyDB table with its documents in memory, and with indexes that find a page without a scan."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

from tinydb.storages import Storage
from tinydb.table import Table

from mockrevio.scheduling import require_thread
from mockrevio.storage.indexes import HashIndex, KeyFunction, SortedIndex, insert_id, remove_id
from mockrevio.storage.views import CopyOnReadTable, Record, StringKeyView, deep_copy

Change = tuple[Any, ...]
"""`("put", table, id, document)`, `("delete", table, id)` or `("replace", tables, next_ids)`."""

Key = TypeVar("Key")
Index = TypeVar("Index", HashIndex, SortedIndex)

SMALL_TABLE = 2000
"""Number of documents up to which an index is built under the lock, which takes milliseconds."""

_NO_LIMIT = 1 << 62


class Selection(NamedTuple):
    """Selects documents by their fields, sorts them, and picks one page of them.

    `criteria` maps each field to a set of keys, one of which a document must have. Without `sort`, documents
    are sorted by id.
    """

    criteria: Mapping[str, frozenset[Hashable]] = MappingProxyType({})
    sort: str | None = None
    descending: bool = False
    offset: int = 0
    limit: int = _NO_LIMIT


class LiveTable(Table):
    """One table. Reads never touch the disk; every write goes through the database's `commit`.

    Stored documents are never modified in place, so readers need the lock only while looking them up. Call
    `select`, `ids` and `ids_with` inside the database's `reading()` or `writing()`. All methods of TinyDB's
    `Table` also work, from any thread; the methods below are faster.
    """

    def __init__(
        self,
        storage: Storage,
        name: str,
        *,
        reading: Callable[[], AbstractContextManager[Any]],
        writing: Callable[[], AbstractContextManager[None]],
        commit: Callable[[Sequence[Change]], None],
        key_of: Callable[[str, str], KeyFunction],
        id_field: str | None = None,
        indexed: Sequence[tuple[str, ...]] = (),
        **options: Any,
    ) -> None:
        # TinyDB's query cache could return documents that have since changed.
        super().__init__(storage, name, **{**options, "cache_size": 0, "persist_empty": False})
        self.documents: dict[int, Record] = {}
        self.next_id = 1
        self._last_issued_id = 0
        self._ids: list[int] = []
        self._reading = reading
        self._writing = writing
        self._prepare_lock = threading.Lock()
        self._commit = commit
        self._key_of = key_of
        self._id_field = id_field
        self._hash_indexes: dict[tuple[str, ...], HashIndex] = {}
        self._sorted_indexes: dict[tuple[str, bool], SortedIndex] = {}
        for fields in indexed:
            self._hash_index(fields)

    # Changes. Only the database calls these, under its lock, after logging the change.

    def put(self, document_id: int, document: Record) -> None:
        """Store a document under its id, replacing an existing one."""
        old = self.documents.get(document_id)
        if old is None:
            insert_id(self._ids, document_id)
        for index in self._indexes():
            if old is not None:
                index.remove(document_id, old)
            index.add(document_id, document)
        self.documents[document_id] = document
        self.next_id = max(self.next_id, document_id + 1)

    def delete(self, document_id: int) -> None:
        """Delete a document. Its id is not reused."""
        old = self.documents.pop(document_id)
        remove_id(self._ids, document_id)
        for index in self._indexes():
            index.remove(document_id, old)

    def load(
        self,
        documents: Mapping[int, Record],
        next_id: int = 1,
        shared_indexes: dict[tuple[str, ...], HashIndex] | None = None,
    ) -> None:
        """Replace all documents.

        `shared_indexes` are indexes over exactly these documents; missing ones are built and added to it.
        """
        self.documents = dict(documents)
        self._ids = sorted(self.documents)
        self.next_id = max(next_id, self._ids[-1] + 1 if self._ids else 1)
        self._last_issued_id = 0
        self._sorted_indexes.clear()
        indexed = list(self._hash_indexes)
        self._hash_indexes.clear()
        for fields in indexed:
            if shared_indexes is None:
                self._hash_index(fields)
            else:
                shared = shared_indexes.get(fields)
                if shared is None:
                    shared = shared_indexes.setdefault(fields, self._build_hash_index(fields))
                self._hash_indexes[fields] = shared.copy()

    def _indexes(self) -> list[HashIndex | SortedIndex]:
        return [*self._hash_indexes.values(), *self._sorted_indexes.values()]

    # Reading.

    def fetch(self, document_id: int) -> Record | None:
        """Return a copy of the document with this id, or None if it is missing."""
        document = self.documents.get(document_id)
        return None if document is None else deep_copy(document)

    def ids(self) -> Sequence[int]:
        """Return all ids, ascending. Do not modify the list."""
        return self._ids

    def ids_with(self, fields: tuple[str, ...], key: Hashable) -> Sequence[int]:
        """Return the ids of documents whose fields have this key (a tuple for several fields)."""
        return self._hash_index(fields).ids((key,))

    def prepare(self, selection: Selection) -> None:
        """Build the missing indexes that a selection needs, without blocking writers.

        Call this without holding the database's lock. Otherwise `select` builds them under the lock.
        """
        if len(self.documents) < SMALL_TABLE or next(self._missing_indexes(selection), None) is None:
            return
        require_thread()
        with self._prepare_lock:
            for indexes, key, index in self._missing_indexes(selection):
                self._build_unlocked(indexes, key, index)

    def _missing_indexes(self, selection: Selection) -> Iterator[tuple[dict[Any, Any], Any, Any]]:
        """Yield the indexes that a selection needs and that do not exist yet, empty, each with its place."""
        for name in selection.criteria:
            if (name,) not in self._hash_indexes:
                hash_index = HashIndex((name,), [self._key_of(self.name, name)])
                yield self._hash_indexes, (name,), hash_index
        sort, descending = selection.sort, selection.descending
        if sort not in (None, self._id_field) and (sort, descending) not in self._sorted_indexes:
            sorted_index = SortedIndex(sort, self._key_of(self.name, sort), descending=descending)
            yield self._sorted_indexes, (sort, descending), sorted_index

    def _build_unlocked(self, indexes: dict[Key, Index], key: Key, index: Index) -> None:
        """Build an index over a copy of the table, then apply what was written in the meantime.

        Documents are never modified in place, so comparing identities finds the ones that changed.
        """
        with self._reading():
            before = dict(self.documents)
        index.build(before, sorted(before))
        with self._reading():
            after = self.documents
            removed = [id_ for id_, document in before.items() if after.get(id_) is not document]
            added = [id_ for id_, document in after.items() if before.get(id_) is not document]
            if len(removed) + len(added) > SMALL_TABLE:
                return  # nearly everything changed, as after a reset: leave it to `select`
            for document_id in removed:
                index.remove(document_id, before[document_id])
            for document_id in added:
                index.add(document_id, after[document_id])
            indexes[key] = index

    def select(self, selection: Selection) -> tuple[list[Record], bool]:
        """Return copies of the selected documents, and whether more follow."""
        documents, has_more = self.select_stored(selection)
        return [deep_copy(document) for document in documents], has_more

    def select_stored(self, selection: Selection) -> tuple[list[Record], bool]:
        """Like `select`, but return the stored documents, which the caller must not modify."""
        count = selection.limit + 1
        ids = self._page_ids(selection, count)
        return [self.documents[document_id] for document_id in ids[: selection.limit]], len(ids) == count

    def _page_ids(self, selection: Selection, count: int) -> Sequence[int]:
        """Return at most `count` ids, starting at the selection's offset."""
        start = selection.offset
        if not selection.criteria:
            if selection.sort not in (None, self._id_field):
                return self._sorted_index(selection).slice(start, count)
            if selection.descending:
                return self._ids[::-1][start : start + count]
            return self._ids[start : start + count]
        matching = self._ordered_candidates(selection, start + count)
        if isinstance(matching, list):
            if len(selection.criteria) == 1:
                return matching[start : start + count]
            matching = filter(self._predicate(selection.criteria), matching)
        return list(islice(matching, start, start + count))

    def _candidates(self, criteria: Mapping[str, frozenset[Hashable]]) -> list[int]:
        """Return the ids that match the most selective criterion."""
        if len(criteria) == 1:
            ((name, keys),) = criteria.items()
            return self._hash_index((name,)).ids(keys)
        return min((self._hash_index((name,)).ids(keys) for name, keys in criteria.items()), key=len)

    def _ordered_candidates(self, selection: Selection, needed: int) -> list[int] | Iterator[int]:
        """Return ids in the requested order: a list of candidates to test, or an iterator over matches."""
        candidates = self._candidates(selection.criteria)
        if selection.sort in (None, self._id_field):
            return candidates[::-1] if selection.descending else candidates
        sorted_index = self._sorted_index(selection)
        # If most documents match, walking the sorted index until enough match is faster than sorting.
        if needed * len(self.documents) < len(candidates) ** 2:
            return filter(self._predicate(selection.criteria), sorted_index.iterate())
        return sorted_index.sort(candidates, self.documents)

    def _predicate(self, criteria: Mapping[str, frozenset[Hashable]]) -> Callable[[int], bool]:
        checks = [(name, self._key_of(self.name, name), keys) for name, keys in criteria.items()]

        def matches(document_id: int) -> bool:
            document = self.documents[document_id]
            return all(key_of(document.get(name)) in keys for name, key_of, keys in checks)

        return matches

    def _hash_index(self, fields: tuple[str, ...]) -> HashIndex:
        index = self._hash_indexes.get(fields)
        if index is None:
            index = self._hash_indexes[fields] = self._build_hash_index(fields)
        return index

    def _build_hash_index(self, fields: tuple[str, ...]) -> HashIndex:
        index = HashIndex(fields, [self._key_of(self.name, name) for name in fields])
        index.build(self.documents, self._ids)
        return index

    def _sorted_index(self, selection: Selection) -> SortedIndex:
        name = cast(str, selection.sort)
        sorted_index = self._sorted_indexes.get((name, selection.descending))
        if sorted_index is None:
            key_of = self._key_of(self.name, name)
            sorted_index = SortedIndex(name, key_of, descending=selection.descending)
            sorted_index.build(self.documents, self._ids)
            self._sorted_indexes[name, selection.descending] = sorted_index
        return sorted_index

    # Hooks for TinyDB's own methods.

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return cast("dict[str, Mapping[str, Any]]", StringKeyView(self.documents))

    def insert(self, document: Mapping[str, Any]) -> int:
        """Insert a document, like TinyDB, under an id that no other thread gets."""
        with self._writing():
            return int(super().insert(document))

    def upsert(self, document: Mapping[str, Any], cond: Any = None) -> list[int]:
        """Update matching documents or insert one, like TinyDB, with no write in between."""
        with self._writing():
            return list(super().upsert(document, cond))

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> None:
        with self._writing():
            before, after = self.documents, CopyOnReadTable(self.documents)
            try:
                updater(cast("dict[int, Mapping[str, Any]]", after))
            finally:
                self._last_issued_id = 0
            changes: list[Change] = [("delete", self.name, key) for key in before if key not in after]
            changes += [
                ("put", self.name, key, deep_copy(value))
                for key, value in after.items()
                if value is not before.get(key) and value != before.get(key)
            ]
            if changes:
                self._commit(changes)

    def _get_next_id(self) -> int:
        # TinyDB requests several ids before writing any of the documents.
        self._last_issued_id = max(self.next_id, self._last_issued_id + 1)
        return self._last_issued_id
