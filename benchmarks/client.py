"""Requests, and a client that sends them one after another: for what is timed singly. Loads are in wrk.py."""

from __future__ import annotations

import base64
import re
import socket
import time
from contextlib import closing
from typing import NamedTuple

NUMBER = "{n}"
"""In a request, stands for a number of 13 digits that differs from request to request."""

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Request(NamedTuple):
    """A request, with credentials that mockrevio accepts and most other servers ignore."""

    path: str
    body: str = ""
    method: str = ""
    user: str = "tester@acme"

    def encode(self, port: int, number: int = 0) -> bytes:
        """Return the request as bytes, with this number in the place of `NUMBER`."""
        digits = f"{number:013d}"
        body = self.body.replace(NUMBER, digits).encode()
        head = [
            f"{self.method or ('POST' if body else 'GET')} {self.path.replace(NUMBER, digits)} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            f"Authorization: Basic {base64.b64encode(f'{self.user}:secret'.encode()).decode()}",
            "Accept: application/json",
            *(["Content-Type: application/json"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + body


class Connection:
    """A keep-alive connection. If the server closes it after a response, the next request opens another."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def send(self, data: bytes) -> tuple[int, bytes]:
        """Send an encoded request; return the response's status and body."""
        self._socket.sendall(data)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        status = int(received[9:12])
        length = _LENGTH.search(received, 0, end + 2)
        while not (
            len(received) >= end + 4 + int(length[1])
            if length
            else status in (204, 304) or received.endswith(b"0\r\n\r\n")
        ):
            received += self._receive()
        if b"\r\nconnection: close" in received[:end].lower():
            self._socket.close()
            self._socket = self._connect()
        return status, bytes(received[end + 4 :])

    def time(self, data: bytes) -> float:
        """Send an encoded request; return the seconds it took. Raises RuntimeError unless it gets a 2xx."""
        sent = time.perf_counter()
        status, body = self.send(data)
        duration = time.perf_counter() - sent
        if not 200 <= status < 300:
            raise RuntimeError(f"{data[:60]!r} on port {self._port} got a {status}: {body[:200]!r}")
        return duration

    def _receive(self) -> bytes:
        data = self._socket.recv(262144)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def time_once(port: int, request: Request, number: int = 0) -> float:
    """Send a request on a new connection; return the seconds it took.

    Raises RuntimeError unless it gets a 2xx.
    """
    with closing(Connection(port)) as connection:
        return connection.time(request.encode(port, number))
