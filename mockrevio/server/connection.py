"""The interface of a connection for its receiver and its cycles; `HttpProtocol` implements it."""

from __future__ import annotations

import asyncio
from typing import Protocol

from mockrevio.server.context import Context
from mockrevio.server.request import Peer, Request


class Connection(Protocol):
    """Gets requests from its receiver, and gives each to a cycle. To be used on the loop's thread."""

    context: Context
    transport: asyncio.Transport
    peer: Peer
    deadline: float | None
    closed: bool
    writable: bool
    """Whether the client has read enough of what was sent; see `HttpProtocol.pause_writing`."""

    @property
    def busy(self) -> bool:
        """Whether a request has no response yet; none is received meanwhile."""

    @property
    def ended(self) -> bool:
        """Whether the client sends no more."""

    def enqueue(self, request: Request) -> None:
        """Add a request to the queue."""

    def release_buffers(self) -> None:
        """Free the buffers while the request waits."""

    def cycle_done(self, *, keep_alive: bool) -> None:
        """The response is out."""

    def abort(self) -> None:
        """Close immediately, discarding unsent data."""
