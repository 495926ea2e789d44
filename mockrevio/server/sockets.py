"""Python's own sockets, whatever a test has put in their place.

Libraries such as pytest-socket, httpretty and mocket replace `socket.socket` in the process of the tests, to
forbid or to answer connections that the code under test opens. Those that clients open to a server in the
same process are none of these.
"""

from __future__ import annotations

import _socket
import asyncio
import socket
from typing import Any

from mockrevio import real_time

getaddrinfo = _socket.getaddrinfo


def _socket_class() -> type[socket.socket]:
    """The class of the standard library. It stays a subclass of the built-in one when it is replaced."""
    for each in _socket.socket.__subclasses__():
        if (each.__module__, each.__qualname__) == ("socket", "socket"):
            return each  # type: ignore[return-value]
    return socket.socket


class Socket(_socket_class()):  # type: ignore[misc]
    """A socket of the standard library, which accepts others of its kind."""

    __slots__ = ()

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection."""
        descriptor, address = self._accept()
        return Socket(self.family, self.type, self.proto, fileno=descriptor), address


class ServerLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop by the real clock, and with sockets of the standard library."""

    def time(self) -> float:
        """The time of the loop in seconds."""
        return real_time.monotonic()

    def _make_self_pipe(self) -> None:
        # As asyncio does. Its own uses `socket.socketpair`, which makes sockets of the class in `socket`.
        ours, theirs = (Socket(fileno=end.detach()) for end in _socket.socketpair())
        ours.setblocking(False)
        theirs.setblocking(False)
        self._ssock, self._csock = ours, theirs
        self._internal_fds += 1  # type: ignore[attr-defined]
        self._add_reader(ours.fileno(), self._read_from_self)  # type: ignore[attr-defined]
