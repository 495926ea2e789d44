"""The threads for work that may block."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from mockrevio.server import limits


class Pool:
    """A pool of threads, which start when they are needed. All methods belong to the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, threads: int, name: str) -> None:
        self._loop = loop
        self._threads = threads
        self._name = name
        self._closed = False
        self._executor: ThreadPoolExecutor | None = None
        self._running: Counter[str] = Counter()
        self._queues: dict[str, deque[tuple[Callable[[], None], Callable[[], None]]]] = {}

    def run(self, group: str | None, work: Callable[[], None], done: Callable[[], None]) -> None:
        """Run `work` in a thread, then `done` on the loop. Neither may raise.

        A group has only some of the threads: its calls may all wait for the lock that one of them holds, and
        the others must not wait with them. Raises RuntimeError if the pool is closed.
        """
        if group is None:
            self._start(work, done)
        elif self._running[group] < limits.GROUP_THREADS:
            self._start(work, partial(self._finished, group, done))
            self._running[group] += 1
        else:
            self._queues.setdefault(group, deque()).append((work, done))

    def _start(self, work: Callable[[], None], done: Callable[[], None]) -> None:
        if self._closed:
            raise RuntimeError("the pool is closed")
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self._threads, thread_name_prefix=self._name)
        future = self._executor.submit(work)
        future.add_done_callback(lambda _: call_if_open(self._loop, done))

    def _finished(self, group: str, done: Callable[[], None]) -> None:
        self._running[group] -= 1
        if not self._running[group]:
            del self._running[group]
        queue = self._queues.get(group)
        if queue:
            self.run(group, *queue.popleft())
            if not queue:
                del self._queues[group]
        done()

    def close(self) -> None:
        """Let the threads end; what they have not begun is dropped."""
        self._closed = True
        self._queues.clear()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)


def call_if_open(loop: asyncio.AbstractEventLoop, callback: Callable[..., None], *arguments: Any) -> None:
    """Call back on the loop from any thread; once the loop is closed, nobody waits any more."""
    try:
        loop.call_soon_threadsafe(callback, *arguments)
    except RuntimeError:
        if not loop.is_closed():
            raise
