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
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol, TypeVar

from mockrevio import real_time

T = TypeVar("T")

SUSPENSION = "mockrevio.suspension"
"""The key of the suspension in a WSGI environment."""

SERVER = "mockrevio.server"
"""The key that only a server has set that carries out suspensions and connection faults."""

HEADERS = "mockrevio.headers"
"""The key of a request's headers by lowercase name, where the server has them at hand."""

FAILURE = "mockrevio.failure"
"""The key of the exception that a suspension ended with; the next pass raises it."""

CLIENT_LEFT = "mockrevio.client_left"
"""The key of a function that the server calls if the client closes its connection, or its sending half of it,
before the response."""

Subscribe = Callable[[Callable[[], None]], Callable[[], None]]
"""Registers a callback, and returns a function that removes it."""

REJECTION = "mockrevio.rejection"
"""The key of the `Rejection` of a request that the server rejects. The app gives the response its format; the
rest of the environment is what is known of the request."""


class Rejection(NamedTuple):
    """Why a server rejects a request: the status of the response, and a sentence for people."""

    status: int
    message: str


WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Waiter(Protocol):
    """A request that is waiting."""

    def cancel(self) -> None:
        """End the request without a response. May be called from any thread."""


class Generation:
    """Requests that end together, because the state they work on is replaced. Thread-safe.

    `end` cancels the requests that are waiting, and those that start to wait later: the app is not called for
    them again. Requests that are running check for themselves: a pass that runs in a generation
    (`enter_generation`) must not commit anything once it has ended (`raise_if_ended`).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[Waiter] = set()
        self.ended = False

    def end(self) -> None:
        """Cancel the requests that are waiting, and every request that starts to wait from now on."""
        with self._lock:
            self.ended = True
            waiting, self._waiting = self._waiting, set()
        for request in waiting:
            request.cancel()

    def add(self, request: Waiter) -> bool:
        """Add a request that starts to wait; False if the generation has ended, so that it must end too."""
        with self._lock:
            if not self.ended:
                self._waiting.add(request)
            return not self.ended

    def remove(self, request: Waiter) -> bool:
        """Remove a request that stops waiting; False if the generation has ended, so that it must end too."""
        with self._lock:
            self._waiting.discard(request)
            return not self.ended


class Deadline:
    """A generation that ends after some seconds."""

    def __init__(self, seconds: float) -> None:
        self._end = real_time.monotonic() + seconds

    @property
    def ended(self) -> bool:
        """Whether the time has passed."""
        return real_time.monotonic() >= self._end


class GenerationEnded(Exception):
    """The state that the work belongs to was replaced, or its result is no longer needed: change nothing."""


class Wait(NamedTuple):
    """Call again after some seconds, or when `subscribe`'s callback is called, if that is earlier.

    `subscribe(callback)` registers a callback, which may be called from any thread, and returns a function
    that removes it (see `mockrevio.signals`). If the request's generation ends, there is no further call and
    no response: the connection is closed.
    """

    seconds: float
    subscribe: Subscribe | None = None
    generation: Generation | None = None


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


class WouldBlock(Exception):
    """This would block the event loop: the request must be handled in a thread."""


class _Thread(threading.local):
    """The state of the current thread."""

    on_loop = False
    deferred: Callable[[], None] | None = None
    generation: Generation | Deadline | None = None


_thread = _Thread()


def on_loop() -> bool:
    """Whether this thread runs an event loop, which must never block."""
    return _thread.on_loop


def require_thread() -> None:
    """Raise WouldBlock unless this thread may block or compute for long."""
    if _thread.on_loop:
        raise WouldBlock


def enter_generation(generation: Generation) -> None:
    """Run the rest of this pass, in this thread, in a generation."""
    _thread.generation = generation


def leave_generation() -> None:
    """End the pass of this thread."""
    _thread.generation = None


@contextmanager
def in_generation(generation: Generation | Deadline) -> Iterator[None]:
    """Run this block in a generation."""
    before, _thread.generation = _thread.generation, generation
    try:
        yield
    finally:
        _thread.generation = before


def raise_if_ended() -> None:
    """Raise GenerationEnded if the generation that this thread runs in has ended.

    Long work calls this in every step until it commits, so it is cancelled within milliseconds.
    """
    generation = _thread.generation
    if generation is not None and generation.ended:
        raise GenerationEnded


def cancellable(items: Iterable[T]) -> Iterator[T]:
    """Yield the items; raise GenerationEnded as soon as the generation that this thread runs in has ended."""
    for item in items:
        raise_if_ended()
        yield item


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
