"""Raw connections: a test decides about every byte it sends, including what no HTTP client would send."""

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
    """The head of a request. `headers` are whole lines; Host and Authorization are added."""
    lines = [f"{method} {path} HTTP/{version}", "Host: localhost"]
    if authorized:
        lines.append(f"Authorization: {basic(*AUTH)}")
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1")


def with_length(method: str, path: str, body: bytes, *headers: str, authorized: bool = True) -> bytes:
    """A request with a Content-Length."""
    return head(method, path, f"Content-Length: {len(body)}", *headers, authorized=authorized) + body


def in_chunks(method: str, path: str, *chunks: bytes, authorized: bool = True) -> bytes:
    """A request with a chunked body."""
    start = head(method, path, "Transfer-Encoding: chunked", authorized=authorized)
    return start + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


@dataclass(frozen=True)
class Response:
    """A response, with header names in lowercase."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Parse the body as JSON."""
        return json.loads(self.body)


class Raw:
    """One connection. Responses are read in order."""

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
        """Send bytes unchanged."""
        self.socket.sendall(data)

    def read(self, *, bodiless: bool = False) -> Response:
        """Read the next response; pass `bodiless` for responses to HEAD and for interim ones."""
        line = self._reader.readline().decode("latin-1").rstrip("\r\n")
        assert line.startswith("HTTP/1.1 "), f"not a response: {line!r}"
        headers: dict[str, str] = {}
        while text := self._reader.readline().decode("latin-1").rstrip("\r\n"):
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        body = b"" if bodiless else self._reader.read(int(headers.get("content-length", 0)))
        _, status, reason = line.split(" ", 2)
        return Response(int(status), reason, headers, body)

    def call(self, data: bytes) -> Response:
        """Send a request and read its response."""
        self.send(data)
        return self.read()

    def is_closed(self) -> bool:
        """Whether the server closes the connection without sending more; waits for it."""
        try:
            return self._reader.read(1) == b""
        except ConnectionResetError:
            return True
