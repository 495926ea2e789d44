"""Control of Python's cyclic garbage collector in the process of `mockrevio serve`.

A collection visits all records of all worlds and blocks everything: 10 to 20 ms per 100,000 records, several
times during a large job. Records are not in cycles, so they are freed without it. So collections are paused
while a job runs in a thread, and what a large job leaves behind is frozen: later collections skip it. Cycles
that happen to be frozen too are freed by a full collection, which is rare.

In other processes, such as a test run, nothing here has an effect.
"""

from __future__ import annotations

import gc
import threading
from contextlib import AbstractContextManager
from types import TracebackType

FULL_COLLECTIONS = 50
"""A collection of everything that is not frozen after this many smaller ones, instead of Python's 10: while
ten thousand requests wait, it takes a tenth of a second."""

LARGE = 10_000
"""New objects, or records in a new table, from which on a job is large."""

MAX_UNCOLLECTED = 1_000_000
"""New objects after which there is a collection even though jobs overlap without end."""

MAX_FREEZES = 100
"""Large jobs after which everything is collected. Each may have frozen the cycles of a thousand requests."""


class _CollectionPause(AbstractContextManager[None]):
    """Pauses collections while any thread is inside this block."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._enabled = False
        self._running = 0
        self._is_large = False
        self._freezes = 0

    def enable(self) -> None:
        """Take control of the collector in this process, and freeze what is loaded."""
        with self._lock:
            self._enabled = True
            gc.set_threshold(*gc.get_threshold()[:2], FULL_COLLECTIONS)
            gc.freeze()
            if not self._running:
                gc.enable()

    def add_table(self, records: int) -> None:
        """Record that the job leaves a table with this many records behind."""
        if records >= LARGE:
            self._is_large = True

    def __enter__(self) -> None:
        if self._enabled:
            with self._lock:
                self._running += 1
                gc.disable()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._enabled:
            return
        with self._lock:
            self._running -= 1
            new_objects = gc.get_count()[0]
            if self._running:
                if new_objects > MAX_UNCOLLECTED:
                    gc.collect(0)
                return
            if self._is_large or new_objects > LARGE:
                self._is_large = False
                self._freezes += 1
                if self._freezes >= MAX_FREEZES:
                    self._collect_all()
                gc.freeze()
            gc.enable()

    def collect_all(self) -> None:
        """Collect frozen cycles: a removed world is full of them, from its parts to each other."""
        with self._lock:
            if self._freezes:
                self._collect_all()
                gc.freeze()

    def _collect_all(self) -> None:
        gc.unfreeze()
        gc.collect()
        self._freezes = 0


pause = _CollectionPause()
