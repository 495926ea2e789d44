"""One connection: its transport, and its requests, which have their responses one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from enum import Enum
from typing import Any

from mockrevio.server import limits
from mockrevio.server.context import Context
from mockrevio.server.cycle import Cycle
from mockrevio.server.receiver import Phase, Receiver
from mockrevio.server.request import Request
from mockrevio.server.response import plain_response


class State(Enum):
    """Of a connection."""

    OPEN = 1
    CLOSING = 2
    """The last response is out; what comes is discarded."""
    HUNG = 3
    """Nothing is ever sent."""


class HttpProtocol(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def __init__(self, context: Context) -> None:
        self.context = context
        self.state = State.OPEN
        self.deadline: float | None = None
        self.closed = False
        self.environ: dict[str, Any] = {}
        self._receiver = Receiver(self)
        self._queue: deque[Request] = deque()
        self._cycle: Cycle | None = None
        self._writable = True
        self._reading = True
        self._ended = False

    # The transport's events.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to receive."""
        self.transport = transport  # type: ignore[assignment]  # asyncio passes a Transport
        self.environ = self.context.environ(self.transport)
        if not self.context.add(self):
            self.refuse("503 Service Unavailable", "Too many connections.")
            return
        self.deadline = self.context.now() + limits.IDLE_TIMEOUT

    def data_received(self, data: bytes) -> None:
        """Parse what comes; start the first complete request."""
        if not self._receiver.active:
            return
        self._receiver.feed(data)
        self._start_next()
        if self._queue and self._reading and self._receiver.active:
            self._reading = False
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """The client sends no more. It may still read: what is complete gets its response."""
        self._ended = True
        if self._receiver.in_body:
            self._receiver.break_body("it ended before all of it had come")
        self._receiver.stop()
        if self.state is State.HUNG:
            return False
        return self._cycle is not None or bool(self._queue)  # True keeps the connection half open

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone. A request in progress is carried out all the same."""
        del exc
        self.closed = True
        self.deadline = None
        self._receiver.stop()
        self._queue.clear()
        self.context.remove(self)

    def pause_writing(self) -> None:
        """The client reads slowly: no further request of its connection is started."""
        self._writable = False
        self.deadline = self.context.now() + limits.WRITE_TIMEOUT

    def resume_writing(self) -> None:
        """The client has read on."""
        self._writable = True
        self.deadline = None if self._cycle is not None else self.context.now() + limits.IDLE_TIMEOUT
        self._start_next()

    # What ends a connection.

    def refuse(self, status: str, message: str) -> None:
        """Respond with an error of the server's own, and close, whatever was to come."""
        self._receiver.stop()
        self._queue.clear()
        self.transport.write(plain_response(status, message))
        self.close()

    def timed_out(self) -> None:
        """The deadline has passed."""
        self.deadline = None
        if self._receiver.in_body and self._writable:
            self._receiver.break_body("nothing came for too long")
        elif self.state is State.CLOSING or not self._writable:
            self.transport.abort()
        else:
            self.close()

    def close(self) -> None:
        """Close once everything written has gone out. What still comes is discarded for a moment, since
        closing on unread bytes would reset the connection, and the client would lose the response."""
        if self.closed or self.state is State.CLOSING:
            return
        receiving = self._receiver.phase is Phase.BODY
        self.state = State.CLOSING
        self._receiver.stop()
        self._queue.clear()
        if not receiving and self._reading:
            self.transport.close()
            return
        self._resume_reading()
        try:
            if self.transport.can_write_eof():
                self.transport.write_eof()
        except OSError:  # the client is gone
            self.transport.abort()
            return
        self.deadline = self.context.now() + limits.LINGER_TIMEOUT

    def hang(self) -> None:
        """Send nothing until the client gives up or the server stops."""
        if self._ended:  # it has given up already
            self.abort()
            return
        self.state = State.HUNG
        self.deadline = None
        self._receiver.stop()
        self._queue.clear()
        self._resume_reading()  # to notice that the client is gone
        self.context.hung.add(self)

    def abort(self) -> None:
        """Close at once; nothing more goes out."""
        self.state = State.CLOSING
        self._receiver.stop()
        self._queue.clear()
        self.transport.abort()

    def shut_down(self) -> None:
        """The server stops: a connection whose client waits for no response at work ends now."""
        self._queue.clear()
        if self.state is State.HUNG:
            self.abort()
        elif self._cycle is not None:
            self._cycle.shut_down()
        elif self.state is not State.CLOSING:
            self.transport.close()

    def _resume_reading(self) -> None:
        if not self._reading:
            self._reading = True
            self.transport.resume_reading()

    # One request after the other.

    @property
    def busy(self) -> bool:
        """Whether an earlier request has no response yet."""
        return self._cycle is not None or bool(self._queue)

    def enqueue(self, request: Request) -> None:
        """Take a request, to be handled once those before it have been."""
        self._queue.append(request)
        if not self._receiver.active:  # there is no `data_received` to start it
            self._start_next()

    def _start_next(self) -> None:
        if self.closed or self._cycle is not None or not self._queue or not self._writable:
            return
        request = self._queue.popleft()
        if request.error is not None:
            self.transport.write(plain_response(request.error.status, str(request.error)))
            self.close()
            return
        self._cycle = Cycle(self, request)
        self._cycle.start()

    def cycle_done(self, *, keep_alive: bool) -> None:
        """The response is out. Others have their turn before the next request of this connection."""
        self._cycle = None
        if self.closed:
            return
        if not keep_alive or self.context.stopping:
            self.close()
        elif self._queue:
            self.context.loop.call_soon(self._start_next)
        elif not self._receiver.active:
            self.close()
        else:
            self._resume_reading()
            if self._receiver.phase is Phase.IDLE and self._writable:
                self.deadline = self.context.now() + limits.IDLE_TIMEOUT
