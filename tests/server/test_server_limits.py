"""What a connection is allowed, and what happens beyond it."""

from __future__ import annotations

import select
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from mockrevio import MockRevio
from mockrevio.server import Server
from tests.contract.raw import Raw, head
from tests.support import ROOT, Process
from tests.torture.common import Usage, eventually, linux_only

MEGABYTE = 1024 * 1024
HOLDING = """
import resource, sys
from mockrevio.cli import main
resource.setrlimit(resource.RLIMIT_NOFILE, (64, int(sys.argv.pop(1))))
main()
"""
LARGE_RESPONSES = """
import sys
from mockrevio.server import Server
class App:
    cooperative = True
    def __call__(self, environ, start_response):
        start_response("200 OK", [])
        return [b"x" * 1024 * 1024]
server = Server(App(), "127.0.0.1", 0)
server.bind()
print(server.url, flush=True)
server.run(lambda: None)
"""


class Large:
    """Responds with many bytes."""

    cooperative = True

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        del environ
        start_response("200 OK", [])
        return [b"x" * (32 * MEGABYTE)]

    def body_limit(self, path: str) -> int:
        """How many bytes of a body are wanted at this path."""
        del path
        return 10


@contextmanager
def serving_large(**options: Any) -> Iterator[str]:
    """A server with these options; its address."""
    server = Server(Large(), "127.0.0.1", 0, **options)
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def url() -> Iterator[str]:
    with serving_large() as url:
        yield url


def test_a_connection_beyond_the_limit_gets_a_503_until_another_has_left() -> None:
    request = head("HEAD", "/")

    def status(connection: Raw) -> int:
        connection.send(request)
        return connection.read(bodiless=True).status

    with ExitStack() as stack:
        url = stack.enter_context(serving_large(max_connections=3))
        first, *others = [stack.enter_context(Raw(url)) for _ in range(3)]
        for connection in (first, *others):
            assert status(connection) == 200
        with Raw(url) as beyond:
            beyond.send(request)
            response = beyond.read()
            assert (response.status, response.body) == (503, b"Too many connections.\n")
            assert beyond.is_closed()
        assert status(others[0]) == 200
        first.socket.shutdown(socket.SHUT_RDWR)

        def is_served() -> bool:
            with Raw(url) as connection:
                return status(connection) == 200

        assert eventually(is_served)


def test_an_idle_connection_is_kept_for_the_idle_timeout() -> None:
    with MockRevio(idle_timeout="1s") as revio:
        url = revio.url.removesuffix("/v1")
        with Raw(url) as silent, Raw(url) as used:
            began = time.monotonic()
            for _ in range(3):
                time.sleep(0.5)
                assert used.call(head("GET", "/v1/SystemStatus")).status == 200
            assert silent.is_closed()
            assert used.is_closed()
            assert 2.5 <= time.monotonic() - began < 10


def test_an_idle_connection_is_kept_for_longer_than_ten_seconds_by_default() -> None:
    with MockRevio() as revio, Raw(revio.url) as raw:
        time.sleep(11)
        assert raw.call(head("GET", "/v1/SystemStatus")).status == 200


def test_the_idle_timeout_is_not_that_of_requests() -> None:
    with serving_large(idle_timeout=0.3) as url, Raw(url) as raw:
        raw.send(head("GET", "/")[:-2])
        time.sleep(1)
        assert raw.call(b"\r\n").status == 200


