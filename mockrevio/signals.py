"""What tells requests that wait, in any thread, that something has happened."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Signal:
    """Tells of changes, each of which increases `version`. Thread-safe.

    `scheduling.Wait(seconds, partial(signal.subscribe, version))` waits for the next one.
    """

    def __init__(self) -> None:
        self.version = 0
        self._lock = threading.Lock()
        self._subscribers: dict[object, Callable[[], None]] = {}

    def notify(self) -> None:
        """It has changed: call everyone back who subscribed to an earlier version."""
        with self._lock:
            self.version += 1
            subscribers, self._subscribers = self._subscribers, {}
        for callback in subscribers.values():
            callback()

    def subscribe(self, version: int, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back once when this is no longer the version; the result unsubscribes."""
        with self._lock:
            if self.version == version:
                key = object()
                self._subscribers[key] = callback
                return lambda: self._unsubscribe(key)
        callback()
        return lambda: None

    def _unsubscribe(self, key: object) -> None:
        with self._lock:
            self._subscribers.pop(key, None)


class Latch:
    """Something that happens once. Thread-safe."""

    def __init__(self) -> None:
        self._signal = Signal()

    @property
    def happened(self) -> bool:
        """Whether it has happened."""
        return self._signal.version > 0

    def happen(self) -> None:
        """It happens: call everyone back who subscribed."""
        self._signal.notify()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back when it happens, at once if it has; the result unsubscribes."""
        return self._signal.subscribe(0, callback)
