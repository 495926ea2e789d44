"""Requests that wait under a server that knows nothing of it: they sleep in the thread that it gave them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from mockrevio.scheduling import FAILURE, SERVER, SUSPENSION, Complete, End, Suspension, Wait, WsgiApp, leave


class Sequential:
    """Carries out suspensions in the calling thread, for servers that know nothing of them."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Call the app until a pass has no suspension."""
        if SERVER in environ:
            return self._pass(environ, start_response)
        started: list[tuple[Any, ...]] = []

        def record_start(*arguments: Any) -> None:
            started.append(arguments)

        while True:
            response = self._pass(environ, record_start)
            suspension = environ.pop(SUSPENSION, None)
            if suspension is None or (isinstance(suspension, Complete) and _complete(suspension, environ)):
                start_response(*started[-1])
                return response
            close = getattr(response, "close", None)
            if close is not None:
                close()
            if not _carry_out(suspension, environ):
                body = b"The request was ended while it waited.\n"
                headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
                start_response("503 Service Unavailable", headers)
                return [body]

    def _pass(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            return self._app(environ, start_response)
        finally:
            leave()


def _complete(suspension: Complete, environ: dict[str, Any]) -> bool:
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
        return _Sleep().carry_out(suspension)
    if isinstance(suspension, Complete):
        return FAILURE in environ
    return not isinstance(suspension, End)


class _Sleep:
    """A wait in the calling thread."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def end_wait(self) -> None:
        """Wake up; `carry_out` sees why."""
        self._woken.set()

    def carry_out(self, wait: Wait) -> bool:
        """Sleep; False if the wait was ended."""
        if wait.generation is not None and not wait.generation.add(self):
            return False
        unsubscribe = None if wait.subscribe is None else wait.subscribe(self._woken.set)
        try:
            self._woken.wait(wait.seconds)
        finally:
            if unsubscribe is not None:
                unsubscribe()
            go_on = wait.generation is None or wait.generation.remove(self)
        return go_on
