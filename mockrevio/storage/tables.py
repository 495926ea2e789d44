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

from mockrevio.storage.indexes import KeyOf, Lookup, Order, add_id, drop_id
from mockrevio.storage.views import ByText, Draft, Record, copied

Change = tuple[Any, ...]
"""One of `("put", table, id, document)`, `("delete", table, id)`, `("replace", tables, next_ids)`."""

Key = TypeVar("Key")
Index = TypeVar("Index", Lookup, Order)

FEW = 2000
"""Documents of which an index is built at once, whoever waits meanwhile: it takes milliseconds."""

_MANY = 1 << 62


class Selection(NamedTuple):
    """Which documents, in which order, and which stretch of them.

    `wanted` maps a field to the keys of which a document must have one. Without `sort`, the order is
    that of the ids.
    """

    wanted: Mapping[str, frozenset[Hashable]] = MappingProxyType({})
    sort: str | None = None
    descending: bool = False
    offset: int = 0
    limit: int = _MANY


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
        key_of: Callable[[str, str], KeyOf],
        id_field: str | None = None,
        indexed: Sequence[tuple[str, ...]] = (),
        **options: Any,
    ) -> None:
        # TinyDB's cache of queries could keep what a writer has just changed; empty tables are not kept.
        super().__init__(storage, name, **{**options, "cache_size": 0, "persist_empty": False})
        self.documents: dict[int, Record] = {}
        self.next_id = 1
        self._handed_out = 0
        self._ids: list[int] = []
        self._reading = reading
        self._writing = writing
        self._preparing = threading.Lock()
        self._commit = commit
        self._key_of = key_of
        self._id_field = id_field
        self._lookups: dict[tuple[str, ...], Lookup] = {}
        self._orders: dict[tuple[str, bool], Order] = {}
        for fields in indexed:
            self._lookup(fields)

    # What a change does. Called by the database alone, under its lock, after the log has the change.

    def put(self, document_id: int, document: Record) -> None:
        """Store a document under its id, in place of one that is there."""
        old = self.documents.get(document_id)
        if old is None:
            add_id(self._ids, document_id)
        for index in self._indexes():
            if old is not None:
                index.drop(document_id, old)
            index.add(document_id, document)
        self.documents[document_id] = document
        self.next_id = max(self.next_id, document_id + 1)

    def delete(self, document_id: int) -> None:
        """Take a document out; its id is not used again."""
        old = self.documents.pop(document_id)
        drop_id(self._ids, document_id)
        for index in self._indexes():
            index.drop(document_id, old)

    def load(
        self,
        documents: Mapping[int, Record],
        next_id: int = 1,
        built: dict[tuple[str, ...], Lookup] | None = None,
    ) -> None:
        """Hold these documents and no others. `built` are indexes over them; those missing are added."""
        self.documents = dict(documents)
        self._ids = sorted(self.documents)
        self.next_id = max(next_id, self._ids[-1] + 1 if self._ids else 1)
        self._handed_out = 0
        self._orders.clear()
        kept = list(self._lookups)
        self._lookups.clear()
        for fields in kept:
            if built is None:
                self._lookup(fields)
            else:
                known = built.get(fields) or built.setdefault(fields, self._built_lookup(fields))
                self._lookups[fields] = known.copy()

    def _indexes(self) -> list[Lookup | Order]:
        return [*self._lookups.values(), *self._orders.values()]

    # Reading.

    def fetch(self, document_id: int) -> Record | None:
        """A copy of the document with this id, or None."""
        document = self.documents.get(document_id)
        return None if document is None else copied(document)

    def ids(self) -> Sequence[int]:
        """All ids, ascending. Not to be changed."""
        return self._ids

    def ids_with(self, fields: tuple[str, ...], key: Hashable) -> Sequence[int]:
        """The ids of documents whose fields have this key (a tuple where there are several fields)."""
        return self._lookup(fields).ids((key,))

    def prepare(self, selection: Selection) -> None:
        """Build the indexes that a selection needs and that are missing, with writers at work meanwhile.

        To be called outside of the database's lock. `select` would build them too, but under it.
        """
        if len(self.documents) < FEW:
            return
        with self._preparing:
            for name in selection.wanted:
                if (name,) not in self._lookups:
                    self._build_aside(
                        self._lookups, (name,), Lookup((name,), [self._key_of(self.name, name)])
                    )
            sort = selection.sort
            if sort not in (None, self._id_field) and (sort, selection.descending) not in self._orders:
                order = Order(sort, self._key_of(self.name, sort), descending=selection.descending)
                self._build_aside(self._orders, (sort, selection.descending), order)

    def _build_aside(self, place: dict[Key, Index], key: Key, index: Index) -> None:
        """Build an index over a copy, then catch up with what was written since. Documents are never
        changed in place, so those that are still the same object are still the same."""
        with self._reading():
            before = dict(self.documents)
        index.load(before, sorted(before))
        with self._reading():
            now = self.documents
            gone = [each for each, document in before.items() if now.get(each) is not document]
            new = [each for each, document in now.items() if before.get(each) is not document]
            if len(gone) + len(new) > FEW:
                return  # all is different, as after a reset: `select` builds it
            for document_id in gone:
                index.drop(document_id, before[document_id])
            for document_id in new:
                index.add(document_id, now[document_id])
            place[key] = index

    def select(self, selection: Selection) -> tuple[list[Record], bool]:
        """Copies of the selected documents, and whether there are more behind them."""
        found, has_more = self.look(selection)
        return [copied(document) for document in found], has_more

    def look(self, selection: Selection) -> tuple[list[Record], bool]:
        """As `select`, but the documents themselves, for readers that do not change them."""
        stop = selection.limit + 1
        ids = self._window(selection, stop)
        return [self.documents[each] for each in ids[: selection.limit]], len(ids) == stop

    def _window(self, selection: Selection, stop: int) -> Sequence[int]:
        """The ids from the selection's offset on, at most `stop` of them."""
        start = selection.offset
        if not selection.wanted:
            if selection.sort not in (None, self._id_field):
                return self._order(selection).window(start, stop)
            if selection.descending:
                return self._ids[::-1][start : start + stop]
            return self._ids[start : start + stop]
        matching = self._in_order(selection, start + stop)
        if isinstance(matching, list):
            if len(selection.wanted) == 1:
                return matching[start : start + stop]
            matching = filter(self._test(selection.wanted), matching)
        return list(islice(matching, start, start + stop))

    def _candidates(self, wanted: Mapping[str, frozenset[Hashable]]) -> list[int]:
        """The shortest list of ids that one of the fields narrows the table to."""
        if len(wanted) == 1:
            ((name, keys),) = wanted.items()
            return self._lookup((name,)).ids(keys)
        return min((self._lookup((name,)).ids(keys) for name, keys in wanted.items()), key=len)

    def _in_order(self, selection: Selection, needed: int) -> list[int] | Iterator[int]:
        """In the wanted order: candidates yet to be tested, or an iterator over what matches."""
        candidates = self._candidates(selection.wanted)
        if selection.sort in (None, self._id_field):
            return candidates[::-1] if selection.descending else candidates
        order = self._order(selection)
        # Walking the whole order until enough have matched beats sorting where most documents match.
        if needed * len(self.documents) < len(candidates) ** 2:
            return filter(self._test(selection.wanted), order.walk())
        return order.arrange(candidates, self.documents)

    def _test(self, wanted: Mapping[str, frozenset[Hashable]]) -> Callable[[int], bool]:
        checks = [(name, self._key_of(self.name, name), keys) for name, keys in wanted.items()]

        def matches(document_id: int) -> bool:
            document = self.documents[document_id]
            return all(key_of(document.get(name)) in keys for name, key_of, keys in checks)

        return matches

    def _lookup(self, fields: tuple[str, ...]) -> Lookup:
        lookup = self._lookups.get(fields)
        if lookup is None:
            lookup = self._lookups[fields] = self._built_lookup(fields)
        return lookup

    def _built_lookup(self, fields: tuple[str, ...]) -> Lookup:
        lookup = Lookup(fields, [self._key_of(self.name, each) for each in fields])
        lookup.load(self.documents, self._ids)
        return lookup

    def _order(self, selection: Selection) -> Order:
        name = cast(str, selection.sort)
        order = self._orders.get((name, selection.descending))
        if order is None:
            key_of = self._key_of(self.name, name)
            order = Order(name, key_of, descending=selection.descending)
            order.load(self.documents, self._ids)
            self._orders[name, selection.descending] = order
        return order

    # What TinyDB's own methods stand on.

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return cast("dict[str, Mapping[str, Any]]", ByText(self.documents))

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
            before, after = self.documents, Draft(self.documents)
            try:
                updater(cast("dict[int, Mapping[str, Any]]", after))
            finally:
                self._handed_out = 0
            changes: list[Change] = [("delete", self.name, key) for key in before if key not in after]
            changes += [
                ("put", self.name, key, copied(value))
                for key, value in after.items()
                if value is not before.get(key) and value != before.get(key)
            ]
            if changes:
                self._commit(changes)

    def _get_next_id(self) -> int:
        # TinyDB asks for several ids before it writes any of them.
        self._handed_out = max(self.next_id, self._handed_out + 1)
        return self._handed_out
