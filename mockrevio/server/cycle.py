"""One request and its response: the passes through the app, the waits between them, the sending."""

from __future__ import annotations

import asyncio
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from mockrevio import garbage, scheduling
from mockrevio.control.faults.effects import CONNECTION_FAULT_KEY, ConnectionFault
from mockrevio.scheduling import FAILURE, SUSPENSION, Complete, Offload, Wait
from mockrevio.server import connection_faults
from mockrevio.server.context import Context
from mockrevio.server.pool import call_if_open
from mockrevio.server.request import Request
from mockrevio.server.response import encode_head

SMALL = 64 * 1024
"""Bytes of a body that are copied behind its head, so that both go out at once."""


class Connection(Protocol):
    """The connection of a cycle."""

    context: Context
    environ: dict[str, Any]
    transport: asyncio.Transport
    closed: bool

    def cycle_done(self, *, keep_alive: bool) -> None:
        """The response is out."""

    def hang(self) -> None:
        """Send nothing."""

    def abort(self) -> None:
        """Close at once."""


class Cycle:
    """Carries out what the app decides. Everything but `_pass_in_thread` runs on the event loop."""

    __slots__ = (
        "_body",
        "_cancel",
        "_done",
        "_environ",
        "_headers",
        "_status",
        "connection",
        "request",
    )

    def __init__(self, connection: Connection, request: Request) -> None:
        self.connection = connection
        self.request = request
        self._environ = request.environ(connection.environ)
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._body = b""
        self._cancel: Callable[[], None] | None = None
        self._done: Callable[[], None]

    # The passes.

    def start(self) -> None:
        """Call the app for the first time."""
        if self.connection.context.cooperative:
            self._pass()
        else:
            self._offload(None)

    def _pass(self) -> None:
        self._cancel = None
        try:
            self._call(scheduling.call_on_loop)
        except Exception:
            self._fail()
        self._after_pass()

    def _pass_in_thread(self) -> None:
        with garbage.job:
            try:
                self._call(_call_directly)
            except Exception:
                self._fail()

    def _call(self, call: Callable[..., Any]) -> None:
        response = call(self.connection.context.app, self._environ, self._start_response)
        try:
            chunks = [*response]
        finally:
            close = getattr(response, "close", None)
            if close is not None:
                close()
        self._body = chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        del exc_info
        self._status, self._headers = status, headers
        return _no_write

    def _fail(self) -> None:
        """The app raised. mockrevio's own never does; another one may."""
        traceback.print_exc(file=sys.stderr)
        self._environ.pop(SUSPENSION, None)
        self._status, self._headers = "500 Internal Server Error", [("Content-Type", "text/plain")]
        self._body = b"The app failed.\n"

    def _after_pass(self) -> None:
        suspension = self._environ.pop(SUSPENSION, None)
        if suspension is None:
            self._respond()
        elif self.connection.context.stopping:
            self._abandon()
        elif isinstance(suspension, Wait):
            self._wait(suspension)
        elif isinstance(suspension, Offload):
            self._offload(suspension.group)
        elif isinstance(suspension, Complete):
            self._done = suspension.done
            self.connection.context.complete(suspension.work, self)

    def _offload(self, group: str | None) -> None:
        context = self.connection.context
        try:
            context.pool.run(context.loop, group, self._pass_in_thread, self._after_pass)
        except RuntimeError:  # the server has stopped meanwhile
            self._abandon()

    def completed(self, error: BaseException | None) -> None:
        """The work of a `Complete` is done, or failed."""
        if error is None:
            self._done()
            self._respond()
        else:
            self._environ[FAILURE] = error
            self._pass()

    def _wait(self, wait: Wait) -> None:
        loop = self.connection.context.loop
        if wait.subscribe is None:
            self._cancel = loop.call_later(wait.seconds, self._pass).cancel
            return
        done = False

        def go_on() -> None:
            nonlocal done
            if not done:
                done = True
                timer.cancel()
                unsubscribe()
                self._pass()

        def cancel() -> None:
            nonlocal done
            done = True
            timer.cancel()
            unsubscribe()

        timer = loop.call_later(wait.seconds, go_on)
        unsubscribe = wait.subscribe(lambda: call_if_open(loop, go_on))
        self._cancel = cancel

    # The response.

    def _respond(self) -> None:
        fault: ConnectionFault | None = self._environ.get(CONNECTION_FAULT_KEY)
        if fault is not None:
            connection_faults.carry_out(fault, self)
            return
        keep_alive = self.keep_alive
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
    def body(self) -> bytes:
        """The body of the response."""
        return self._body

    def head(self, *, keep_alive: bool) -> bytes:
        """The head of the response."""
        return encode_head(
            self._status, self._headers, len(self._body), version=self.request.version, keep_alive=keep_alive
        )

    @property
    def is_head(self) -> bool:
        """Whether the request is a HEAD, whose response has no body."""
        return self.request.method == "HEAD"

    @property
    def keep_alive(self) -> bool:
        """Whether the connection is kept after the response."""
        return self.request.keep_alive and not self.connection.context.stopping

    def write(self, data: bytes | memoryview) -> bool:
        """Send; False if the client is gone."""
        if self.connection.closed:
            return False
        self.connection.transport.write(data)
        return True

    def write_later(self, seconds: float, write: Callable[[], None]) -> None:
        """Send more after some seconds."""
        self._cancel = self.connection.context.loop.call_later(seconds, write).cancel

    def hang(self) -> None:
        """Send nothing until the client gives up or the server stops."""
        self.connection.hang()

    def reset(self, linger: bytes) -> None:
        """Close with RST, as a machine that crashed and came back would."""
        with suppress(OSError):
            bound = self.connection.transport.get_extra_info("socket")
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.abort()

    def done(self, *, keep_alive: bool) -> None:
        """The response is out."""
        self._cancel = None
        self.connection.cycle_done(keep_alive=keep_alive)

    # What ends it early. A client that is gone does not: Rev.io would carry the request out.

    def shut_down(self) -> None:
        """The server stops: what waits ends now, what is at work may finish."""
        if self._cancel is not None:
            self._abandon()

    def _abandon(self) -> None:
        cancel, self._cancel = self._cancel, None
        if cancel is not None:
            cancel()
        if not self.connection.closed:
            self.connection.transport.abort()


def _call_directly(app: Any, environ: dict[str, Any], start_response: Any) -> Any:
    return app(environ, start_response)


def _no_write(data: bytes) -> None:
    raise NotImplementedError("this server takes a response's body as an iterable, not by write()")
