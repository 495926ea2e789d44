"""Those that wait for changes of something that a lock protects, such as a log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

WatcherT = TypeVar("WatcherT")

_NO_CALLBACKS: Sequence[Callable[[], None]] = ()


class Watchers(Generic[WatcherT]):
    """The watchers of something, each with a callback. `version` increases with every change."""

    def __init__(self, lock: threading.Lock) -> None:
        """`lock` protects what is watched, and the watchers with it."""
        self.version = 0
        self._lock = lock
        self._waiting: dict[object, tuple[WatcherT, Callable[[], None]]] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def changed(self, wakes: Callable[[WatcherT], bool] | None = None) -> Sequence[Callable[[], None]]:
        """Note a change, with the lock held. Remove the watchers that it wakes, by default all of them.

        Returns their callbacks, for `call_back` once the lock is free.
        """
        self.version += 1
        if not self._waiting:
            return _NO_CALLBACKS
        woken = [key for key, (watcher, _) in self._waiting.items() if wakes is None or wakes(watcher)]
        return [self._waiting.pop(key)[1] for key in woken]

    def watch(self, version: int, watcher: WatcherT, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back once when a change wakes the watcher, or immediately if this is not the version any more.

        The returned function cancels that.
        """
        key = object()
        with self._lock:
            if self.version == version:
                self._waiting[key] = watcher, callback
                return lambda: self._unwatch(key)
        callback()
        return lambda: None

    def _unwatch(self, key: object) -> None:
        with self._lock:
            self._waiting.pop(key, None)


def call_back(woken: Iterable[Callable[[], None]]) -> None:
    """Call the watchers back that a change has woken."""
    for callback in woken:
        callback()
