"""One thread that holds the connections which nobody answers, so that they cost no worker."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress
from typing import Any

MOST_HELD = 500
"""How many connections are held at once; a further one takes the place of the oldest. Windows can
watch 512."""

LOOK_SECONDS = 0.2
"""How long the thread waits before it looks for connections that were handed over meanwhile."""


class HungConnections:
    """Holds connections until their clients give up. Its thread runs only while it holds any."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._held: dict[int, Any] = {}
        self._thread: threading.Thread | None = None

    def hold(self, connection: Any) -> None:
        """Take a connection over from its worker, which must not touch it any more."""
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
        """How many connections are held."""
        return len(self._held)

    @property
    def running(self) -> bool:
        """Whether its thread is at work."""
        return self._thread is not None

    def close(self) -> None:
        """Close all that is held."""
        with self._lock:
            for descriptor in list(self._held):
                self._drop(descriptor)
            thread = self._thread
        if thread is not None:
            thread.join()
        self._selector.close()

    def _watch(self) -> None:
        while True:
            # On Windows, select() refuses to look at nothing, hence the check before it.
            with self._lock:
                if not self._held:
                    self._thread = None
                    return
            try:
                ready = self._selector.select(LOOK_SECONDS)
            except OSError:  # Windows, where one of them was closed meanwhile
                continue
            with self._lock:
                for key, _ in ready:
                    if key.fd in self._held and self._has_gone(self._held[key.fd]):
                        self._drop(key.fd)

    @staticmethod
    def _has_gone(connection: Any) -> bool:
        """Whether the client hung up; anything that it sends is thrown away."""
        try:
            # The plain socket's method also where TLS lies above: what was sent is of no interest.
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
