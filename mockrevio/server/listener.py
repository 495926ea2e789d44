"""Accepting connections, from the start of the server to its end."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from mockrevio import real_time
from mockrevio.reporting import ThrottledReport
from mockrevio.server import limits
from mockrevio.server.context import Context
from mockrevio.server.descriptors import require_free_descriptors
from mockrevio.server.protocol import HttpProtocol
from mockrevio.server.run_queue import TIME_SLICE

if TYPE_CHECKING:
    import ssl


class Listener:
    """Accepts connections on a bound socket, on the loop that runs `serve`."""

    def __init__(self, context: Context, bound: socket.socket, tls: ssl.SSLContext | None) -> None:
        self.context = context
        self._bound = bound
        self._tls = tls
        self._stop: asyncio.Event
        self._sweeper: asyncio.TimerHandle
        self._accepting = ThrottledReport("cannot accept connections")
        self._connecting = ThrottledReport("a connection failed")
        self._accepted: WeakSet[socket.socket] = WeakSet()

    async def serve(self, started: Callable[[], None]) -> None:
        """Accept connections until `stop`, then let what is at work finish. Calls `started` once ready."""
        context = self.context
        loop = asyncio.get_running_loop()
        context.run_on(loop)
        loop.set_exception_handler(self._report)
        self._stop = asyncio.Event()
        accepting = asyncio.create_task(self._accept())
        self._sweep()
        started()
        await self._stop.wait()
        accepting.cancel()
        await asyncio.wait([accepting])
        self._bound.close()
        await self._finish()
        self._sweeper.cancel()
        context.close()

    async def _accept(self) -> None:
        """Accept connections in batches: asyncio's own server would accept all pending ones at once, and
        retry as often if accepting fails."""
        loop = self.context.loop
        connecting: set[asyncio.Task[Any]] = set()
        for number in count(1):
            try:
                require_free_descriptors(len(self.context.connections) + len(connecting))
                connection = await self._next_connection()
            except ConnectionError:  # the client has disconnected already
                continue
            except OSError as error:  # for example, no file descriptor is left
                self._accepting.report(error)
                self._close_idle()
                await asyncio.sleep(limits.ACCEPT_PAUSE)
                continue
            task = loop.create_task(loop.connect_accepted_socket(self._protocol, connection))
            connecting.add(task)
            task.add_done_callback(connecting.discard)
            if number % limits.ACCEPT_BATCH == 0:
                await asyncio.sleep(0)

    def _close_idle(self) -> None:
        """Close the connections that have been idle the longest, to free descriptors."""
        since = self.context.now() + self.context.idle_timeout - limits.SHORT_IDLE_TIMEOUT
        idle = [each for each in self.context.connections if each.idle and (each.deadline or since) < since]
        idle.sort(key=lambda connection: connection.deadline or since)
        for connection in idle[: limits.ACCEPT_BATCH]:
            connection.close()

    async def _next_connection(self) -> socket.socket:
        """Accept a connection as soon as there is one.

        Where the loop can tell that there is one, this accepts it without a pause in between. asyncio's own
        `sock_accept` loses a connection that arrives just when it is cancelled.
        """
        loop, ready = self.context.loop, asyncio.Event()
        while True:
            try:
                connection, _ = self._bound.accept()
            except (BlockingIOError, InterruptedError):
                pass
            else:
                connection.setblocking(False)
                self._accepted.add(connection)
                return connection
            try:
                loop.add_reader(self._bound, ready.set)
            except NotImplementedError:  # the loop of Windows
                return (await loop.sock_accept(self._bound))[0]
            try:
                await ready.wait()
            finally:
                loop.remove_reader(self._bound)
            ready.clear()

    def _protocol(self) -> asyncio.Protocol:
        connection = HttpProtocol(self.context)
        if self._tls is None:
            return connection
        from mockrevio.server.tls_protocol import TlsProtocol

        return TlsProtocol(self._tls, connection)

    def abandon(self) -> None:
        """Close this process's copies of the connections; see `Server.abandon`."""
        for connection in list(self._accepted):
            connection.close()

    def stop(self) -> None:
        """Stop accepting; to be called on the loop's thread."""
        self.context.stopping = True
        self._stop.set()

    async def _finish(self) -> None:
        connections = self.context.connections
        deadline = real_time.monotonic() + limits.STOP_TIMEOUT
        for connection in list(connections):
            connection.shut_down()
        while connections and real_time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        for connection in list(connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # for what abort() has scheduled

    def _sweep(self) -> None:
        """Tell connections whose deadline has passed, some at a time. One timer does for all of them."""
        now = self.context.now()
        late = [each for each in self.context.connections if each.deadline and each.deadline < now]
        for connection in late[: limits.SWEEP_BATCH]:
            connection.timed_out()
        pause = limits.SWEEP_INTERVAL if len(late) <= limits.SWEEP_BATCH else TIME_SLICE
        self._sweeper = self.context.loop.call_later(pause, self._sweep)

    def _report(self, loop: asyncio.AbstractEventLoop, details: dict[str, Any]) -> None:
        """Report errors in callbacks, except for clients that disconnect."""
        error = details.get("exception")
        if isinstance(error, ConnectionError) or getattr(error, "errno", None) == errno.ENOTCONN:
            return
        if isinstance(error, OSError):
            self._connecting.report(error)
        else:
            loop.default_exception_handler(details)
