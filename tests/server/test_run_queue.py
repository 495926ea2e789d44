"""Connections share the event loop fairly: neither pipelined requests nor a crowd make the others wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

from mockrevio.scheduling import SUSPENSION, Wait
from mockrevio.server import Server
from tests.contract.raw import Raw, head

_client: ContextVar[str | None] = ContextVar("client", default=None)


class Recorder:
    """Records the paths of requests. A request to /block waits until `go` is set, and the loop with it."""

    cooperative = True

    def __init__(self, seconds: float = 0) -> None:
        self.paths: list[str] = []
        self.blocked, self.go = threading.Event(), threading.Event()
        self.wait_asked_for = 0.0
        """When the first pass of a request to /wait ran."""
        self._seconds = seconds

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/block":
            self.blocked.set()
            assert self.go.wait(10)
        if path == "/wait" and "test.waited" not in environ:
            environ["test.waited"] = environ[SUSPENSION] = Wait(0.5)
            self.wait_asked_for = time.monotonic()
            return []
        assert _client.get() in (None, environ["REMOTE_PORT"])  # not what another connection left behind
        _client.set(environ["REMOTE_PORT"])
        time.sleep(self._seconds)
        self.paths.append(path)
        start_response("200 OK", [])
        return [b"done"]

    @staticmethod
    def urgent(path: str) -> bool:
        """Whether a request for this path is to be handled while others queue."""
        return path == "/urgent"


@contextmanager
def serving(app: Recorder) -> Iterator[Callable[[], Raw]]:
    server = Server(app, "127.0.0.1", 0)
    server.start()
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Raw(server.url))
    server.stop()


def get(path: str) -> bytes:
    return head("GET", path)


def test_other_connections_are_served_between_the_requests_of_a_pipeline() -> None:
    app = Recorder()
    with serving(app) as connect:
        pipeline, others = connect(), [connect() for _ in range(3)]
        pipeline.send(get("/block") + get("/a") * 499)
        assert app.blocked.wait(10)
        for other in others:
            other.send(get("/b"))
        app.go.set()
        assert {pipeline.read().status for _ in range(500)} == {200}
        assert {other.read().status for other in others} == {200}
    assert app.paths[0] == "/block"
    # Some time may pass until the loop has read all three.
    assert max(place for place, path in enumerate(app.paths) if path == "/b") <= 50
    assert len(app.paths) == 503


def test_a_crowd_is_served_in_time_slices_and_urgent_requests_do_not_queue() -> None:
    app = Recorder(0.002)
    with serving(app) as connect:
        blocking, crowd, urgent, late = connect(), [connect() for _ in range(200)], connect(), connect()
        blocking.send(get("/block"))
        assert app.blocked.wait(10)
        for each in crowd:
            each.send(get("/crowd"))
        app.go.set()
        for _ in range(5):
            assert urgent.call(get("/urgent?a=b")).status == 200
        assert app.paths.count("/crowd") < 100
        assert late.call(get("/late")).status == 200
        assert {each.read().status for each in crowd} == {200}
    assert app.paths.index("/late") > 200  # it queued


def test_requests_whose_waits_end_together_do_not_delay_urgent_ones() -> None:
    app = Recorder(0.002)
    with serving(app) as connect:
        crowd, urgent = [connect() for _ in range(200)], connect()
        began = time.monotonic()
        for each in crowd:
            each.send(get("/wait"))
        while "/wait" not in app.paths:
            assert urgent.call(get("/urgent")).status == 200
        assert time.monotonic() - began >= 0.5
        for _ in range(5):
            assert urgent.call(get("/urgent")).status == 200
        assert app.paths.count("/wait") < 150
        assert {each.read().status for each in crowd} == {200}


def test_a_client_that_ends_its_input_in_a_crowd_gets_its_response() -> None:
    app = Recorder(0.001)
    with serving(app) as connect:
        blocking, crowd = connect(), [connect() for _ in range(50)]
        blocking.send(get("/block"))
        assert app.blocked.wait(10)
        for each in crowd:
            each.send(get("/crowd"))
            each.socket.shutdown(1)
        half = connect()
        half.send(get("/half")[:-2])
        half.socket.shutdown(1)
        app.go.set()
        assert {each.read().status for each in crowd} == {200}
        assert all(each.is_closed() for each in (*crowd, half))
    assert "/half" not in app.paths


def test_time_in_the_run_queue_counts_towards_the_wait() -> None:
    app = Recorder(0.005)
    with serving(app) as connect:
        blocking, crowd, waiting = connect(), [connect() for _ in range(100)], connect()
        blocking.send(get("/block"))
        assert app.blocked.wait(10)
        for each in crowd:
            each.send(get("/crowd"))
        app.go.set()
        time.sleep(0.02)
        sent = time.monotonic()
        waiting.send(get("/wait"))
        assert waiting.read().status == 200
        answered = time.monotonic()
        queued = app.wait_asked_for - sent
        assert queued > 0.2  # behind most of the crowd
        assert answered - sent >= 0.5
        left = max(0.5 - queued, 0)  # the wait is shorter by what it has queued
        assert answered - app.wait_asked_for < left + 0.2
        assert {each.read().status for each in crowd} == {200}
