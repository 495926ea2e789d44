"""What the connections of one server share: the app, the loop, the pool of threads, the limits."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import Any, Protocol

from mockrevio.cancellation import CancelScope
from mockrevio.scheduling import SERVER, WsgiApp
from mockrevio.server import limits
from mockrevio.server.group_commit import GroupCommit
from mockrevio.server.pool import Pool, call_if_open
from mockrevio.server.response import plain_response
from mockrevio.server.run_queue import RunQueue


class ManagedConnection(Protocol):
    """A connection, as far as starting, timing out and stopping concern it."""

    transport: asyncio.Transport
    deadline: float | None

    @property
    def idle(self) -> bool:
        """Whether it is open, and no request has begun; `deadline` is when that has lasted for too long."""

    def timed_out(self) -> None:
        """The deadline has passed."""

    def close(self) -> None:
        """Close once everything written has gone out."""

    def shut_down(self) -> None:
        """The server stops."""


class Context:
    """The state of one server. `run_on` comes first; all of it belongs to the loop's thread."""

    loop: asyncio.AbstractEventLoop
    now: Callable[[], float]
    """The loop's time in seconds."""
    run_queue: RunQueue
    pool: Pool
    group_commit: GroupCommit
    """What runs the deferred work of requests, such as syncs."""

    def __init__(
        self,
        app: WsgiApp,
        bound: socket.socket,
        *,
        secure: bool,
        idle_timeout: float,
        max_connections: int,
    ) -> None:
        """The state of a server for `app` on a bound socket, by TLS if `secure`.

        `idle_timeout` is in seconds. An app has to say in attributes what more it can do than WSGI asks for.
        """
        self.app = app
        self.secure = secure
        self.idle_timeout = idle_timeout
        self._max_connections = max_connections
        self.cooperative = bool(getattr(app, "cooperative", False))
        """Whether the app keeps its promise never to block the loop. Any other app runs in the pool."""
        self.handles_rejections = self.cooperative and bool(getattr(app, "handles_rejections", False))
        """Whether the app responds to requests that the server rejects, which have a `REJECTION`."""
        self._refusal: Callable[[str], tuple[str, bytes]] | None = getattr(app, "refusal", None)
        self.stopping = False
        self.connections: set[ManagedConnection] = set()
        self._body_limit: Callable[[str], int] = getattr(app, "body_limit", lambda _: limits.MAX_DRAIN)
        name, port = bound.getsockname()[:2]
        self.on_head: Callable[[dict[str, Any]], CancelScope | None] = getattr(app, "on_head", _ignore)
        """Tells the app of a request whose body is still to come; returns its cancel scope."""
        self._threads: int = getattr(app, "threads", limits.POOL_THREADS)
        """How many requests may block at the same time."""
        self._urgent: Callable[[str], bool] = getattr(app, "urgent", lambda _: False)
        self.environ: dict[str, Any] = {
            "SCRIPT_NAME": "",
            "SERVER_NAME": name,
            "SERVER_PORT": str(port),
            SERVER: True,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if secure else "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }
        """What the WSGI environments of all requests have in common."""

    def run_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say which loop runs the server."""
        self.loop = loop
        self.now = loop.time
        self.run_queue = RunQueue(loop)
        self.pool = Pool(loop, self._threads, "mockrevio-worker")
        self._sync_pool = Pool(loop, limits.SYNC_THREADS, "mockrevio-sync")
        self.pool.helper, self._sync_pool.helper = self._sync_pool, self.pool
        self.group_commit = GroupCommit(loop, self._sync_pool)

    def call(self, callback: Callable[..., None], *arguments: Any) -> None:
        """Call back on the loop, from any thread."""
        call_if_open(self.loop, callback, *arguments)

    def body_limit(self, url: bytes) -> int:
        """How many bytes of a body the app takes at this address."""
        return self._body_limit(url.decode("latin-1"))

    def is_urgent(self, path: bytes) -> bool:
        """Whether a request for this path starts even while others queue."""
        return self._urgent(path.decode("latin-1"))

    def add(self, connection: ManagedConnection) -> bool:
        """Take a connection in; False beyond the limit."""
        self.connections.add(connection)
        return len(self.connections) <= self._max_connections

    def refusal(self, status: int, message: str) -> bytes:
        """The response to a connection that is refused before it has brought a request."""
        return plain_response(status, message, None if self._refusal is None else self._refusal(message))

    def remove(self, connection: ManagedConnection) -> None:
        """Forget a connection that is gone."""
        self.connections.discard(connection)

    def close(self) -> None:
        """Let the threads end; what they have not begun is dropped."""
        self.run_queue.close()
        self.pool.close()
        self._sync_pool.close()


def _ignore(_: dict[str, Any]) -> None:
    """What an app does that has no interest in requests before they are complete."""
