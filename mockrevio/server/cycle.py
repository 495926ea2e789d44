"""One request and its response: the passes through the app, the waits between them, the sending."""

from __future__ import annotations

import asyncio
import operator
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from mockrevio import gc_control, scheduling
from mockrevio.control.faults.effects import CONNECTION_FAULT_KEY, ConnectionFault
from mockrevio.fairness import concatenate
from mockrevio.reporting import report_exception
from mockrevio.scheduling import FAILURE, STREAM, SUSPENSION, Abort, Deferred, Stream, Wait
from mockrevio.server import connection_faults
from mockrevio.server.connection import Connection
from mockrevio.server.request import Request, notify
from mockrevio.server.response import encode_head
from mockrevio.server.streaming import StreamedResponse
from mockrevio.server.wait_subscription import WaitSubscription

SMALL = 64 * 1024
"""Bytes. A body up to this size is sent together with its head, in one write."""

_NO_HEADERS: list[tuple[str, str]] = []


class Cycle:
    """Handles one request. Everything except `_pass_in_thread` runs on the event loop."""

    __slots__ = (
        "_body",
        "_done",
        "_environ",
        "_headers",
        "_keep_alive",
        "_queued_seconds",
        "_status",
        "_stream",
        "_timer",
        "_timer_id",
        "_version",
        "_wait_subscription",
        "connection",
        "is_head",
    )

    def __init__(self, connection: Connection, request: Request, queued_seconds: float) -> None:
        """Start to handle a request that has spent `queued_seconds` in the run queue."""
        self.connection = connection
        self._environ = request.environ(connection.context.environ, connection.peer)
        self._version = request.version
        self._keep_alive = request.keep_alive
        self.is_head = request.method == "HEAD"
        """Whether the response has no body."""
        self._queued_seconds = queued_seconds
        self._status = ""
        self._headers = _NO_HEADERS
        self._body: bytes | bytearray = b""
        self._done: Callable[[], bool] | None = None
        """What to call before the response is sent, once the deferred work is done."""
        self._timer_id = 0
        """The timer of the current wait; 0 if it is not waiting."""
        self._wait_subscription = WaitSubscription()
        """What can end its wait, or a drip, early."""
        self._timer: asyncio.TimerHandle | None = None
        """The next piece of a drip."""
        self._stream: StreamedResponse | None = None

    # The passes.

    def start(self) -> None:
        """Call the app for the first time."""
        if self.connection.context.cooperative:
            self._pass()
        else:
            self._offload(None)

    def _pass(self) -> None:
        try:
            self._call(scheduling.call_on_loop)
        except Exception as error:
            self._fail(error)
        self._after_pass()

    def _pass_in_thread(self) -> None:
        with gc_control.pause:
            try:
                self._call(operator.call)
            except Exception as error:
                self._fail(error)

    def _call(self, call: Callable[..., Any]) -> None:
        response = call(self.connection.context.app, self._environ, self._start_response)
        try:
            chunks = [*response]
        finally:
            close = getattr(response, "close", None)
            if close is not None:
                close()
        self._body = chunks[0] if len(chunks) == 1 else concatenate(chunks)
        if self._status.startswith(("204", "304")):  # a body would be taken for the next response
            self._body = b""

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        del exc_info
        self._status, self._headers = status, headers
        return _no_write

    def _fail(self, error: Exception) -> None:
        """The app raised. mockrevio's own never does; another one may."""
        report_exception(error)
        self._environ.pop(SUSPENSION, None)
        self._status, self._headers = "500 Internal Server Error", [("Content-Type", "text/plain")]
        self._body = b"The app failed.\n"

    def _after_pass(self) -> None:
        suspension = self._environ.pop(SUSPENSION, None)
        if suspension is None:
            self._respond()
            return
        if isinstance(suspension, Deferred):
            self._done = suspension.done
            self.connection.context.group_commit.run(suspension.work, self)
            return
        self._status, self._headers, self._body = "", _NO_HEADERS, b""
        if self.connection.context.stopping or isinstance(suspension, Abort):
            self._abandon()
        elif isinstance(suspension, Wait):
            self._wait(suspension)
        else:
            self._offload(suspension.group)

    def _offload(self, group: str | None) -> None:
        try:
            self.connection.context.pool.run(group, self._pass_in_thread, self._after_pass)
        except RuntimeError:  # the server has stopped meanwhile
            self._abandon()

    def deferred_done(self, error: BaseException | None) -> None:
        """Continue after the work of a `Deferred` is done or has failed."""
        if error is not None:
            self._environ[FAILURE] = error
        self.connection.context.run_queue.add(self)

    def _wait(self, wait: Wait) -> None:
        context = self.connection.context
        # Time spent in the run queue counts towards the wait.
        self._timer_id = timer_id = context.run_queue.call_later(
            max(wait.seconds - self._queued_seconds, 0), self
        )
        self._queued_seconds = 0.0
        if self._wait_subscription.join(wait, self, lambda: context.call(self._wake, timer_id)):
            self.connection.release_buffers()
            if self.connection.ended:
                self.client_left()
        else:
            self._abandon()

    def _wake(self, timer_id: int) -> None:
        run_queue = self.connection.context.run_queue
        if run_queue.cancel(timer_id):
            run_queue.add(self)

    def run(self) -> None:
        """Continue after a suspension, unless it was cancelled."""
        done, self._done = self._done, None
        if done is not None and FAILURE not in self._environ:
            if done():
                self._respond()
            else:
                self._abandon()
        elif done is not None or (self._timer_id and self._stop_waiting()):
            self._pass()
        else:
            self._abandon()

    def _stop_waiting(self) -> bool:
        """Stop waiting; False if the request must end."""
        self.connection.context.run_queue.cancel(self._timer_id)
        self._timer_id = 0
        return self._wait_subscription.leave(self)

    def cancel(self) -> None:
        """Call `cancel_wait` on the loop; any thread may call this."""
        self.connection.context.call(self.cancel_wait)

    def client_left(self) -> None:
        """Called when the client closes its connection, or its sending half. The app decides what to do."""
        notify(self._environ, scheduling.CLIENT_LEFT)
        if self._stream is not None:
            self._stream.end()

    # The response.

    def _respond(self) -> None:
        fault: ConnectionFault | None = self._environ.get(CONNECTION_FAULT_KEY)
        if fault is not None:
            connection_faults.carry_out(fault, self)
            return
        keep_alive = self.keep_alive
        stream: Stream | None = self._environ.pop(STREAM, None)
        if stream is not None:
            self._stream = StreamedResponse(stream, self.connection, self._version, keep_alive=keep_alive)
            self._stream.start(self._status, self._headers, is_head=self.is_head)
            return
        head = self.head(keep_alive=keep_alive)
        if self.is_head:
            self.write(head)
        elif len(self._body) <= SMALL:
            self.write(head + self._body)
        else:
            self.write(head)
            self.write(memoryview(self._body))  # the transport copies what it cannot send, once
        self.done(keep_alive=keep_alive)

    @property
    def body(self) -> bytes | bytearray:
        """The body of the response."""
        return self._body

    def head(self, *, keep_alive: bool) -> bytes:
        """The head of the response."""
        size = len(self._body) if self._body or not self.is_head else None
        return encode_head(self._status, self._headers, size, version=self._version, keep_alive=keep_alive)

    @property
    def keep_alive(self) -> bool:
        """Whether the connection is kept after the response."""
        return self._keep_alive and not self.connection.context.stopping

    def write(self, data: bytes | bytearray | memoryview) -> bool:
        """Send; False if the client is gone."""
        if self.connection.closed:
            return False
        self.connection.transport.write(data)
        return True

    def write_later(self, seconds: float, write: Callable[[], None]) -> None:
        """Send more after some seconds."""
        self._timer = self.connection.context.loop.call_later(seconds, write)

    def subscribe_release(self, wait: Wait, release: Callable[[], None]) -> bool:
        """Call `release` if the wait ends before everything is written; False if the request must end."""
        joined = self._wait_subscription.join(
            wait, self, lambda: self.connection.context.call(self._release, release)
        )
        if not joined:
            self._abandon()
        return joined

    def _release(self, release: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
            release()

    def reset(self, linger: bytes) -> None:
        """Close with RST, as a machine that crashed and came back would."""
        with suppress(OSError):
            bound = self.connection.transport.get_extra_info("socket")
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.abort()

    def done(self, *, keep_alive: bool) -> None:
        """Finish after the response was sent."""
        self._timer = None
        self._wait_subscription.leave(self)
        self.connection.cycle_done(keep_alive=keep_alive)

    # What ends it early. A client that is gone only ends a stream: Rev.io would carry a request out.

    def cancel_wait(self) -> None:
        """End the request without a response if it waits or drips; a running one may finish.

        The server stops, or the request's scope is cancelled. A stream ends in good order."""
        if self._stream is not None:
            self._stream.end()
        elif self._timer_id or self._timer is not None:
            self._abandon()

    def _abandon(self) -> None:
        """End it without a response. The app is not called again."""
        if self._timer_id:
            self._stop_waiting()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._wait_subscription.leave(self)
        notify(self._environ, scheduling.ABANDONED)
        self._environ = {}
        if not self.connection.closed:
            self.connection.transport.abort()


def _no_write(data: bytes) -> None:
    raise NotImplementedError("this server takes a response's body as an iterable, not by write()")
