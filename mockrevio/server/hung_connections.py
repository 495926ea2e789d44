"""Hung connections: one thread watches all of them, so that none occupies a worker."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress
from typing import Any

MOST_HELD = 500
"""How many connections can hang at once; one more closes the oldest. `select` on Windows can watch 512."""

LOOK_SECONDS = 0.2
"""How long the thread waits before it checks for newly added connections."""


class HungConnections:
    """Holds connections until their clients hang up. Its thread runs only while there are any."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._held: dict[int, Any] = {}
        self._thread: threading.Thread | None = None

    def hold(self, connection: Any) -> None:
        """Take over a connection from its worker, which must not use it any more."""
        connection.held = True
        with self._lock:
            if len(self._held) >= self._most:
                self._drop(next(iter(self._held)))
            descriptor = connection.socket.fileno()
            self._held[descriptor] = connection
            self._selector.register(connection.socket, selectors.EVENT_READ)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="mockrevio-keeper", daemon=True)
                self._thread.start()

    @property
    def count(self) -> int:
        """How many connections hang."""
        return len(self._held)

    @property
    def running(self) -> bool:
        """Whether the thread is running."""
        return self._thread is not None

    def close(self) -> None:
        """Close all connections and stop the thread."""
        with self._lock:
            for descriptor in list(self._held):
                self._drop(descriptor)
            thread = self._thread
        if thread is not None:
            thread.join()
        self._selector.close()

    def _watch(self) -> None:
        while True:
            # Also needed because select() on Windows rejects an empty set.
            with self._lock:
                if not self._held:
                    self._thread = None
                    return
            try:
                ready = self._selector.select(LOOK_SECONDS)
            except OSError:  # on Windows, if a connection was closed in the meantime
                continue
            with self._lock:
                for key, _ in ready:
                    if key.fd in self._held and self._has_gone(self._held[key.fd]):
                        self._drop(key.fd)

    @staticmethod
    def _has_gone(connection: Any) -> bool:
        """Whether the client hung up; discards anything it sent."""
        try:
            # The plain socket's method, also under TLS: the data itself does not matter.
            return not socket.socket.recv(connection.socket, 65536)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _drop(self, descriptor: int) -> None:
        connection = self._held.pop(descriptor)
        with suppress(KeyError, ValueError):
            self._selector.unregister(connection.socket)
        with suppress(OSError):
            connection.let_go()
