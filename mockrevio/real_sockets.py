"""Python's own sockets, whatever a test has put in their place.

Libraries such as pytest-socket, httpretty and mocket replace `socket.socket` in the process of the tests, to
forbid or to answer connections that the code under test opens. Those that clients open to a server in the
same process are none of these.
"""

from __future__ import annotations

import _socket
import socket
from types import ModuleType
from typing import Any

getaddrinfo = _socket.getaddrinfo


def standard_class(module: ModuleType, name: str, base: type) -> Any:
    """A class of the standard library. It stays a subclass of `base` when it is replaced in its module."""
    each: type
    for each in base.__subclasses__():
        if (each.__module__, each.__qualname__) == (module.__name__, name):
            return each
    return getattr(module, name)


socket_class: type[socket.socket] = standard_class(socket, "socket", _socket.socket)


class Socket(socket_class):  # type: ignore[misc, valid-type]
    """A socket of the standard library, which accepts others of its kind."""

    __slots__ = ()

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection."""
        descriptor, address = self._accept()
        return Socket(self.family, self.type, self.proto, fileno=descriptor), address


def socketpair() -> tuple[socket.socket, socket.socket]:
    """Two sockets that are connected with each other."""
    ours, theirs = (Socket(fileno=end.detach()) for end in _socket.socketpair())
    return ours, theirs
