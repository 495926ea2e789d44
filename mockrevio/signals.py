"""How waiting requests are notified, from any thread, that something has happened."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Signal:
    """Notifies subscribers of changes, each of which increases `version`. Thread-safe.

    `scheduling.Wait(seconds, partial(signal.subscribe, version))` waits for the next one.
    """

    def __init__(self) -> None:
        self.version = 0
        self._lock = threading.Lock()
        self._subscribers: dict[object, Callable[[], None]] = {}

    def notify(self) -> None:
        """Increase the version, and call all subscribers."""
        with self._lock:
            self.version += 1
            subscribers, self._subscribers = self._subscribers, {}
        for callback in subscribers.values():
            callback()

    def subscribe(self, version: int, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back once when the version differs from this one; the returned function unsubscribes."""
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
    """A flag that is set once and stays set. Thread-safe."""

    def __init__(self) -> None:
        self._signal = Signal()

    @property
    def is_set(self) -> bool:
        """Whether it is set."""
        return self._signal.version > 0

    def set(self) -> None:
        """Set it, and call all subscribers."""
        self._signal.notify()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back when it is set, immediately if it already is; the returned function unsubscribes."""
        return self._signal.subscribe(0, callback)
