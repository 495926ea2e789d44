"""The worker threads: one per request in progress, up to a limit."""

from __future__ import annotations

import select
import socket
import threading
from typing import Any

from cheroot.workers.threadpool import ThreadPool, WorkerThread

FIRST = 8
"""How many threads start with the server."""

MOST_WAITING = 16
"""How many threads at most wait for the next request on the connection they have just served."""

WAIT_SECONDS = 0.05
"""How long they wait. An active client, such as a test, sends its next request sooner."""


class Workers(ThreadPool):
    """A thread pool that grows on demand. Starting hundreds of threads up front takes a tenth of a second."""

    _threads: list[Any]  # cheroot's attribute, missing from its stubs
    server: Any

    def __init__(self, server: Any, most: int) -> None:
        super().__init__(server, min=min(FIRST, most), max=most)
        self._most = most
        self._lock = threading.Lock()
        self._busy = 0
        self._waiting = 0

    @property
    def spare(self) -> int:
        """How many more requests could be in progress."""
        return self._most - self._busy

    def grow(self, amount: int) -> None:
        """Start more threads, up to the limit, without waiting for them."""
        missing = max(min(amount, self._most - len(self._threads)), 0)
        self._threads.extend(self._spawn_worker() for _ in range(missing))

    def _spawn_worker(self) -> Any:
        """Start a daemon thread, so that a script that forgets to stop its server can still exit."""
        worker = WorkerThread(self.server)  # type: ignore[no-untyped-call]  # cheroot has no types here
        worker.name = f"mockrevio-worker-{worker.name.rpartition('-')[2]}"
        worker.daemon = True
        worker.start()
        return worker

    def put(self, obj: Any) -> None:
        """Pass a connection with a request to a thread, starting a new one if all are busy."""
        with self._lock:
            self._busy += 1
            if self._busy > len(self._threads):
                self.grow(1)
        super().put(obj)

    def done(self) -> None:
        """Record that a worker is done with its connection."""
        with self._lock:
            self._busy -= 1

    def await_next(self, connection: socket.socket) -> bool:
        """Whether the next request arrives within WAIT_SECONDS. For the connection's current thread.

        Passing the connection to the thread that watches idle connections, and back for the next request,
        costs as much as serving the request.
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
    """Whether data or the end of the connection arrives within that time."""
    if not hasattr(select, "poll"):  # on Windows, `select` has no limit on descriptor numbers
        return bool(select.select([connection], [], [], seconds)[0])
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
