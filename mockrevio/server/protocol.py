"""One connection: its transport, and its requests, which are handled one after the other."""

from __future__ import annotations

import asyncio
from enum import Enum

from mockrevio.server import limits
from mockrevio.server.bad_request import BadRequest
from mockrevio.server.context import Context
from mockrevio.server.cycle import Cycle
from mockrevio.server.receiver import ReceivePhase, Receiver
from mockrevio.server.request import Peer, Request, peer_of
from mockrevio.server.response import plain_response


class State(Enum):
    """The state of a connection."""

    OPEN = 1
    CLOSING = 2  # the last response was sent; further input is discarded


class HttpProtocol(asyncio.Protocol):
    """One connection."""

    __slots__ = (
        "_cycle",
        "_ended",
        "_is_queued",
        "_queue",
        "_queued_at",
        "_reading",
        "_receiver",
        "_unread",
        "closed",
        "context",
        "deadline",
        "peer",
        "state",
        "transport",
        "writable",
    )

    def __init__(self, context: Context) -> None:
        self.context = context
        self.transport: asyncio.Transport
        self.peer: Peer
        self.state = State.OPEN
        self.deadline: float | None = None
        self.closed = False
        self._receiver = Receiver(self)
        self._queue: list[Request] | None = None
        self._cycle: Cycle | None = None
        self._is_queued = False
        self._unread = b""  # received, and parsed when the run queue gets to this connection
        self._queued_at = 0.0
        self.writable = True
        self._reading = True
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to receive."""
        self.transport = transport  # type: ignore[assignment]  # asyncio passes a Transport
        self.peer = peer_of(transport)
        if not self.context.add(self):
            self.transport.write(self.context.refusal(503, "Too many connections."))
            self.close(linger=True)
            return
        self._start_idling()

    def data_received(self, data: bytes) -> None:
        """Parse the data and start the request if it is complete; under load, queue the connection."""
        if not self._receiver.active:
            return
        run_queue = self.context.run_queue
        if self._unread or self.busy or not (run_queue.may_start() or self._receiver.begins_urgent(data)):
            self._unread += data
            if len(self._unread) > limits.MAX_UNREAD:
                self._pause_reading()
            if not self.busy:
                self._queue_up()
            return
        self._receive(data)
        run_queue.record_work()

    def _receive(self, data: bytes, queued_seconds: float = 0.0) -> None:
        self._unread = self._receiver.feed(data)
        if self._ended and not self._unread:
            self._input_ended()
        self._start_next(queued_seconds)

    def eof_received(self) -> bool:
        """The client sends no more, but may still read: complete requests get their responses."""
        self._ended = True
        if not self._unread:
            self._input_ended()
        if self._cycle is not None:
            self._cycle.client_left()
        return self.busy or bool(self._unread)  # True keeps the connection half open

    @property
    def ended(self) -> bool:
        """Whether the client sends no more."""
        return self._ended or self.closed

    def _input_ended(self) -> None:
        given_up = self._receiver.in_body
        self._receiver.client_left()
        self._receiver.stop()
        if given_up and not self.busy:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone. A request in progress is carried out all the same."""
        del exc
        self.closed = True
        self.deadline = None
        if self._cycle is not None:
            self._cycle.client_left()
        self._receiver.client_left()
        self._drop_input()
        self.context.remove(self)

    def pause_writing(self) -> None:
        """The client reads slowly: stop reading from it, and start no further request."""
        self.writable = False
        self._pause_reading()
        self.deadline = self.context.now() + limits.WRITE_TIMEOUT

    def resume_writing(self) -> None:
        """Continue: the client has read enough."""
        self.writable = True
        if self.state is State.CLOSING:
            self._linger()
            return
        self.deadline = None
        if self._cycle is None:
            self._start_idling()
        elif not self._unread:
            self._resume_reading()  # to notice when the client leaves
        # Not within this call: a transport that is closed here tells of its end twice, and fails.
        self.context.loop.call_soon(self._go_on)

    # What ends a connection.

    def _start_idling(self) -> None:
        self.deadline = self.context.now() + self.context.idle_timeout

    def reject_all(self, error: BadRequest) -> None:
        """Reject every request."""
        self._receiver.rejection = error

    @property
    def idle(self) -> bool:
        """Whether it is open, and no request has begun."""
        waits = self.state is State.OPEN and self._receiver.phase is ReceivePhase.IDLE
        return waits and self.writable and not (self.busy or self._unread)

    def timed_out(self) -> None:
        """The deadline has passed."""
        if self._is_queued:  # it is the server that is late
            return
        self.deadline = None
        if self.state is State.CLOSING or not self.writable:
            self.transport.abort()
        elif self._receiver.in_body:
            self._receiver.break_body("nothing came for too long")
            self._queue_up()
        elif self._receiver.in_head:
            self._receiver.reject(BadRequest(408, "The head of the request took too long to arrive."))
            self._queue_up()
        else:
            self.close()

    def close(self, *, linger: bool = False) -> None:
        """Close after everything is sent. With `linger`, or if the client is sending, discard input for a
        moment: closing with unread bytes resets the connection, and the client would lose the response."""
        if self.closed or self.state is State.CLOSING:
            return
        sending = self._receiver.phase is not ReceivePhase.IDLE or bool(self._unread) or not self._reading
        linger = (linger or sending) and not self._ended
        self.state = State.CLOSING
        self._drop_input()
        if not linger:
            self.transport.close()
            return
        self._resume_reading()
        try:
            if self.transport.can_write_eof():
                self.transport.write_eof()
        except OSError:  # the client is gone
            self.transport.abort()
            return
        self._linger()

    def _linger(self) -> None:
        sent = not self.transport.get_write_buffer_size()
        self.deadline = self.context.now() + (limits.LINGER_TIMEOUT if sent else limits.WRITE_TIMEOUT)

    def abort(self) -> None:
        """Close immediately, discarding unsent data."""
        self.state = State.CLOSING
        self._drop_input()
        self.transport.abort()

    def shut_down(self) -> None:
        """Close when the server stops, unless a request in progress can still finish."""
        self._drop_input()
        if self._cycle is not None:
            self._cycle.cancel_wait()
        elif self.state is not State.CLOSING:
            self.transport.close()

    def _drop_input(self) -> None:
        self._receiver.stop()
        self._queue = None
        self._unread = b""

    def _pause_reading(self) -> None:
        if self._reading:
            self._reading = False
            self.transport.pause_reading()

    def _resume_reading(self) -> None:
        if not self._reading:
            self._reading = True
            self.transport.resume_reading()

    # One request after the other.

    @property
    def busy(self) -> bool:
        """Whether a request has no response yet; none is received meanwhile."""
        return self._cycle is not None or bool(self._queue)

    def enqueue(self, request: Request) -> None:
        """Take a complete request."""
        self._queue = [*(self._queue or ()), request]

    def _queue_up(self) -> None:
        if not self._is_queued:
            self._is_queued = True
            self._queued_at = self.context.now()
            self.context.run_queue.add(self)

    def run(self) -> None:
        """Start one request, after it was parsed."""
        self._is_queued = False
        if self.closed or self._cycle is not None or not self.writable:
            return
        queued_seconds = self.context.now() - self._queued_at
        if self._queue:
            self._start_next(queued_seconds)
            return
        data, self._unread = self._unread, b""
        if data:
            self._receive(data, queued_seconds)
        self._go_on()

    def _start_next(self, queued_seconds: float) -> None:
        if self.closed or self._cycle is not None or not self._queue or not self.writable:
            return
        request = self._queue.pop(0)
        if request.error is not None and not self.context.handles_rejections:
            error, is_head = request.error, request.method == "HEAD"
            self.transport.write(plain_response(error.status, str(error), is_head=is_head))
            self.close()
            return
        self._cycle = Cycle(self, request, queued_seconds)
        self._cycle.start()

    def release_buffers(self) -> None:
        """Free the buffers while the request waits."""
        if not self._queue:
            self._queue = None
            self._receiver.release_buffers()

    def cycle_done(self, *, keep_alive: bool) -> None:
        """The response was sent. Other connections come first before the next request of this one."""
        self._cycle = None
        if self.closed:
            return
        if not keep_alive or self.context.stopping:
            self.close()
        else:
            self._go_on()

    def _go_on(self) -> None:
        """Continue with the next request, if this connection may start one."""
        if self._cycle is not None or self.state is not State.OPEN or self.closed or not self.writable:
            return
        if self._queue or self._unread:
            self._queue_up()
        elif not self._receiver.active:
            self.close()
        elif self._receiver.phase is ReceivePhase.IDLE:
            self._start_idling()
        if len(self._unread) <= limits.MAX_UNREAD:
            self._resume_reading()
