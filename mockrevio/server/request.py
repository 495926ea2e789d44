"""One request as it arrives: its head, checked strictly, and its body, kept as far as the app wants it."""

from __future__ import annotations

import asyncio
import io
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from mockrevio.errors import ApiError, Problem
from mockrevio.scheduling import FIELDS, HEADERS, REJECTION, TARGET, ServerRejection
from mockrevio.server.bad_request import BadRequest
from mockrevio.server.header_fields import NO_FIELDS, Fields, Headers, read_fields
from mockrevio.server.limits import MAX_HEAD_SIZE, MAX_HEADER_NAME
from mockrevio.server.target import check_target, split_target

_VERSIONS = {"1.1": "HTTP/1.1", "1.0": "HTTP/1.0"}
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
Peer = tuple[str, str]
"""The address and the port of a client."""

MAX_KNOWN_TARGET = 8 * 1024
"""Bytes of the target of a rejected request that the app gets."""


def peer_of(transport: asyncio.BaseTransport) -> Peer:
    """The client of a connection."""
    host, port, *_ = transport.get_extra_info("peername") or ("", 0)
    # A socket for both IPv4 and IPv6 shows IPv4 addresses as ::ffff:127.0.0.1.
    return str(host).removeprefix("::ffff:"), str(port)


def unsupported_version() -> BadRequest:
    """The error for an unsupported version."""
    return BadRequest(505, "This server speaks HTTP/1.1 and HTTP/1.0.")


def head_too_long(*, in_line: bool) -> BadRequest:
    """The error for a head beyond MAX_HEAD_SIZE: `in_line` if its request line alone is."""
    if in_line:
        return BadRequest(414, f"The request line is longer than {MAX_HEAD_SIZE} bytes.")
    return BadRequest(431, f"The head of the request is longer than {MAX_HEAD_SIZE} bytes.")


class BrokenBody(io.RawIOBase):
    """An incomplete body. Reading it raises ApiError with `malformed_body`."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self._reason = reason

    def read(self, size: int = -1, /) -> bytes:
        """Raise the error."""
        del size
        raise ApiError(Problem("malformed_body", "The body could not be read.", explain=self._reason))

    readline = read  # type: ignore[assignment]


class OverlongBody(io.RawIOBase):
    """Stands in for a body over the app's limit: just enough zeros to exceed the limit, created when read."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        """Read some of them."""
        size = self._left if size < 0 else min(size, self._left)
        self._left -= size
        return bytes(size)


LARGE_BODY = 1 << 20
"""Bytes from which on a body is not copied on the event loop."""


