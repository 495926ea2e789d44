"""Connection faults, as a raw socket sees them."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mockrevio.control.faults.effects import CONNECTION_FAULT_KEY, ConnectionFault
from mockrevio.server import Server
from mockrevio.server.connection_faults import GARBAGE

BODY = b"0123456789" * 10


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Respond with BODY, under the connection fault that the path names."""
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
    running = Server(app, "127.0.0.1", 0)
    running.start()
    yield running
    running.stop()


@contextmanager
def requesting(server: Server, path: str, *, body: bytes = b"") -> Iterator[socket.socket]:
    """A connection on which a request has been sent."""
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
def test_reset_sends_a_real_rst(server: Server, body: bytes) -> None:
    with (
        requesting(server, "reset", body=body) as connection,
        pytest.raises(OSError, match="reset") as caught,
    ):
        read_all(connection)

    assert caught.value.errno == errno.ECONNRESET


@pytest.mark.parametrize("body", [b"", b"x" * 500_000])
def test_empty_closes_cleanly_without_sending_a_byte(server: Server, body: bytes) -> None:
    with requesting(server, "empty", body=body) as connection:
        assert read_all(connection) == b""


def test_truncate_sends_less_than_content_length(server: Server) -> None:
    with requesting(server, "truncate") as connection:
        head, _, body = read_all(connection).partition(b"\r\n\r\n")

    assert b"Content-Length: 100" in head
    assert b"Connection: close" not in head  # nothing announces the early end
    assert body == BODY[:50]


def test_garbage_is_not_http(server: Server) -> None:
    with requesting(server, "garbage") as connection:
        assert read_all(connection) == GARBAGE


def test_drip_sends_the_body_in_pieces_over_the_given_time(server: Server) -> None:
    with requesting(server, "drip") as connection:
        started, arrivals = time.monotonic(), []
        received = b""
        while not received.endswith(BODY):
            received += connection.recv(65536)
            arrivals.append(time.monotonic() - started)

    assert len(arrivals) >= 5
    assert 0.3 < arrivals[-1] < 5


def test_a_connection_can_be_reused_after_a_drip(server: Server) -> None:
    with requesting(server, "drip") as connection:
        received = b""
        while not received.endswith(BODY):
            received += connection.recv(65536)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

        assert read_all(connection).endswith(BODY)


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("path", ["hang", "long-drip"])
def test_faults_do_not_delay_a_stop(path: str) -> None:
    server = Server(app, "127.0.0.1", 0)
    server.start()
    with requesting(server, path) as connection:
        time.sleep(0.3)
        started = time.monotonic()
        server.stop()

        assert time.monotonic() - started < 3
        read_all(connection)  # returns, since the server closed the connection
