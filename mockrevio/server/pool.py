"""The threads for work that may block."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from mockrevio.server import limits
from mockrevio.threads import report_refused_thread

Task = tuple[Callable[[], None], Callable[[], None]]
"""Work for a thread, and what the loop is to call when it is done."""


class Pool:
    """A pool of threads, which start when they are needed. All methods belong to the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, threads: int, name: str) -> None:
        self._loop = loop
        self._threads = threads
        self._name = name
        self._closed = False
        self._executor: ThreadPoolExecutor | None = None
        self._tasks: deque[Task] = deque()
        """What no thread has begun yet. All threads take from it."""
        self._alive = False
        """Whether there is a thread."""
        self._retry: asyncio.TimerHandle | None = None
        self.helper: Pool | None = None
        """The pool whose threads run the tasks if this pool cannot start one."""
        self._running: Counter[str] = Counter()
        self._queues: dict[str, deque[Task]] = {}

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
        self._tasks.append((work, done))
        self._wake_thread()

    def _wake_thread(self) -> None:
        """Wake or start a thread for the queued tasks.

        If the system refuses one, the threads of this pool and of its helper run the tasks, and starting one
        is retried after a pause.
        """
        if self._closed or not self._tasks or self._submit() or self._retry is not None:
            return
        self._retry = self._loop.call_later(limits.THREAD_PAUSE, self._wake_again)
        if self.helper is not None:
            self.helper.help(self._run_tasks)

    def _wake_again(self) -> None:
        self._retry = None
        self._wake_thread()

    def help(self, work: Callable[[], None]) -> None:
        """Run work of another pool, if this one has a thread."""
        if self._alive and not self._closed:
            self._tasks.append((work, _no_op))
            self._submit()

    def _submit(self) -> bool:
        """Wake an idle thread, or start one; False if all are busy and the system starts no more."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(
                self._threads, thread_name_prefix=self._name, initializer=self._thread_started
            )
        try:
            self._executor.submit(self._run_tasks)
        except RuntimeError as error:
            report_refused_thread(error)
            return False
        return True

    def _thread_started(self) -> None:
        self._alive = True

    def _run_tasks(self) -> None:
        while True:
            try:
                work, done = self._tasks.popleft()
            except IndexError:  # another thread has done them
                return
            try:
                work()
            finally:
                call_if_open(self._loop, done)

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
        self._tasks.clear()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)


def _no_op() -> None:
    """What is to be done after help."""


def call_if_open(loop: asyncio.AbstractEventLoop, callback: Callable[..., None], *arguments: Any) -> None:
    """Call back on the loop from any thread; does nothing if the loop is closed."""
    try:
        loop.call_soon_threadsafe(callback, *arguments)
    except RuntimeError:
        if not loop.is_closed():
            raise
