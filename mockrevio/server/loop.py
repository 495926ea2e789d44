"""The event loop of the server."""

from __future__ import annotations

import asyncio

from mockrevio import real_time
from mockrevio.real_sockets import socketpair


class ServerLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop, by the real time and with sockets of the standard library."""

    def time(self) -> float:
        """The time of the loop in seconds."""
        return real_time.monotonic()

    def _make_self_pipe(self) -> None:
        # As asyncio does. Its own uses `socket.socketpair`, which makes sockets of the class in `socket`.
        self._ssock, self._csock = socketpair()
        self._ssock.setblocking(False)
        self._csock.setblocking(False)
        self._internal_fds += 1  # type: ignore[attr-defined]
        self._add_reader(self._ssock.fileno(), self._read_from_self)  # type: ignore[attr-defined]
