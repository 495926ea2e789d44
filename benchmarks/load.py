"""A load generator: keep-alive connections that send prepared calls one after the other."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

CONNECTIONS = 8
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


@dataclass
class Outcome:
    """What came of a load: calls per second, how long each took (seconds), and answers that were no 2xx."""

    seconds: float
    durations: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        """Calls per second."""
        return len(self.durations) / self.seconds


def call(path: str, port: int, body: bytes = b"", method: str | None = None) -> bytes:
    """One call as bytes, with credentials that any mockrevio takes and every other server ignores."""
    head = [
        f"{method or ('POST' if body else 'GET')} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Authorization: Basic dGVzdGVyQGFjbWU6c2VjcmV0",
        "Accept: application/json",
        *(["Content-Type: application/json"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + body


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = self._connect()

    def _connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def send(self, data: bytes) -> tuple[int, bytes]:
        """Send a call; its answer's status and body."""
        self._socket.sendall(data)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        length = _LENGTH.search(received[: end + 2])
        if length is None:
            received = self._chunked(received)
            return int(received[9:12]), received[end + 4 :]
        while len(received) < end + 4 + int(length[1]):
            received += self._more()
        if b"\r\nconnection: close" in received[:end].lower():
            self._socket.close()
            self._socket = self._connect()
        return int(received[9:12]), received[end + 4 :]

    def _chunked(self, received: bytes) -> bytes:
        while not received.endswith(b"0\r\n\r\n") and received[9:12] not in (b"204", b"304"):
            received += self._more()
        return received

    def _more(self) -> bytes:
        data = self._socket.recv(262144)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def close(self) -> None:
        """Close it."""
        self._socket.close()


def load(port: int, calls: Callable[[int], bytes], seconds: float, connections: int = CONNECTIONS) -> Outcome:
    """Send calls for a time; `calls(n)` makes the n-th, and every n comes once."""
    numbers = iter(range(1_000_000_000))
    lock = threading.Lock()
    outcome = Outcome(seconds)
    begin = threading.Barrier(connections)

    def work() -> None:
        connection = Connection(port)
        begin.wait()
        until = time.perf_counter() + seconds
        durations, refused = [], 0
        while time.perf_counter() < until:
            with lock:
                number = next(numbers)
            data = calls(number)
            began = time.perf_counter()
            status, _ = connection.send(data)
            durations.append(time.perf_counter() - began)
            refused += not 200 <= status < 300
        connection.close()
        with lock:
            outcome.durations += durations
            outcome.refused += refused

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def once(port: int, data: bytes) -> tuple[float, int, bytes]:
    """Seconds, status and body of a single call on a connection of its own."""
    connection = Connection(port)
    began = time.perf_counter()
    status, body = connection.send(data)
    taken = time.perf_counter() - began
    connection.close()
    return taken, status, body


def median(values: Sequence[float]) -> float:
    """The middle one of a few measurements."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
