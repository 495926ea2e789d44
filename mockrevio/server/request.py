"""One request as it arrives: its head, checked strictly, and its body, kept as far as the app wants it."""

from __future__ import annotations

import asyncio
import io
from typing import Any
from urllib.parse import unquote_to_bytes

from mockrevio.errors import ApiError, Problem
from mockrevio.scheduling import HEADERS
from mockrevio.server.header_fields import NO_FIELDS, Fields, Headers, read_fields
from mockrevio.server.limits import MAX_HEAD_SIZE, MAX_HEADER_NAME

_VERSIONS = {"1.1": "HTTP/1.1", "1.0": "HTTP/1.0"}


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
        "_environ",
        "body",
        "body_limit",
        "broken",
        "complete",
        "error",
        "fields",
        "headers",
        "keep_alive",
        "method",
        "received",
        "url",
        "version",
    )

    def __init__(self) -> None:
        self.url = b""
        self.headers: Headers = []
        self.fields = NO_FIELDS
        self.method = "GET"
        self.version = "1.1"
        self.keep_alive = False
        self._environ: dict[str, Any] | None = None
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
        self.fields = fields = read_fields(self.headers)
        self._check(fields)
        if fields.length is None and version == "1.0":
            self.keep_alive = False  # HTTP/1.0 knows no chunks, so the end of such a body is uncertain

    def _check(self, fields: Fields) -> None:
        if self.version == "0.9":
            raise BadRequest("400 Bad Request", "The request line has no HTTP version.")
        if self.version not in _VERSIONS:
            raise BadRequest("505 HTTP Version Not Supported", "This server speaks HTTP/1.1 and HTTP/1.0.")
        if fields.hosts > 1:
            raise BadRequest("400 Bad Request", "The Host header is there twice.")
        if len(self.url) + fields.size > MAX_HEAD_SIZE:
            raise head_too_long(in_line=len(self.url) > MAX_HEAD_SIZE)
        if fields.longest_name > MAX_HEADER_NAME:
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

    def environ(self, base: dict[str, Any], transport: asyncio.BaseTransport) -> dict[str, Any]:
        """The WSGI environment; `base` is what it has in common with others of its server."""
        environ = self._environ or self._head_environ(base, transport)
        environ["wsgi.input"] = BrokenBody(self.broken) if self.broken else io.BytesIO(self.body)
        return environ

    def announce(self, base: dict[str, Any], transport: asyncio.BaseTransport) -> dict[str, Any]:
        """The same, but before the body has come."""
        self._environ = self._head_environ(base, transport)
        return self._environ

    def _head_environ(self, base: dict[str, Any], transport: asyncio.BaseTransport) -> dict[str, Any]:
        path, _, query = self.url.partition(b"?")
        peer = transport.get_extra_info("peername") or ("", 0)
        return {
            **base,
            **self.fields.variables,
            "REQUEST_METHOD": self.method,
            "PATH_INFO": _path(path),
            "QUERY_STRING": query.decode("latin-1"),
            "SERVER_PROTOCOL": _VERSIONS[self.version],
            "REMOTE_ADDR": str(peer[0]),
            "REMOTE_PORT": str(peer[1]),
            HEADERS: self.fields.headers,
        }


def _path(path: bytes) -> str:
    """The path without percent-encoding, as WSGI has it; an encoded slash separates nothing and stays."""
    if b"%" in path:
        path = b"%2F".join(map(unquote_to_bytes, path.replace(b"%2f", b"%2F").split(b"%2F")))
    return path.decode("latin-1")
