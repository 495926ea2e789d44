"""How the app and a server share the work of a request that cannot be finished at once.

The server calls the app in *passes*, with the same WSGI environment. A pass that has to wait, or that could
block, sets `environ[SUSPENSION]` and returns; what it returns is discarded. The server does what the
suspension says and calls the app again. (A pass that only has to `Complete` something has the response: the
server sends it afterwards.) The app decides what happens, and the server carries it out:
mockrevio's own with timers and a pool of threads, any other one through `mockrevio.sequential`, which simply
sleeps.

    pass 1 ── environ[SUSPENSION] = Wait(0.2) ──> timer ──> pass 2 ── no suspension ──> response
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol, TypeVar

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
"""The key of a function that the app has a server call if the client closes its connection, or its sending
half of it, before the response."""

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


class Waiting(Protocol):
    """A request that waits."""

    def end_wait(self) -> None:
        """End the request without a response. May be called from any thread."""


class Generation:
    """The requests that end together, because what they are about is replaced. Thread-safe.

    `end` ends those that wait, and those that come to wait: the app is not called for them again. The others
    are the app's business: a pass that goes on for a generation (`enter`) must not commit anything once that
    is over (`require_current`).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[Waiting] = set()
        self.over = False

    def end(self) -> None:
        """End the requests that wait, and have no other go on."""
        with self._lock:
            self.over = True
            waiting, self._waiting = self._waiting, set()
        for request in waiting:
            request.end_wait()

    def add(self, request: Waiting) -> bool:
        """A request begins to wait; False if it is to be ended instead."""
        with self._lock:
            if not self.over:
                self._waiting.add(request)
            return not self.over

    def remove(self, request: Waiting) -> bool:
        """A request does not wait any more; False if it is to be ended instead of going on."""
        with self._lock:
            self._waiting.discard(request)
            return not self.over


class Deadline:
    """A generation that is over after some seconds."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        """Whether the time has passed."""
        return time.monotonic() >= self._end


class GenerationOver(Exception):
    """What the work is about has been replaced, or nobody wants it any more: it must change nothing."""


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
    """Call again in a thread where blocking is allowed.

    Calls of one group may all wait for one of them, so they get only some of the threads at a time.
    """

    group: str | None = None


class Complete(NamedTuple):
    """Run `work`, which may block and is the same for all who wait for it together, before the response.

    This pass has the response. Once the work is done, call `done`, and send it if that returns True, else end
    the request as `End` does. If the work failed, call the app again.
    """

    work: Callable[[], None]
    done: Callable[[], bool]


class End(NamedTuple):
    """End the request without a response: close its connection."""


Suspension = Wait | Offload | Complete | End


class WouldBlock(Exception):
    """The event loop must not go on here: the request is to be handled in a thread."""


class _Thread(threading.local):
    """What the current thread may do."""

    on_loop = False
    deferred: Callable[[], None] | None = None
    generation: Generation | Deadline | None = None


_thread = _Thread()


def on_loop() -> bool:
    """Whether this thread runs an event loop, which nothing may block."""
    return _thread.on_loop


def require_thread() -> None:
    """Raise WouldBlock unless this thread may block or compute for long."""
    if _thread.on_loop:
        raise WouldBlock


def enter(generation: Generation) -> None:
    """What this thread does from here to the end of the pass, it does for a generation."""
    _thread.generation = generation


def leave() -> None:
    """The pass of this thread has ended."""
    _thread.generation = None


@contextmanager
def working_for(generation: Generation | Deadline) -> Iterator[None]:
    """What this thread does inside this block, it does for a generation."""
    before, _thread.generation = _thread.generation, generation
    try:
        yield
    finally:
        _thread.generation = before


def require_current() -> None:
    """Raise GenerationOver if the generation that this thread works for is over.

    Long work calls this in each of its steps, until it commits: it is broken off within milliseconds.
    """
    generation = _thread.generation
    if generation is not None and generation.over:
        raise GenerationOver


def while_current(items: Iterable[T]) -> Iterator[T]:
    """Yield the items as long as the generation that this thread works for is not over."""
    for item in items:
        require_current()
        yield item


def defer(work: Callable[[], None]) -> bool:
    """Have blocking work done before the response goes out; False if the caller is to do it itself.

    A pass defers one piece of work, however often.
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
