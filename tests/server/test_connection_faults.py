"""Answers that do not arrive as they should, as a raw socket sees them."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mockrevio.control.faults.effects import CONNECTION_FAULT_KEY, DELAYER_KEY, ConnectionFault
from mockrevio.server import Server
from mockrevio.server.connection_faults import GARBAGE

BODY = b"0123456789" * 10


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers BODY, delivered as the path says."""
    kind = environ["PATH_INFO"].strip("/")
    if kind == "drip":
        environ[CONNECTION_FAULT_KEY] = ConnectionFault("drip", 5, 0.4)
    elif kind == "long-drip":
        environ[CONNECTION_FAULT_KEY] = ConnectionFault("drip", 5, 60)
    elif kind:
        environ[CONNECTION_FAULT_KEY] = ConnectionFault(kind)
    start_response("200 OK", [("Content-Length", str(len(BODY))), ("Content-Type", "text/plain")])
    return [BODY]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    started = Server(app, "127.0.0.1", 0)
    started.start()
    yield started
    started.stop()


@contextmanager
def calling(server: Server, path: str, *, body: bytes = b"") -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        method = b"POST" if body else b"GET"
        head = b"%s /%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (
            method,
            path.encode(),
            len(body),
        )
        connection.sendall(head + body)
        yield connection


def read_all(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("body", [b"", b"x" * 500_000])
def test_reset_is_a_real_rst(server: Server, body: bytes) -> None:
    with calling(server, "reset", body=body) as connection, pytest.raises(OSError, match="reset") as caught:
        read_all(connection)

    assert caught.value.errno == errno.ECONNRESET


@pytest.mark.parametrize("body", [b"", b"x" * 500_000])
def test_empty_closes_properly_without_a_byte(server: Server, body: bytes) -> None:
    with calling(server, "empty", body=body) as connection:
        assert read_all(connection) == b""


def test_truncate_promises_more_than_it_gives(server: Server) -> None:
    with calling(server, "truncate") as connection:
        head, _, body = read_all(connection).partition(b"\r\n\r\n")

    assert b"Content-Length: 100" in head
    assert b"Connection: close" not in head  # nothing gives the end away
    assert body == BODY[:50]


def test_garbage_is_no_http(server: Server) -> None:
    with calling(server, "garbage") as connection:
        assert read_all(connection) == GARBAGE


def test_drip_delivers_the_whole_body_in_pieces_over_the_time(server: Server) -> None:
    with calling(server, "drip") as connection:
        began, arrivals = time.monotonic(), []
        received = b""
        while not received.endswith(BODY):
            received += connection.recv(65536)
            arrivals.append(time.monotonic() - began)

    assert len(arrivals) >= 5
    assert 0.3 < arrivals[-1] < 5


def test_a_connection_serves_on_after_a_drip(server: Server) -> None:
    with calling(server, "drip") as connection:
        received = b""
        while not received.endswith(BODY):
            received += connection.recv(65536)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

        assert read_all(connection).endswith(BODY)


def test_hang_sends_nothing_until_the_client_gives_up(server: Server) -> None:
    with calling(server, "hang") as connection:
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.sendall(b"are you there?")
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_hung_connections_cost_no_worker_and_are_let_go_when_their_clients_go() -> None:
    started = Server(app, "127.0.0.1", 0)
    started.start()
    try:
        hung = [socket.create_connection(("127.0.0.1", started.port)) for _ in range(400)]
        for connection in hung:
            connection.sendall(b"GET /hang HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: started.held == 400)

        with calling(started, "") as connection:
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        for connection in hung:
            connection.close()
        wait_until(lambda: started.held == 0)
    finally:
        started.stop()


def wait_until(condition: Any) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("path", ["hang", "long-drip"])
def test_a_server_that_stops_waits_for_no_fault(path: str) -> None:
    started = Server(app, "127.0.0.1", 0)
    started.start()
    with calling(started, path) as connection:
        time.sleep(0.3)
        began = time.monotonic()
        started.stop()

        assert time.monotonic() - began < 3
        read_all(connection)  # ends, since the server closed it


def test_the_server_gives_the_app_a_way_to_wait_that_ends_when_it_stops() -> None:
    seen: list[Any] = []

    def keeping(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append(environ[DELAYER_KEY])
        return app(environ, start_response)

    started = Server(keeping, "127.0.0.1", 0)
    started.start()
    with calling(started, "") as connection:
        connection.recv(65536)
        assert not seen[0].wait(0.01)
    started.stop()

    assert seen[0].wait(60)