def test_a_client_that_reads_nothing_is_disconnected(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockrevio.server.limits.WRITE_TIMEOUT", 0.3)
    with Raw(url) as raw:
        raw.send(head("GET", "/") * 2)
        time.sleep(1)
        received = 0
        try:
            while data := raw.socket.recv(MEGABYTE):
                received += len(data)
        except ConnectionResetError:
            pass
        assert received < 32 * MEGABYTE


def test_a_client_that_reads_slowly_gets_everything(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockrevio.server.limits.LINGER_TIMEOUT", 0.1)
    with Raw(url) as raw:
        raw.send(head("GET", "/", "Connection: close") + b"more")
        time.sleep(0.7)
        assert len(raw.read().body) == 32 * MEGABYTE
        assert raw.is_closed()


def test_a_client_that_goes_on_sending_after_its_response_is_disconnected(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockrevio.server.limits.LINGER_TIMEOUT", 0.3)
    with Raw(url) as raw:
        raw.send(b"BROKEN / HTTP/1.1\nno header\r\n\r\n" + b"x" * 100_000)
        assert raw.read().status == 400

        def is_disconnected() -> bool:
            try:
                raw.send(b"x")
            except ConnectionError:
                return True
            return False

        assert eventually(is_disconnected, 5)


def test_a_head_that_drips_times_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockrevio.server.limits.HEAD_TIMEOUT", 0.8)
    with Raw(url) as raw:
        began = time.monotonic()
        raw.send(b"GET / HTTP/1.1\r\nA: ")
        raw.socket.settimeout(0.1)
        closed = False
        while not closed and time.monotonic() < began + 10:
            try:
                raw.send(b"b")
                closed = raw.socket.recv(1) == b""
            except TimeoutError:
                pass
            except ConnectionError:
                closed = True
        assert closed
        assert 0.8 <= time.monotonic() - began < 5


class _WithFewDescriptors(Process):
    program = (sys.executable, "-c", HOLDING, "64")


class _WithALowSoftLimit(Process):
    program = (sys.executable, "-c", HOLDING, "1000")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_without_descriptors_accepting_pauses_and_resumes() -> None:
    server = _WithFewDescriptors("--port", "0", "--ephemeral")
    try:
        url = server.client.url
        request = head("GET", "/v1/SystemStatus")
        with Raw(url) as kept, ExitStack() as stack:
            assert kept.call(request).status == 200
            idle = [stack.enter_context(Raw(url)) for _ in range(100)]
            began = time.monotonic()
            while time.monotonic() < began + 1:
                assert kept.call(request).status == 200
                time.sleep(0.02)
            # Those that have been idle for longest are closed, so those that queue have their turn.
            idle[-1].send(request)
            while not select.select([idle[-1].socket], [], [], 0.02)[0]:
                assert kept.call(request).status == 200
            assert idle[-1].read().status == 200
        with Raw(url) as new:
            assert new.call(request).status == 200
        assert server.stop() == 0
        warning, trouble = server.errors
        assert "this process is limited to 64 open files, too few for --max-connections 10000" in warning
        assert trouble == "mockrevio: cannot accept connections: Too many open files\n"
    finally:
        server.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_low_soft_limit_of_open_files_is_raised_as_far_as_the_connections_need() -> None:
    server = _WithALowSoftLimit("--port", "0", "--ephemeral", "--max-connections", "300")
    try:
        with ExitStack() as stack:
            connections = [stack.enter_context(Raw(server.client.url)) for _ in range(200)]
            for connection in connections:
                assert connection.call(head("GET", "/v1/SystemStatus")).status == 200
            if sys.platform == "linux":
                import resource

                assert resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE) == (364, 1000)
        assert server.stop() == 0
        assert server.errors == []
    finally:
        server.kill()


@contextmanager
def _large_responses() -> Iterator[Process]:
    class Program(Process):
        program = (sys.executable, "-c", LARGE_RESPONSES)

    server = Program(cwd=ROOT)
    try:
        yield server
    finally:
        server.kill()


@linux_only
def test_slow_readers_do_not_make_memory_grow() -> None:
    with _large_responses() as server, ExitStack() as stack:
        pid = server.process.pid
        with Raw(server.client.url) as raw:
            raw.call(head("GET", "/"))
        before = Usage.of(pid)
        for _ in range(10):
            raw = stack.enter_context(Raw(server.client.url))
            raw.socket.settimeout(0.2)
            try:
                raw.socket.sendall(head("GET", "/") * 1000)
                raw.socket.sendall(head("GET", "/") * 100_000)
            except TimeoutError:
                pass
        time.sleep(0.5)
        # Of each, one response is being sent, and at most 320 KiB of its requests have been read.
        assert Usage.of(pid).memory - before.memory < 20 * 1024
        with Raw(server.client.url) as raw:
            assert raw.call(head("GET", "/")).status == 200


def test_a_refused_client_may_be_sending() -> None:
    with serving_large(max_connections=0) as url, Raw(url) as raw:
        raw.send(head("GET", "/") * 1000)
        assert raw.read().status == 503
        raw.socket.shutdown(socket.SHUT_WR)
        assert raw.is_closed()
