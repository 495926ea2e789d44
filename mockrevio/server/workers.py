"""The threads that answer calls: as many as there are calls in progress, up to a limit."""

from __future__ import annotations

import select
import socket
import threading
from typing import Any

from cheroot.workers.threadpool import ThreadPool, WorkerThread

FIRST = 8
"""How many threads there are from the start."""

MOST_WAITING = 16
"""How many threads at most wait for the next call of the connection that they have just answered."""

WAIT_SECONDS = 0.05
"""How long they do so. A client that is at work, as a test is, sends its next call sooner."""


class Workers(ThreadPool):
    """A pool that grows by need. To start hundreds of threads beforehand costs a tenth of a second."""

    _threads: list[Any]  # cheroot's own, of which its stubs say nothing
    server: Any

    def __init__(self, server: Any, most: int) -> None:
        super().__init__(server, min=min(FIRST, most), max=most)
        self._most = most
        self._lock = threading.Lock()
        self._busy = 0
        self._waiting = 0

    @property
    def spare(self) -> int:
        """How many more calls could be worked on at once."""
        return self._most - self._busy

    def grow(self, amount: int) -> None:
        """Start more threads, up to the limit, without waiting for them."""
        missing = max(min(amount, self._most - len(self._threads)), 0)
        self._threads.extend(self._spawn_worker() for _ in range(missing))

    def _spawn_worker(self) -> Any:
        """A thread that keeps no process alive: a script that forgot to stop its server should end."""
        worker = WorkerThread(self.server)  # type: ignore[no-untyped-call]  # cheroot has no types here
        worker.name = f"mockrevio-worker-{worker.name.rpartition('-')[2]}"
        worker.daemon = True
        worker.start()
        return worker

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

    def await_next(self, connection: socket.socket) -> bool:
        """Whether the next call of a connection comes soon, for the thread that has it.

        To hand the connection over to the thread that watches the idle ones, and to be handed it back for
        the next call, costs as much as to answer.
        """
        with self._lock:
            if self._waiting >= MOST_WAITING:
                return False
            self._waiting += 1
        try:
            return _readable(connection, WAIT_SECONDS)
        finally:
            with self._lock:
                self._waiting -= 1


def _readable(connection: socket.socket, seconds: float) -> bool:
    """Whether something comes within that time, be it the end."""
    if not hasattr(select, "poll"):  # Windows, whose `select` takes a socket of any number
        return bool(select.select([connection], [], [], seconds)[0])
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
