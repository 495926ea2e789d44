"""How waiting requests are notified, from any thread, that something has happened."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Latch:
    """A flag that is set once and stays set. Thread-safe.

    `scheduling.Wait(seconds, latch.subscribe)` waits for it.
    """

    def __init__(self) -> None:
        self.is_set = False
        self._lock = threading.Lock()
        self._subscribers: dict[object, Callable[[], None]] = {}

    def set(self) -> None:
        """Set it, and call all subscribers."""
        with self._lock:
            self.is_set = True
            subscribers, self._subscribers = self._subscribers, {}
        for callback in subscribers.values():
            callback()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back when it is set, immediately if it already is; the returned function unsubscribes."""
        with self._lock:
            if not self.is_set:
                key = object()
                self._subscribers[key] = callback
                return lambda: self._unsubscribe(key)
        callback()
        return lambda: None

    def _unsubscribe(self, key: object) -> None:
        with self._lock:
            self._subscribers.pop(key, None)
