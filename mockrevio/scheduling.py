"""How the app suspends a request, and the server resumes it.

The server calls the app in *passes*, with the same WSGI environment. A pass that has to wait, or that could
block, sets `environ[SUSPENSION]` and returns; what it returns is discarded. The server does what the
suspension says and calls the app again. (A pass with `Deferred` work already has its response: the server
sends it after the work.) The app decides what happens, and the server carries it out: mockrevio's own server
with timers and a thread pool, any other through `mockrevio.suspension_middleware`, which simply sleeps.

    pass 1 ── environ[SUSPENSION] = Wait(0.2) ──> timer ──> pass 2 ── no suspension ──> response
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from mockrevio.cancellation import CancelScope

SUSPENSION = "mockrevio.suspension"
"""The key of the suspension in a WSGI environment."""

SERVER = "mockrevio.server"
"""The key that only a server has set that carries out suspensions and connection faults."""

HEADERS = "mockrevio.headers"
"""The key of a request's headers by lowercase name, if the server provides them."""

TARGET = "mockrevio.target"
"""The key of the path and the query of a request as they were sent, in Latin-1: WSGI's are decoded."""

STREAM = "mockrevio.stream"
"""The key of the `Stream` that a response's body comes from, instead of what the app returns."""

STREAM_INTERVAL = 0.25
"""Seconds between two calls of `Stream.take`."""

FIELDS = "mockrevio.fields"
"""The key of a request's header fields as they were sent: names and values, in order, as bytes."""

FAILURE = "mockrevio.failure"
"""The key of the exception that a suspension ended with; the next pass raises it."""

CLIENT_LEFT = "mockrevio.client_left"
"""The key of a function that the server calls if the client closes its connection, or its sending half of it,
before the response."""

ABANDONED = "mockrevio.abandoned"
"""The key of a function that the server calls if it ends a suspended request, or a drip, without the app: it
stops, or the scope of the wait is cancelled."""

Subscribe = Callable[[Callable[[], None]], Callable[[], None]]
"""Registers a callback, and returns a function that removes it."""

REJECTION = "mockrevio.rejection"
"""The key of the `ServerRejection` of a request that the server rejects. The app formats the response.
The rest of the environment is what is known of the request."""


class ServerRejection(NamedTuple):
    """Why a server rejects a request: the status of the response, and a sentence for people."""

    status: int
    message: str


WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Wait(NamedTuple):
    """Call again after some seconds, or when `subscribe`'s callback is called, if that is earlier.

    `subscribe(callback)` registers a callback, which may be called from any thread, and returns a function
    that removes it (see `mockrevio.latch`). If the scope is cancelled, there is no further call and no
    response: the connection is closed.
    """

    seconds: float
    subscribe: Subscribe | None = None
    scope: CancelScope | None = None


class Offload(NamedTuple):
    """Call the app again in a thread where blocking is allowed.

    The calls of a group may all wait for the same lock, so a group only gets some of the threads at a time.
    """

    group: str | None = None


class Deferred(NamedTuple):
    """Run `work`, which may block, before sending the response. Requests with the same work share one run.

    This pass already has the response. When the work is done, call `done`; send the response if that returns
    True, otherwise end the request as `Abort` does. If the work failed, call the app again.
    """

    work: Callable[[], None]
    done: Callable[[], bool]


class Abort(NamedTuple):
    """End the request without a response, by closing its connection."""


Suspension = Wait | Offload | Deferred | Abort


class Stream(Protocol):
    """The body of a response that is sent piece by piece, for as long as the client stays.

    The app puts one into the environment together with the head of the response, whose body it leaves empty.
    The server ends it when the client leaves, when the server stops, and when its scope is cancelled.
    """

    @property
    def scope(self) -> CancelScope:
        """What ends it."""

    def take(self) -> bytes | None:
        """The next piece; empty if there is nothing new, None at the end.

        Called every `STREAM_INTERVAL`, on the event loop: it must neither block nor take long. Called less
        often if the client reads slowly.
        """

    def ended(self) -> None:
        """Called once, when it is over for whatever reason."""


class WouldBlock(Exception):
    """This would block the event loop: the request must be handled in a thread."""


class _Thread(threading.local):
    """The state of the current thread."""

    on_loop = False
    deferred: Callable[[], None] | None = None


_thread = _Thread()


def on_loop() -> bool:
    """Whether this thread runs an event loop, which must never block."""
    return _thread.on_loop


def require_thread() -> None:
    """Raise WouldBlock unless this thread may block or compute for long."""
    if _thread.on_loop:
        raise WouldBlock


def defer(work: Callable[[], None]) -> bool:
    """Defer blocking work until just before the response is sent; False if the caller must do it itself.

    A pass can defer the same work repeatedly, but no second piece of work.
    """
    if not _thread.on_loop or _thread.deferred not in (None, work):
        return False
    _thread.deferred = work
    return True


def take_deferred() -> Callable[[], None] | None:
    """The work deferred in this pass."""
    work, _thread.deferred = _thread.deferred, None
    return work


def call_on_loop(app: WsgiApp, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Call the app on an event loop: whatever would block raises WouldBlock instead."""
    _thread.on_loop = True
    _thread.deferred = None
    try:
        return app(environ, start_response)
    finally:
        _thread.on_loop = False
