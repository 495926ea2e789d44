"""Requests that wait are ended together: on mockrevio's own server, and on others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from mockrevio.cancellation import CancelScope
from mockrevio.scheduling import SUSPENSION, Wait
from mockrevio.server import Server
from mockrevio.suspension_middleware import SuspensionMiddleware
from tests.contract.raw import Raw, head
from tests.torture.common import eventually


class Waiter:
    """Lets requests wait for as many seconds as their path says, and counts its calls."""

    cooperative = True

    def __init__(self) -> None:
        self.scope = CancelScope()
        self.begun = self.finished = 0
        self.subscribed: list[Callable[[], None]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "test.waited" not in environ:
            environ["test.waited"] = True
            seconds = float(environ["PATH_INFO"][1:])
            environ[SUSPENSION] = Wait(seconds, self._subscribe, self.scope)
            self.begun += 1
            return []
        self.finished += 1
        start_response("200 OK", [])
        return [b"done"]

    def _subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        self.subscribed.append(callback)
        return lambda: self.subscribed.remove(callback)


def test_cancelled_waits_close_their_connections_and_others_continue() -> None:
    app = Waiter()
    server = Server(app, "127.0.0.1", 0)
    server.start()
    with ExitStack() as stack:
        ended = [stack.enter_context(Raw(server.url)) for _ in range(20)]
        for connection in ended:
            connection.send(head("GET", "/30"))
        assert eventually(lambda: app.begun == 20)
        first, app.scope = app.scope, CancelScope()
        other = stack.enter_context(Raw(server.url))
        other.send(head("GET", "/0.5"))
        assert eventually(lambda: app.begun == 21)
        began = time.monotonic()
        first.cancel()
        assert all(connection.is_closed() for connection in ended)
        assert time.monotonic() - began < 5
        assert other.read().body == b"done"
        assert eventually(lambda: app.subscribed == [])
    server.stop()
    assert app.finished == 1


def test_a_wait_that_begins_after_the_end_is_ended_at_once() -> None:
    app = Waiter()
    server = Server(app, "127.0.0.1", 0)
    server.start()
    app.scope.cancel()
    with Raw(server.url) as raw:
        raw.send(head("GET", "/0"))
        assert raw.is_closed()
    server.stop()
    assert (app.begun, app.finished) == (1, 0)


def test_waits_that_end_in_time_respond_and_are_forgotten() -> None:
    app = Waiter()
    server = Server(app, "127.0.0.1", 0)
    server.start()
    with Raw(server.url) as raw:
        assert raw.call(head("GET", "/0.01")).body == b"done"
        raw.send(head("GET", "/30"))
        assert eventually(lambda: len(app.subscribed) == 1)
        app.subscribed[0]()
        assert raw.read().body == b"done"
        app.scope.cancel()
    server.stop()
    assert (app.begun, app.finished) == (2, 2)


def call(app: Waiter, path: str) -> tuple[str, bytes]:
    """Call the app as another server would."""
    started: list[str] = []
    body = SuspensionMiddleware(app)({"PATH_INFO": path}, lambda status, _: started.append(status))
    return started[-1], b"".join(body)


def test_other_servers_respond_that_the_wait_was_ended() -> None:
    app = Waiter()
    assert call(app, "/0.01") == ("200 OK", b"done")
    timer = threading.Timer(0.2, app.scope.cancel)
    timer.start()
    began = time.monotonic()
    assert call(app, "/30") == (
        "503 Service Unavailable",
        b"The request was cancelled while it was waiting.\n",
    )
    assert time.monotonic() - began < 10
    assert call(app, "/30")[0].startswith("503")
    assert app.finished == 1
    assert app.subscribed == []
    timer.join()
