"""The threads that answer calls: as many as there are calls in progress, up to a limit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from cheroot.workers.threadpool import ThreadPool

FIRST = 8
"""How many threads there are from the start."""


class Workers(ThreadPool):
    """A pool that grows by need. To start hundreds of threads beforehand costs a tenth of a second."""

    _threads: list[Any]  # cheroot's own, of which its stubs say nothing
    _spawn_worker: Callable[[], Any]

    def __init__(self, server: Any, most: int) -> None:
        super().__init__(server, min=min(FIRST, most), max=most)
        self._most = most
        self._lock = threading.Lock()
        self._busy = 0

    @property
    def spare(self) -> int:
        """How many more calls could be worked on at once."""
        return self._most - self._busy

    def grow(self, amount: int) -> None:
        """Start more threads, up to the limit, without waiting for them."""
        missing = max(min(amount, self._most - len(self._threads)), 0)
        self._threads.extend(self._spawn_worker() for _ in range(missing))

    def put(self, obj: Any) -> None:
        """Give a connection with a call to a thread, to a new one if all are at work."""
        with self._lock:
            self._busy += 1
            if self._busy > len(self._threads):
                self.grow(1)
        super().put(obj)

    def done(self) -> None:
        """Take note that a call has been answered."""
        with self._lock:
            self._busy -= 1
