"""A connection on which a test says, byte by byte, what it sends: for what no HTTP client would do."""

from __future__ import annotations

import base64
import json
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.support import AUTH


def basic(user: str, password: str) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def head(method: str, path: str, *headers: str, version: str = "1.1", authorized: bool = True) -> bytes:
    """A request's head. `headers` are whole lines; Host and Authorization go without saying."""
    lines = [f"{method} {path} HTTP/{version}", "Host: localhost"]
    if authorized:
        lines.append(f"Authorization: {basic(*AUTH)}")
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1")


def with_length(method: str, path: str, body: bytes, *headers: str, authorized: bool = True) -> bytes:
    """A request whose head says how long its body is."""
    return head(method, path, f"Content-Length: {len(body)}", *headers, authorized=authorized) + body


def in_chunks(method: str, path: str, *chunks: bytes, authorized: bool = True) -> bytes:
    """A request whose body comes in chunks."""
    begin = head(method, path, "Transfer-Encoding: chunked", authorized=authorized)
    return begin + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """One answer, its header names in lower case."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Raw:
    """One connection; answers are read in the order in which they come."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=15)
        self._reader = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def read(self, *, bodiless: bool = False) -> Answer:
        """The next answer; `bodiless` for one to HEAD, or an interim one."""
        line = self._reader.readline().decode("latin-1").rstrip("\r\n")
        assert line.startswith("HTTP/1.1 "), f"no answer but {line!r}"
        headers: dict[str, str] = {}
        while text := self._reader.readline().decode("latin-1").rstrip("\r\n"):
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        body = b"" if bodiless else self._reader.read(int(headers.get("content-length", 0)))
        _, status, reason = line.split(" ", 2)
        return Answer(int(status), reason, headers, body)

    def call(self, data: bytes) -> Answer:
        """Send a request, read its answer."""
        self.send(data)
        return self.read()

    def is_closed(self) -> bool:
        """Whether the server closed the connection, with nothing more said. Waits for it."""
        try:
            return self._reader.read(1) == b""
        except ConnectionResetError:
            return True
