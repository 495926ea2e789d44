"""A live TinyDB database: tables in memory, each change logged first, checkpointed into the data file."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from tinydb import TinyDB

from mockrevio import cancellation, fairness, gc_control
from mockrevio.errors import DataClosed, StorageError
from mockrevio.storage.checkpoint_counts import CheckpointCounts
from mockrevio.storage.database_locks import DatabaseLock, WriteLock
from mockrevio.storage.datafile import Tables
from mockrevio.storage.image import Image
from mockrevio.storage.indexes import KeyFunction
from mockrevio.storage.stores import EphemeralStore, FileStore, Store
from mockrevio.storage.tables import Change, LiveTable
from mockrevio.threads import start_daemon


class LiveDatabase(TinyDB):
    """The tables of one world.

    `table_options(table)` returns the keyword arguments of a `LiveTable` that depend on its fields:
    `id_field` and `indexed`. `check` returns why tables from a file cannot be used, or None; it may
    complete their records. To read several values that must be consistent, use
    `with database.reading():`. To check and then write, use `with database.writing():`.
    """

    table_class: type[LiveTable] = LiveTable

    def __init__(
        self,
        store: Store,
        *,
        key_of: Callable[[str, str], KeyFunction],
        table_options: Callable[[str], Mapping[str, Any]],
        check: Callable[[Tables], str | None],
        warn: Callable[[str], None],
    ) -> None:
        super().__init__(storage=lambda: store)
        self._live: dict[str, LiveTable] = {}
        self._store = store
        self._key_of = key_of
        self._table_options = table_options
        self._check = check
        self._warn = warn
        self._lock = DatabaseLock()
        self._writing = WriteLock(self._lock, store)
        self._checkpoint_lock = threading.Lock()
        self._checkpoint_thread: threading.Thread | None = None
        self._close_scope = cancellation.CancelScope()
        """What background checkpoints belong to."""
        self._unused: WeakValueDictionary[str, LiveTable] = WeakValueDictionary()
        """Emptied tables that something refers to. Others are freed: a state may name any number of them."""
        self._image: Image | None = None  # what tables contain that have not `_changed` since
        self._changed: set[str] = set()
        self._change_count = 0
        self._table_change_counts: Counter[str] = Counter()
        self._replace(("replace", *store.recover(check)))

    def live_table(self, name: str) -> LiveTable:
        """Return the table with this name, creating an empty one if it is missing."""
        return self.table(name)

    def table(self, name: str, **options: Any) -> LiveTable:
        """Return the table with this name, like TinyDB's `table`."""
        table = self._live.get(name)
        if table is None:
            arguments = {**options, **self._table_options(name), "key_of": self._key_of}
            arguments.update(reading=self.reading, writing=self.writing)
            with self._lock:  # two threads must not create the same table twice
                table = self._live.get(name, self._unused.pop(name, None))
                if table is None:
                    table = self.table_class(self.storage, name, commit=self._check_and_commit, **arguments)
                self._live[name] = table
        return table

    def tables(self) -> set[str]:
        """Return the names of all tables that are not empty."""
        return {name for name, table in self._live_tables() if table.documents}

    def drop_tables(self) -> None:
        """Empty every table. Ids are not reused."""
        with self.writing():
            self.commit([("replace", {}, self.next_ids())])

    def drop_table(self, name: str) -> None:
        """Empty one table. Its ids are not reused."""
        self.live_table(name).truncate()

    def reading(self) -> AbstractContextManager[Any]:
        """Block writers inside this block."""
        return self._lock

    def writing(self) -> AbstractContextManager[None]:
        """Block readers and other writers inside this block. On exit, sync the changes if configured."""
        return self._writing

    def initialize(self, change: Change) -> None:
        """Apply the first change to an empty database, writing it directly to the data file.

        Raises DataUnwritable, and leaves no file behind, if writing fails or is cancelled.
        """
        with self._lock:
            self._apply(change)
        try:
            self.checkpoint()
        except BaseException:
            self._store.discard()
            raise

    def commit(self, changes: Sequence[Change]) -> None:
        """Apply changes, all or none: first to the log, then in memory.

        Raises DataUnwritable, with nothing changed, if the log cannot be written, DataClosed if the database
        is closed, and Cancelled if the scope of this thread is cancelled.
        """
        with self._lock:
            cancellation.raise_if_cancelled()
            if not self._opened:
                raise DataClosed("this world is closed: it was deleted, or the server is stopping")
            self._store.append(changes)
            for change in changes:
                self._apply(change)
            if self._store.checkpoint_due() and self._checkpoint_thread is None:
                self._checkpoint_thread = start_daemon(self._checkpoint_in_background, "mockrevio-checkpoint")
                if self._checkpoint_thread is None:
                    self._store.postpone_checkpoint()

    def _check_and_commit(self, changes: Sequence[Change]) -> None:
        """Check and commit changes made through TinyDB's own methods.

        Raises ValueError, with nothing changed, if a record is invalid.
        """
        for change in changes:
            if change[0] == "put":
                _, name, document_id, document = change
                defect = self._check({name: {document_id: document}})
                if defect:
                    raise ValueError(defect)
        self.commit(changes)

    def next_ids(self) -> dict[str, int]:
        """Return the next id of each table, except tables whose next id is still 1."""
        return {name: table.next_id for name, table in self._live_tables() if table.next_id > 1}

    def documents(self) -> Tables:
        """Return every table's current documents. The tables are copies, the documents are not."""
        with self._lock:
            return {name: dict(table.documents) for name, table in self._live_tables()}

    def change_count(self, *, without: Iterable[str] = ()) -> int:
        """How many changes were committed, except for those of single records in the tables `without`.

        Needs no lock, so a change that is being committed may count already or not.
        """
        return self._change_count - sum(self._table_change_counts[name] for name in without)

    def table_change_count(self, name: str) -> int:
        """How many changes of single records of one table were committed."""
        return self._table_change_counts[name]

    def _live_tables(self) -> list[tuple[str, LiveTable]]:
        return list(self._live.items())

    def _apply(self, change: Change) -> None:
        self._change_count += 1
        if change[0] == "put":
            _, name, document_id, document = change
            self._note_change(name)
            self.live_table(name).put(document_id, document)
        elif change[0] == "delete":
            _, name, document_id = change
            self._note_change(name)
            self.live_table(name).delete(document_id)
        else:
            self._replace(change)

    def _note_change(self, name: str) -> None:
        self._changed.add(name)
        self._table_change_counts[name] += 1

    def _replace(self, change: Change) -> None:
        """Replace all tables, or if they came from the same image, those that have changed since."""
        _, tables, next_ids = change
        image, before, self._image = change if isinstance(change, Image) else None, self._image, None
        hash_indexes = {} if image is None else image.hash_indexes
        # In an order that does not depend on Python's hash seed.
        names = dict.fromkeys([*tables, *next_ids, *self._live])
        for name in names if image is None or image is not before else sorted(self._changed):
            table, documents = self.live_table(name), tables.get(name, {})
            replaced = list(table.documents.values())
            id_field = self._table_options(name).get("id_field")
            table.load(documents, next_ids.get(name, 1), hash_indexes.get(name), id_field=id_field)
            fairness.discard(replaced)
            gc_control.pause.add_table(len(documents))
            if not documents and table.next_id == 1:
                self._unused[name] = self._live.pop(name)
        self._image, self._changed = image, set()

    def checkpoint(self) -> None:
        """Checkpoint the log into the data file, blocking writers only briefly.

        Raises DataUnwritable if writing fails, and Cancelled if it is cancelled; the log then still
        has every change.
        """
        with self._checkpoint_lock:
            cancellation.raise_if_cancelled()
            with self._lock:
                tables, next_ids, position = self.documents(), self.next_ids(), self._store.position()
            self._store.write_file(tables, next_ids, position)
            with self._store.copying_tail(position), self._lock:
                self._store.truncate_before(position)

    @property
    def checkpoints(self) -> CheckpointCounts:
        """How often the log was checkpointed into the data file, and how long that took."""
        return self._store.checkpoints

    @property
    def log_size(self) -> int:
        """The size of the write-ahead log in bytes."""
        return self._store.position().size

    def _checkpoint_in_background(self) -> None:
        try:
            with gc_control.pause, cancellation.in_scope(self._close_scope):
                self.checkpoint()
        except cancellation.Cancelled:
            pass  # `close` makes a checkpoint if there is time
        except StorageError as error:
            # The log still has every change and keeps growing. Retry when it has doubled.
            self._store.postpone_checkpoint()
            self._warn(
                "the log could not be checkpointed into the data file; mockrevio retries when the log has "
                f"doubled in size: {error}"
            )
        finally:
            self._checkpoint_thread = None

    def close(self) -> None:
        """Checkpoint the log into the data file and close the files. Later writes raise DataClosed.

        The checkpoint is cancelled once the scope of this thread is. Raises DataUnwritable
        if writing fails. In both cases, the log still has every change, and the next start reads it.
        """
        self._close_scope.cancel()
        with self._lock:
            if not self._opened:
                return
            self._opened = False
            checkpoint_thread = self._checkpoint_thread
        if checkpoint_thread is not None:
            checkpoint_thread.join()
        try:
            if self._store.position().size:
                self.checkpoint()
        except cancellation.Cancelled:
            pass
        finally:
            super().close()


def open_database(
    folder: Path | None,
    name: str,
    *,
    fsync: bool,
    key_of: Callable[[str, str], KeyFunction],
    table_options: Callable[[str], Mapping[str, Any]],
    check: Callable[[Tables], str | None],
    warn: Callable[[str], None],
    require_ownership: Callable[[], None] = lambda: None,
) -> LiveDatabase:
    """Open the database `<folder>/<name>.json` with its log. Without a folder, nothing is stored.

    `require_ownership` raises DataUnwritable if the folder no longer belongs to this process.
    """
    store: Store = EphemeralStore()
    if folder is not None:
        path = folder / f"{name}.json"
        store = FileStore(path, fsync=fsync, warn=warn, require_ownership=require_ownership)
    return LiveDatabase(store, key_of=key_of, table_options=table_options, check=check, warn=warn)
