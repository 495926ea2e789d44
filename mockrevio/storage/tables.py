"""A TinyDB table with its documents in memory, and with indexes that find a page without a scan."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

from tinydb.storages import Storage
from tinydb.table import Table

from mockrevio.storage.indexes import HashIndex, KeyFunction, insert_id, remove_id
from mockrevio.storage.selections import SMALL_TABLE, Selection, TableIndexes
from mockrevio.storage.views import CopyOnReadTable, Record, StringKeyView, deep_copy

Change = tuple[Any, ...]
"""`("put", table, id, document)`, `("delete", table, id)` or `("replace", tables, next_ids)`."""


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
        self._commit = commit
        self._indexes = TableIndexes(self, lambda field: key_of(name, field), id_field, reading)
        for fields in indexed:
            self._indexes.hash_index(fields)

    # Changes. Only the database calls these, under its lock, after logging the change.

    def put(self, document_id: int, document: Record) -> None:
        """Store a document under its id, replacing an existing one."""
        old = self.documents.get(document_id)
        if old is None:
            insert_id(self._ids, document_id)
        self._indexes.replace(document_id, old, document)
        self.documents[document_id] = document
        self.next_id = max(self.next_id, document_id + 1)

    def delete(self, document_id: int) -> None:
        """Delete a document. Its id is not reused."""
        old = self.documents.pop(document_id)
        remove_id(self._ids, document_id)
        self._indexes.replace(document_id, old, None)

    def load(
        self,
        documents: Mapping[int, Record],
        next_id: int = 1,
        shared_indexes: dict[tuple[str, ...], HashIndex] | None = None,
        *,
        id_field: str | None = None,
    ) -> None:
        """Replace all documents, whose id field may be another one.

        `shared_indexes` are indexes over exactly these documents; missing ones are built and added to it.
        """
        self.documents = dict(documents)
        self._ids = sorted(self.documents)
        self.next_id = max(next_id, self._ids[-1] + 1 if self._ids else 1)
        self._last_issued_id = 0
        self._indexes.rebuild(id_field, shared_indexes)

    # Reading.

    def fetch(self, document_id: int) -> Record | None:
        """Return a copy of the document with this id, or None if it is missing."""
        document = self.documents.get(document_id)
        return None if document is None else deep_copy(document)

    def ids(self) -> list[int]:
        """Return all ids, ascending. Do not modify the list."""
        return self._ids

    def ids_with(self, fields: tuple[str, ...], key: Hashable) -> Sequence[int]:
        """Return the ids of documents whose fields have this key (a tuple for several fields)."""
        return self._indexes.hash_index(fields).ids((key,))

    def prepare(self, selection: Selection) -> None:
        """Build the missing indexes that a selection needs, without blocking writers.

        Call this without holding the database's lock. Otherwise `select` builds them under the lock. Raises
        WouldBlock on an event loop if finding the documents takes more than a moment.
        """
        if len(self.documents) >= SMALL_TABLE:
            self._indexes.prepare(selection)

    def select(self, selection: Selection) -> tuple[list[Record], bool]:
        """Return copies of the selected documents, and whether more follow."""
        documents, has_more = self.select_stored(selection)
        return [deep_copy(document) for document in documents], has_more

    def select_stored(self, selection: Selection) -> tuple[list[Record], bool]:
        """Like `select`, but return the stored documents, which the caller must not modify."""
        count = selection.limit + 1
        ids = self._indexes.page(selection, count)
        return [self.documents[document_id] for document_id in ids[: selection.limit]], len(ids) == count

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
