"""The lock of a database, for readers and for writers."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from types import TracebackType

from mockrevio import scheduling
from mockrevio.storage.stores import Store


class DatabaseLock(AbstractContextManager[None]):
    """The lock of a database. On an event loop it never waits: WouldBlock, if another thread has it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        if self._lock.acquire(blocking=False):
            return
        if scheduling.on_loop():
            raise scheduling.WouldBlock
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


class WriteLock(AbstractContextManager[None]):
    """Holds the lock for one write, and syncs after releasing it.

    A class, because a generator-based context manager would take longer than lock and sync together.
    """

    def __init__(self, lock: DatabaseLock, store: Store) -> None:
        self._lock = lock
        self._store = store

    def __enter__(self) -> None:
        self._lock.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.__exit__(kind, error, trace)
        if kind is None and not (self._store.syncs and scheduling.defer(self._store.sync)):
            self._store.sync()
