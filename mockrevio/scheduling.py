"""How the app and a server share the work of a request that cannot be finished at once.

The server calls the app in *passes*, with the same WSGI environment. A pass that has to wait, or that could
block, sets `environ[SUSPENSION]` and returns; what it returns is discarded. The server does what the
suspension says and calls the app again. (A pass that only has to `Complete` something has the response: the
server sends it afterwards.) The app decides what happens, and the server carries it out:
mockrevio's own with timers and a pool of threads, any other one through `Sequential`, which simply sleeps.

    pass 1 ── environ[SUSPENSION] = Wait(0.2) ──> timer ──> pass 2 ── no suspension ──> response
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

SUSPENSION = "mockrevio.suspension"
"""The key of the suspension in a WSGI environment."""

SERVER = "mockrevio.server"
"""The key that only a server has set that carries out suspensions and connection faults."""

HEADERS = "mockrevio.headers"
"""The key of a request's headers by lowercase name, where the server has them at hand."""

FAILURE = "mockrevio.failure"
"""The key of the exception that a suspension ended with; the next pass raises it."""

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


class Waits:
    """Waits that can be ended together. Any thread may call `end`; servers call the other methods."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: set[Waiting] = set()
        self._ended = False

    def end(self) -> None:
        """End the requests that wait, and those that come to wait: the app is not called for them again."""
        with self._lock:
            self._ended = True
            requests, self._requests = self._requests, set()
        for request in requests:
            request.end_wait()

    def add(self, request: Waiting) -> bool:
        """A request begins to wait; False if it is to be ended instead."""
        with self._lock:
            if not self._ended:
                self._requests.add(request)
            return not self._ended

    def remove(self, request: Waiting) -> bool:
        """A request does not wait any more; False if it is to be ended instead of going on."""
        with self._lock:
            self._requests.discard(request)
            return not self._ended


class Wait(NamedTuple):
    """Call again after some seconds, or when `subscribe`'s callback is called, if that is earlier.

    `subscribe(callback)` registers a callback, which may be called from any thread, and returns a function
    that removes it. If the waits that it is one of are ended, there is no further call and no response: the
    connection is closed.
    """

    seconds: float
    subscribe: Callable[[Callable[[], None]], Callable[[], None]] | None = None
    one_of: Waits | None = None


class Signal:
    """Tells of changes, each of which increases `version`. Thread-safe.

    `Wait(seconds, partial(signal.subscribe, version))` waits for the next one.
    """

    def __init__(self) -> None:
        self.version = 0
        self._lock = threading.Lock()
        self._subscribers: list[Callable[[], None]] = []

    def notify(self) -> None:
        """It has changed: call everyone back who subscribed to an earlier version."""
        with self._lock:
            self.version += 1
            subscribers, self._subscribers = self._subscribers, []
        for callback in subscribers:
            callback()

    def subscribe(self, version: int, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back once when this is no longer the version; the result unsubscribes."""
        with self._lock:
            if self.version == version:
                self._subscribers.append(callback)
                return lambda: self._unsubscribe(callback)
        callback()
        return lambda: None

    def _unsubscribe(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._subscribers:
                self._subscribers.remove(callback)


class Offload(NamedTuple):
    """Call again in a thread where blocking is allowed.

    Calls of one group may all wait for one of them, so they get only some of the threads at a time.
    """

    group: str | None = None


class Complete(NamedTuple):
    """Run `work`, which may block and is the same for all who wait for it together, before the response.

    This pass has the response. Once the work is done, call `done` and send it; call again if it failed.
    """

    work: Callable[[], None]
    done: Callable[[], None]


Suspension = Wait | Offload | Complete


class WouldBlock(Exception):
    """The event loop must not go on here: the request is to be handled in a thread."""


class _Thread(threading.local):
    """What the current thread may do."""

    on_loop = False
    deferred: Callable[[], None] | None = None


_thread = _Thread()


def on_loop() -> bool:
    """Whether this thread runs an event loop, which nothing may block."""
    return _thread.on_loop


def require_thread() -> None:
    """Raise WouldBlock unless this thread may block or compute for long."""
    if _thread.on_loop:
        raise WouldBlock


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


class Sequential:
    """Carries out suspensions in the calling thread, for servers that know nothing of them."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Call the app until a pass has no suspension."""
        if SERVER in environ:
            return self._app(environ, start_response)
        started: list[tuple[Any, ...]] = []

        def record_start(*arguments: Any) -> None:
            started.append(arguments)

        while True:
            response = self._app(environ, record_start)
            suspension = environ.pop(SUSPENSION, None)
            if suspension is None or (isinstance(suspension, Complete) and _complete(suspension, environ)):
                start_response(*started[-1])
                return response
            close = getattr(response, "close", None)
            if close is not None:
                close()
            if not _carry_out(suspension):
                body = b"The request was ended while it waited.\n"
                headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
                start_response("503 Service Unavailable", headers)
                return [body]


def _complete(suspension: Complete, environ: dict[str, Any]) -> bool:
    """Do the work of a suspension; False if it failed."""
    try:
        suspension.work()
    except Exception as error:
        environ[FAILURE] = error
        return False
    suspension.done()
    return True


def _carry_out(suspension: Suspension) -> bool:
    """Do what a suspension asks for; False if the request is to be ended."""
    if isinstance(suspension, Wait):
        return _Sleep().carry_out(suspension)
    return True


class _Sleep:
    """A wait in the calling thread."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def end_wait(self) -> None:
        """Wake up; `carry_out` sees why."""
        self._woken.set()

    def carry_out(self, wait: Wait) -> bool:
        """Sleep; False if the wait was ended."""
        if wait.one_of is not None and not wait.one_of.add(self):
            return False
        unsubscribe = None if wait.subscribe is None else wait.subscribe(self._woken.set)
        try:
            self._woken.wait(wait.seconds)
        finally:
            if unsubscribe is not None:
                unsubscribe()
            go_on = wait.one_of is None or wait.one_of.remove(self)
        return go_on
