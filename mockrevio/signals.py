"""What tells requests that wait, in any thread, that something has happened."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Latch:
    """Something that happens once. Thread-safe.

    `scheduling.Wait(seconds, latch.subscribe)` waits for it.
    """

    def __init__(self) -> None:
        self.happened = False
        self._lock = threading.Lock()
        self._subscribers: dict[object, Callable[[], None]] = {}

    def happen(self) -> None:
        """It happens: call everyone back who subscribed."""
        with self._lock:
            self.happened = True
            subscribers, self._subscribers = self._subscribers, {}
        for callback in subscribers.values():
            callback()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back when it happens, at once if it has; the result unsubscribes."""
        with self._lock:
            if not self.happened:
                key = object()
                self._subscribers[key] = callback
                return lambda: self._unsubscribe(key)
        callback()
        return lambda: None

    def _unsubscribe(self, key: object) -> None:
        with self._lock:
            self._subscribers.pop(key, None)
