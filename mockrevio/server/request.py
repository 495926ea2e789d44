"""One request as it arrives: its head, checked strictly, and its body, kept as far as the app wants it."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote_to_bytes

from mockrevio.errors import ApiError, Problem
from mockrevio.scheduling import HEADERS
from mockrevio.server.limits import MAX_HEAD_SIZE, MAX_HEADER_NAME

Headers = list[tuple[bytes, bytes]]

_JOINED_WITH: dict[str, str] = {"HTTP_COOKIE": "; "}
_VERSIONS = {"1.1": "HTTP/1.1", "1.0": "HTTP/1.0"}
_names: dict[bytes, tuple[str, str]] = {}
"""The environment's key, and the name as text, for each header name seen; clients send the same few."""

MAX_CACHED_NAMES = 1000


class BadRequest(Exception):
    """A head that is refused: the status, and the sentence that says why."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


def head_too_long(*, in_line: bool) -> BadRequest:
    """The error for a head beyond MAX_HEAD_SIZE: `in_line` if its request line alone is."""
    status = "414 URI Too Long" if in_line else "413 Request Entity Too Large"
    return BadRequest(status, "The head of the request is too long.")


class BrokenBody(io.RawIOBase):
    """A body that broke off. Reading it raises ApiError with `malformed_body`."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self._reason = reason

    def read(self, size: int = -1, /) -> bytes:
        """Raise the error."""
        del size
        raise ApiError(Problem("malformed_body", "The body could not be read.", explain=self._reason))

    readline = read  # type: ignore[assignment]


class Request:
    """A request from its first byte on. The parser's callbacks fill it."""

    __slots__ = (
        "body",
        "body_limit",
        "broken",
        "complete",
        "error",
        "expects_continue",
        "headers",
        "keep_alive",
        "length",
        "method",
        "received",
        "url",
        "version",
    )

    def __init__(self) -> None:
        self.url = b""
        self.headers: Headers = []
        self.method = "GET"
        self.version = "1.1"
        self.keep_alive = False
        self.expects_continue = False
        self.length: int | None = 0
        """Of the body as announced; None where it is chunked."""
        self.body = bytearray()
        self.body_limit = 0
        self.received = 0
        self.complete = False
        self.broken: str | None = None
        self.error: BadRequest | None = None

    def finish_head(self, method: bytes, version: str, keep_alive: bool) -> None:
        """Check the head. Raises BadRequest for one that two readers could understand differently."""
        self.method = method.decode("ascii")
        self.version = version
        self.keep_alive = keep_alive
        size, longest, hosts, length, chunked = len(self.url), 0, 0, 0, False
        for name, value in self.headers:
            size += len(name) + len(value) + 4
            longest = max(longest, len(name))
            if name == b"host":
                hosts += 1
            elif name == b"content-length":
                length = int(value)
            elif name == b"transfer-encoding":
                chunked = True
            elif name == b"expect":
                self.expects_continue = value.lower() == b"100-continue"
        self.length = None if chunked else length
        self._check(size, longest, hosts)
        if chunked and version == "1.0":
            self.keep_alive = False  # HTTP/1.0 knows no chunks, so the end of such a body is uncertain

    def _check(self, size: int, longest: int, hosts: int) -> None:
        if self.version == "0.9":
            raise BadRequest("400 Bad Request", "The request line has no HTTP version.")
        if self.version not in _VERSIONS:
            raise BadRequest("505 HTTP Version Not Supported", "This server speaks HTTP/1.1 and HTTP/1.0.")
        if hosts > 1:
            raise BadRequest("400 Bad Request", "The Host header is there twice.")
        if size > MAX_HEAD_SIZE:
            raise head_too_long(in_line=len(self.url) > MAX_HEAD_SIZE)
        if longest > MAX_HEADER_NAME:
            raise BadRequest("400 Bad Request", "The name of a header is too long.")
        if not self.url.startswith(b"/") and self.url != b"*":
            raise BadRequest("400 Bad Request", "The request target must be a path.")
        if b"#" in self.url:
            raise BadRequest("400 Bad Request", "The request target has a fragment.")

    def add_body(self, data: bytes) -> None:
        """Keep a piece of the body, up to one byte more than the limit."""
        self.received += len(data)
        room = self.body_limit + 1 - len(self.body)
        if room > 0:
            self.body += data if len(data) <= room else data[:room]

    @property
    def overflows(self) -> bool:
        """Whether the body is larger than the app takes."""
        return len(self.body) > self.body_limit

    def environ(self, base: dict[str, Any]) -> dict[str, Any]:
        """The WSGI environment; `base` is what it has in common with others of its connection."""
        path, _, query = self.url.partition(b"?")
        headers: dict[str, str] = {}
        environ = {
            **base,
            "REQUEST_METHOD": self.method,
            "PATH_INFO": _path(path),
            "QUERY_STRING": query.decode("latin-1"),
            "SERVER_PROTOCOL": _VERSIONS[self.version],
            "wsgi.input": BrokenBody(self.broken) if self.broken else io.BytesIO(self.body),
            HEADERS: headers,
        }
        for name, value in self.headers:
            key, header = _names.get(name) or _name(name)
            text = value.decode("latin-1")
            if key in environ:
                text = f"{environ[key]}{_JOINED_WITH.get(key, ', ')}{text}"
            if key:
                environ[key] = headers[header] = text
        return environ


def _path(path: bytes) -> str:
    """The path without percent-encoding, as WSGI has it; an encoded slash separates nothing and stays."""
    if b"%" in path:
        path = b"%2F".join(map(unquote_to_bytes, path.replace(b"%2f", b"%2F").split(b"%2F")))
    return path.decode("latin-1")


def _name(name: bytes) -> tuple[str, str]:
    """The environment's key for a header, and its name; no key if an underscore could be taken for a dash."""
    text = name.decode("ascii")
    if "_" in text:
        return "", text
    key = text.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if len(_names) < MAX_CACHED_NAMES:
        _names[name] = key, text
    return key, text
