"""A load generator: keep-alive connections that send one request after another."""

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
    """The result of a load: the duration of each request in seconds, and how many got no 2xx response."""

    seconds: float
    durations: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.durations) / self.seconds


def encode_request(path: str, port: int, body: bytes = b"", method: str | None = None) -> bytes:
    """Return a request as bytes, with credentials that mockrevio accepts and other servers ignore."""
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
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def send(self, data: bytes) -> tuple[int, bytes]:
        """Send a request; return the response's status and body."""
        self._socket.sendall(data)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        length = _LENGTH.search(received[: end + 2])
        if length is None:
            received = self._receive_chunks(received)
            return int(received[9:12]), received[end + 4 :]
        while len(received) < end + 4 + int(length[1]):
            received += self._receive()
        if b"\r\nconnection: close" in received[:end].lower():
            self._socket.close()
            self._socket = self._connect()
        return int(received[9:12]), received[end + 4 :]

    def _receive_chunks(self, received: bytes) -> bytes:
        while not received.endswith(b"0\r\n\r\n") and received[9:12] not in (b"204", b"304"):
            received += self._receive()
        return received

    def _receive(self) -> bytes:
        data = self._socket.recv(262144)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def load(
    port: int, requests: Callable[[int], bytes], seconds: float, connections: int = CONNECTIONS
) -> Outcome:
    """Send requests for a time. `requests(n)` returns the n-th; each n is used once."""
    numbers = iter(range(1_000_000_000))
    lock = threading.Lock()
    outcome = Outcome(seconds)
    ready = threading.Barrier(connections)

    def work() -> None:
        connection = Connection(port)
        ready.wait()
        deadline = time.perf_counter() + seconds
        durations, failed = [], 0
        while time.perf_counter() < deadline:
            with lock:
                number = next(numbers)
            data = requests(number)
            sent = time.perf_counter()
            status, _ = connection.send(data)
            durations.append(time.perf_counter() - sent)
            failed += not 200 <= status < 300
        connection.close()
        with lock:
            outcome.durations += durations
            outcome.failed += failed

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def send_once(port: int, data: bytes) -> tuple[float, int, bytes]:
    """Send a single request on a new connection; return the seconds it took, the status and the body."""
    connection = Connection(port)
    sent = time.perf_counter()
    status, body = connection.send(data)
    duration = time.perf_counter() - sent
    connection.close()
    return duration, status, body


def median(values: Sequence[float]) -> float:
    """Return the median; of an even number of values, the upper of the two in the middle."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
