"""A TinyDB table whose documents stay in memory, with indexes that answer a page without a scan."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

from tinydb.storages import Storage
from tinydb.table import Table

from mockrevio.storage.indexes import HashIndex, KeyFunction, SortedIndex, insert_id, remove_id
from mockrevio.storage.views import CopyOnReadTable, Record, StringKeyView, deep_copy

Change = tuple[Any, ...]
"""One of `("put", table, id, document)`, `("delete", table, id)`, `("replace", tables, next_ids)`."""

Key = TypeVar("Key")
Index = TypeVar("Index", HashIndex, SortedIndex)

SMALL_TABLE = 2000
"""Documents of which an index is built at once, whoever waits meanwhile: it takes milliseconds."""

_NO_LIMIT = 1 << 62


class Selection(NamedTuple):
    """Which documents, in which order, and which stretch of them.

    `criteria` maps a field to the keys of which a document must have one. Without `sort`, the order is
    that of the ids.
    """

    criteria: Mapping[str, frozenset[Hashable]] = MappingProxyType({})
    sort: str | None = None
    descending: bool = False
    offset: int = 0
    limit: int = _NO_LIMIT


class LiveTable(Table):
    """One table. Reads never touch the disk; every write goes through the database's `commit`.

    Stored documents are never changed in place, so a reader needs the lock only while it looks them
    up: `select`, `ids` and `ids_with` are for use within the database's `reading()` or `writing()`.
    The methods that TinyDB's `Table` has work too, from any thread; those below are the quick ones.
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
        # TinyDB's cache of queries could keep what a writer has just changed; empty tables are not kept.
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

    # What a change does. Called by the database alone, under its lock, after the log has the change.

    def put(self, document_id: int, document: Record) -> None:
        """Store a document under its id, in place of one that is there."""
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
        """Take a document out; its id is not used again."""
        old = self.documents.pop(document_id)
        remove_id(self._ids, document_id)
        for index in self._indexes():
            index.remove(document_id, old)

    def load(
        self,
        documents: Mapping[int, Record],
        next_id: int = 1,
        built: dict[tuple[str, ...], HashIndex] | None = None,
    ) -> None:
        """Hold these documents and no others. `built` are indexes over them; those missing are added."""
        self.documents = dict(documents)
        self._ids = sorted(self.documents)
        self.next_id = max(next_id, self._ids[-1] + 1 if self._ids else 1)
        self._last_issued_id = 0
        self._sorted_indexes.clear()
        kept = list(self._hash_indexes)
        self._hash_indexes.clear()
        for fields in kept:
            if built is None:
                self._hash_index(fields)
            else:
                known = built.get(fields) or built.setdefault(fields, self._build_hash_index(fields))
                self._hash_indexes[fields] = known.copy()

    def _indexes(self) -> list[HashIndex | SortedIndex]:
        return [*self._hash_indexes.values(), *self._sorted_indexes.values()]

    # Reading.

    def fetch(self, document_id: int) -> Record | None:
        """A copy of the document with this id, or None."""
        document = self.documents.get(document_id)
        return None if document is None else deep_copy(document)

    def ids(self) -> Sequence[int]:
        """All ids, ascending. Not to be changed."""
        return self._ids

    def ids_with(self, fields: tuple[str, ...], key: Hashable) -> Sequence[int]:
        """The ids of documents whose fields have this key (a tuple where there are several fields)."""
        return self._hash_index(fields).ids((key,))

    def prepare(self, selection: Selection) -> None:
        """Build the indexes that a selection needs and that are missing, with writers at work meanwhile.

        To be called outside of the database's lock. `select` would build them too, but under it.
        """
        if len(self.documents) < SMALL_TABLE:
            return
        with self._prepare_lock:
            for name in selection.criteria:
                if (name,) not in self._hash_indexes:
                    self._build_unlocked(
                        self._hash_indexes, (name,), HashIndex((name,), [self._key_of(self.name, name)])
                    )
            sort = selection.sort
            if (
                sort not in (None, self._id_field)
                and (sort, selection.descending) not in self._sorted_indexes
            ):
                sorted_index = SortedIndex(
                    sort, self._key_of(self.name, sort), descending=selection.descending
                )
                self._build_unlocked(self._sorted_indexes, (sort, selection.descending), sorted_index)

    def _build_unlocked(self, place: dict[Key, Index], key: Key, index: Index) -> None:
        """Build an index over a copy, then catch up with what was written since. Documents are never
        changed in place, so those that are still the same object are still the same."""
        with self._reading():
            before = dict(self.documents)
        index.build(before, sorted(before))
        with self._reading():
            now = self.documents
            gone = [each for each, document in before.items() if now.get(each) is not document]
            new = [each for each, document in now.items() if before.get(each) is not document]
            if len(gone) + len(new) > SMALL_TABLE:
                return  # all is different, as after a reset: `select` builds it
            for document_id in gone:
                index.remove(document_id, before[document_id])
            for document_id in new:
                index.add(document_id, now[document_id])
            place[key] = index

    def select(self, selection: Selection) -> tuple[list[Record], bool]:
        """Copies of the selected documents, and whether there are more behind them."""
        found, has_more = self.select_stored(selection)
        return [deep_copy(document) for document in found], has_more

    def select_stored(self, selection: Selection) -> tuple[list[Record], bool]:
        """As `select`, but the documents themselves, for readers that do not change them."""
        stop = selection.limit + 1
        ids = self._page_ids(selection, stop)
        return [self.documents[each] for each in ids[: selection.limit]], len(ids) == stop

    def _page_ids(self, selection: Selection, stop: int) -> Sequence[int]:
        """The ids from the selection's offset on, at most `stop` of them."""
        start = selection.offset
        if not selection.criteria:
            if selection.sort not in (None, self._id_field):
                return self._sorted_index(selection).slice(start, stop)
            if selection.descending:
                return self._ids[::-1][start : start + stop]
            return self._ids[start : start + stop]
        matching = self._ordered_candidates(selection, start + stop)
        if isinstance(matching, list):
            if len(selection.criteria) == 1:
                return matching[start : start + stop]
            matching = filter(self._predicate(selection.criteria), matching)
        return list(islice(matching, start, start + stop))

    def _candidates(self, criteria: Mapping[str, frozenset[Hashable]]) -> list[int]:
        """The shortest list of ids that one of the fields narrows the table to."""
        if len(criteria) == 1:
            ((name, keys),) = criteria.items()
            return self._hash_index((name,)).ids(keys)
        return min((self._hash_index((name,)).ids(keys) for name, keys in criteria.items()), key=len)

    def _ordered_candidates(self, selection: Selection, needed: int) -> list[int] | Iterator[int]:
        """In the wanted order: candidates yet to be tested, or an iterator over what matches."""
        candidates = self._candidates(selection.criteria)
        if selection.sort in (None, self._id_field):
            return candidates[::-1] if selection.descending else candidates
        sorted_index = self._sorted_index(selection)
        # Walking the whole order until enough have matched beats sorting where most documents match.
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
        index = HashIndex(fields, [self._key_of(self.name, each) for each in fields])
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

    # What TinyDB's own methods stand on.

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return cast("dict[str, Mapping[str, Any]]", StringKeyView(self.documents))

    def insert(self, document: Mapping[str, Any]) -> int:
        """Insert a document, as TinyDB does, under an id that no other thread is given."""
        with self._writing():
            return int(super().insert(document))

    def upsert(self, document: Mapping[str, Any], cond: Any = None) -> list[int]:
        """Update what matches or else insert, as TinyDB does, with nobody writing in between."""
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
        # TinyDB asks for several ids before it writes any of them.
        self._last_issued_id = max(self.next_id, self._last_issued_id + 1)
        return self._last_issued_id