class ReceivedBody(io.RawIOBase):
    """A large body. Unlike BytesIO, it is not copied before it is read, which may be done in a thread."""

    def __init__(self, data: bytearray) -> None:
        super().__init__()
        self._data = data
        self._position = 0

    def readable(self) -> bool:
        """True."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Read some bytes, by default all that are left."""
        start, left = self._position, len(self._data) - self._position
        self._position += left if size < 0 else min(size, left)
        return bytes(memoryview(self._data)[start : self._position])


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
        "overlong",
        "received",
        "scheme",
        "url",
        "version",
    )

    def __init__(self) -> None:
        self.url = b""
        """The path and the query."""
        self.scheme = ""
        """Of a target that is a complete URL."""
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
        self.overlong = False
        """Whether the body is too long to be received at all."""
        self.broken: str | None = None
        self.error: BadRequest | None = None

    def finish_head(self, method: bytes, version: str, *, keep_alive: bool, secure: bool) -> None:
        """Check the head. Raises BadRequest for one that two readers could understand differently."""
        self.method = method.decode("ascii")
        self.version = version
        self.keep_alive = keep_alive
        self.fields = fields = read_fields(self.headers)
        target, size = split_target(self.url), len(self.url)
        self.scheme, self.url = target.scheme, target.path
        self._check(fields, size)
        self.url = check_target(target, self.method, secure=secure)
        if target.authority:  # whatever the Host header says
            self.fields = fields.with_host(target.authority.decode("ascii").removesuffix(":"))
        if fields.length is None and version == "1.0":
            self.keep_alive = False  # HTTP/1.0 knows no chunks, so the end of such a body is uncertain

    def _check(self, fields: Fields, target_size: int) -> None:
        if self.version == "0.9":
            raise BadRequest(400, "The request line has no HTTP version.")
        if self.version not in _VERSIONS:
            raise unsupported_version()
        if fields.hosts > 1:
            raise BadRequest(400, "There is more than one Host header.")
        if not fields.hosts and self.version == "1.1":
            raise BadRequest(400, "The Host header is missing; HTTP/1.1 requires it.")
        if not fields.host_valid:
            raise BadRequest(
                400, "The Host header must be a host name or an address, with or without a port."
            )
        if target_size + fields.size > MAX_HEAD_SIZE:
            raise head_too_long(in_line=target_size > MAX_HEAD_SIZE)
        if fields.longest_name > MAX_HEADER_NAME:
            raise BadRequest(400, f"The name of a header is longer than {MAX_HEADER_NAME} bytes.")
        if not fields.codings <= {"chunked"}:
            raise BadRequest(501, "The only supported transfer encoding is chunked.")
        if self.version == "1.1" and not fields.expectations <= {"100-continue"}:
            raise BadRequest(417, "The only supported expectation is 100-continue.")

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits to be asked for the body. HTTP/1.0 does not know of it."""
        return self.version == "1.1" and "100-continue" in self.fields.expectations

    def reject(self, error: BadRequest, line: bytes) -> None:
        """Have this request rejected. `line` is its first line, as far as it has come.

        Parts that the parser did not report are taken from this line, so that the app knows the request.
        """
        self.error = error
        if self.fields is NO_FIELDS:
            method, space, rest = line[:MAX_KNOWN_TARGET].lstrip(b"\r\n").partition(b" ")
            self.method = method.decode("ascii") if space and _METHOD.fullmatch(method) else ""
            self.url = split_target(rest.split(None, 1)[0] if rest.strip() else b"").path
            self.fields = read_fields(self.headers)
        self.url = self.url[:MAX_KNOWN_TARGET]

    def add_body(self, data: bytes) -> None:
        """Keep a piece of the body, up to one byte more than the limit."""
        self.received += len(data)
        room = self.body_limit + 1 - len(self.body)
        if room > 0:
            self.body += data if len(data) <= room else data[:room]

    @property
    def overflows(self) -> bool:
        """Whether the body is larger than the app takes."""
        return self.overlong or len(self.body) > self.body_limit

    def environ(self, base: dict[str, Any], peer: Peer) -> dict[str, Any]:
        """The WSGI environment; `base` is what it has in common with others of its server."""
        environ = self._environ or self._head_environ(base, peer)
        environ["wsgi.input"] = self._input()
        return environ

    def early_environ(self, base: dict[str, Any], peer: Peer) -> dict[str, Any]:
        """The WSGI environment before the body has arrived, without an input."""
        self._environ = self._head_environ(base, peer)
        return self._environ

    def _head_environ(self, base: dict[str, Any], peer: Peer) -> dict[str, Any]:
        path, _, query = self.url.partition(b"?")
        environ = {
            **base,
            **self.fields.variables,
            "REQUEST_METHOD": self.method,
            "PATH_INFO": _path(path),
            "QUERY_STRING": query.decode("latin-1"),
            "SERVER_PROTOCOL": _VERSIONS.get(self.version, "HTTP/1.1"),
            "REMOTE_ADDR": peer[0],
            "REMOTE_PORT": peer[1],
            HEADERS: self.fields.headers,
            FIELDS: self.headers,
            TARGET: self.url.decode("latin-1"),
        }
        if self.scheme:
            environ["wsgi.url_scheme"] = self.scheme
        if self.error is not None:
            environ[REJECTION] = ServerRejection(self.error.status, str(self.error))
        return environ

    def _input(self) -> io.IOBase:
        if self.broken:
            return BrokenBody(self.broken)
        if self.overlong:
            return OverlongBody(self.body_limit + 1)
        return io.BytesIO(self.body) if len(self.body) <= LARGE_BODY else ReceivedBody(self.body)


def notify(environ: dict[str, Any], key: str) -> None:
    """Notify the app, if it registered a callback under this key: `CLIENT_LEFT` or `ABANDONED`."""
    callback = environ.get(key)
    if callback is not None:
        callback()


def _path(path: bytes) -> str:
    """The path without percent-encoding, as WSGI has it; an encoded slash separates nothing and stays."""
    if b"%" in path:
        path = b"%2F".join(map(unquote_to_bytes, path.replace(b"%2f", b"%2F").split(b"%2F")))
    return path.decode("latin-1")
