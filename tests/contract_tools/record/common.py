"""A proxy in front of a mock, or of a service that answers with given bytes."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mockrevio.contract.access import parse_base_url
from mockrevio.contract.record.output import Output
from mockrevio.contract.record.proxy import Proxy
from mockrevio.contract.record.upstream import Upstream
from tests.support import Client, running


@contextmanager
def proxying(url: str, *outputs: Output, timeout: float = 20) -> Iterator[Client]:
    """A proxy for the service at `url`, and a client of it."""
    upstream = Upstream(parse_base_url(url), timeout)
    try:
        with running(Proxy(upstream, "127.0.0.1", outputs)) as client:
            yield client
    finally:
        upstream.close()


class RawService:
    """Answers each request with the next of its replies, and keeps what it was sent, byte for byte.

    A reply may be None: the connection is closed without one. The connection stays open after a reply, unless
    that says `Connection: close`.
    """

    def __init__(self, replies: Sequence[bytes | None]) -> None:
        self._replies = list(replies)
        self.received: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if not self._replies:
                connection.close()
                return
            self.connections += 1
            with connection:
                connection.settimeout(20)
                while self._replies and self._answer(connection):
                    pass

    def _answer(self, connection: socket.socket) -> bool:
        request = _read_request(connection)
        if not request:
            return False
        self.received.append(request)
        reply = self._replies.pop(0)
        if reply is None:
            return False
        connection.sendall(reply)
        return b"Connection: close" not in reply

    def replace(self, reply: bytes) -> None:
        """Answer the next request with this instead."""
        self._replies[0] = reply

    def stop(self) -> None:
        """Answer no more."""
        self._replies.clear()
        socket.create_connection(self._listener.getsockname()).close()
        self._thread.join(20)
        self._listener.close()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            piece = connection.recv(65536)
        except OSError:
            return b""
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    match = re.search(rb"(?i)\r\nContent-Length: *(\d+)", head)
    length = int(match[1]) if match else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def raw_service(*replies: bytes | None) -> Iterator[RawService]:
    service = RawService(replies)
    try:
        yield service
    finally:
        service.stop()


def send_raw(url: str, request: bytes) -> bytes:
    """Send bytes, and return everything that comes back until the connection is closed."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        data = b""
        while piece := connection.recv(65536):
            data += piece
    return data
