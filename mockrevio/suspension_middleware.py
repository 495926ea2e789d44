"""WSGI middleware that carries out suspensions and streams on any other server, by sleeping in its thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any

from mockrevio.cancellation import leave_scope
from mockrevio.scheduling import (
    FAILURE,
    SERVER,
    STREAM,
    STREAM_INTERVAL,
    SUSPENSION,
    Abort,
    Deferred,
    Stream,
    Suspension,
    Wait,
    WsgiApp,
)


class SuspensionMiddleware:
    """Carries out suspensions in the calling thread, for servers that do not support them."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Call the app until a pass has no suspension."""
        if SERVER in environ:
            try:
                return self._app(environ, start_response)
            finally:
                leave_scope()
        started: list[tuple[Any, ...]] = []

        def record_start(*arguments: Any) -> None:
            started.append(arguments)

        while True:
            try:
                response = self._app(environ, record_start)
            finally:
                leave_scope()
            suspension = environ.pop(SUSPENSION, None)
            if suspension is None or (
                isinstance(suspension, Deferred) and _run_deferred(suspension, environ)
            ):
                start_response(*started[-1])
                stream = environ.pop(STREAM, None)
                if stream is None or environ["REQUEST_METHOD"] == "HEAD":
                    return response
                return _pieces(stream)
            close = getattr(response, "close", None)
            if close is not None:
                close()
            if not _carry_out(suspension, environ):
                body = b"The request was cancelled while it was waiting.\n"
                headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
                start_response("503 Service Unavailable", headers)
                return [body]


def _run_deferred(suspension: Deferred, environ: dict[str, Any]) -> bool:
    """Do the work of a suspension; True if the response is to be sent."""
    try:
        suspension.work()
    except Exception as error:
        environ[FAILURE] = error
        return False
    return suspension.done()


def _carry_out(suspension: Suspension, environ: dict[str, Any]) -> bool:
    """Do what a suspension asks for; False if the request is to be ended."""
    if isinstance(suspension, Wait):
        return _Sleep().sleep(suspension)
    if isinstance(suspension, Deferred):
        return FAILURE in environ
    return not isinstance(suspension, Abort)


def _pieces(stream: Stream) -> Iterator[bytes]:
    """The pieces of a stream. The server closes the iterator when it cannot write to the client any more."""
    wait = Wait(STREAM_INTERVAL, scope=stream.scope)
    try:
        while (piece := stream.take()) is not None:
            if piece:
                yield piece
            if not _Sleep().sleep(wait):
                return
    finally:
        stream.ended()


class _Sleep:
    """A wait in the calling thread."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def cancel(self) -> None:
        """Wake up; `sleep` sees why."""
        self._woken.set()

    def sleep(self, wait: Wait) -> bool:
        """Sleep; False if the wait was ended."""
        if wait.scope is not None and not wait.scope.add(self):
            return False
        unsubscribe = None if wait.subscribe is None else wait.subscribe(self._woken.set)
        try:
            self._woken.wait(wait.seconds)
        finally:
            if unsubscribe is not None:
                unsubscribe()
            go_on = wait.scope is None or wait.scope.remove(self)
        return go_on
