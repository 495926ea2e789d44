"""HTTP/1.1 as RFC 9112 defines it, read strictly: what a server must see in a stream of bytes.

It shares no code with the server, and reads the whole stream at once, so it has no states to get wrong.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple
from urllib.parse import unquote_to_bytes

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rb"(%b) +([\x21-\x7e\x80-\xff]+) HTTP/(1\.[01])" % _TOKEN)
_FIELD = re.compile(rb"(%b):[ \t]*([\t\x20-\x7e\x80-\xff]*)" % _TOKEN)
_HOST = re.compile(
    rb"(?:[A-Za-z0-9._~!$&'()*+,;=%%-]*|\[[0-9A-Fa-f:.]+(?:%%[A-Za-z0-9._~-]+)?\])(?::([0-9]{0,5}))?" % ()
)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;%b(?:=%b)?)*" % (_TOKEN, _TOKEN))
_KNOWN = {b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE"}

End = Literal["all", "rejected", "incomplete"]


class Seen(NamedTuple):
    """A request as an app sees it."""

    method: str
    path: str
    query: str
    body: str


class Reading(NamedTuple):
    """The requests in a stream, and how it ends: with the last of them, with something that must be rejected,
    or in the middle of a request."""

    requests: list[Seen]
    end: End
    rejectable: int | None = None
    """The first request that may be rejected all the same. Behind chunks, the parser gets to see what else is
    hidden from it: unknown methods, bytes beyond ASCII in a target, and a connection option as a trailer."""


class Rejected(Exception):
    """The bytes are no request."""


class Incomplete(Exception):
    """The bytes end within a request."""


def read(stream: bytes) -> Reading:
    """Read a stream of requests."""
    requests: list[Seen] = []
    position, keep_alive, behind_chunks = 0, True, False
    rejectable: int | None = None
    while keep_alive:
        while stream[position : position + 1] in (b"\r", b"\n"):
            position += 1
        if position == len(stream):
            break
        start = position
        try:
            request, keep_alive, position = _request(stream, position)
        except Rejected:
            return Reading(requests, "rejected", rejectable)
        except Incomplete:
            return Reading(requests, "incomplete", rejectable)
        line = stream[start:position].partition(b"\r\n")[0]
        odd = not line.isascii() or request.method.encode() not in _KNOWN
        if behind_chunks and odd and rejectable is None:
            rejectable = len(requests)
        requests.append(request)
        if (
            b"\nconnection:" in stream[start:position].lower().partition(b"\r\n\r\n")[2]
            and rejectable is None
        ):
            rejectable = len(requests)
        behind_chunks = behind_chunks or b"chunked" in stream[start:position].lower()
    return Reading(requests, "all", rejectable)


def _request(stream: bytes, start: int) -> tuple[Seen, bool, int]:
    end = stream.find(b"\r\n\r\n", start)
    if end < 0:
        raise Incomplete
    request_line, *lines = stream[start:end].split(b"\r\n")
    line = _matched(_REQUEST_LINE, request_line)
    fields = [_field(each) for each in lines]
    method, target, version = line.groups()
    if method == b"CONNECT" or (method.upper() in _KNOWN and method not in _KNOWN) or len(method) > 64:
        raise Rejected
    path = _path_of(target, method)
    hosts = [value for name, value in fields if name == b"host"]
    if (len(hosts) != 1 and (version == b"1.1" or hosts)) or any(len(name) > 256 for name, _ in fields):
        raise Rejected
    for host in hosts:
        if int(_matched(_HOST, host)[1] or 0) > 65535:
            raise Rejected
    expected = _items(fields, b"expect")
    if version == b"1.1" and not expected <= {b"100-continue"}:
        raise Rejected
    lengths = [value for name, value in fields if name == b"content-length"]
    codings = [value for name, value in fields if name == b"transfer-encoding"]
    body, position = _body(stream, end + 4, lengths, codings)
    raw_path, _, query = path.partition(b"?")
    seen = Seen(method.decode(), _unquoted(raw_path), query.decode("latin-1"), body.decode("latin-1"))
    options = _items(fields, b"connection")
    keep_alive = b"close" not in options
    if version == b"1.0":
        keep_alive = keep_alive and b"keep-alive" in options and not codings
    return seen, keep_alive, position


def _matched(pattern: re.Pattern[bytes], text: bytes) -> re.Match[bytes]:
    match = pattern.fullmatch(text)
    if match is None:
        raise Rejected
    return match


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, value = _matched(_FIELD, line).groups()
    return name.lower(), value.strip(b" \t")


def _items(fields: list[tuple[bytes, bytes]], wanted: bytes) -> set[bytes]:
    """The items of a list in a field, in lowercase."""
    values = (value for name, value in fields if name == wanted)
    return {item.strip(b" \t").lower() for value in values for item in value.split(b",")} - {b""}


def _unquoted(path: bytes) -> str:
    """The path as WSGI has it, with %2F as it is."""
    return b"%2F".join(map(unquote_to_bytes, re.split(rb"%2[fF]", path))).decode("latin-1")


def _path_of(target: bytes, method: bytes) -> bytes:
    path = b"".join(b"%%%02X" % byte if byte > 127 else bytes((byte,)) for byte in target)
    if b"#" in path or not (path.startswith(b"/") or (path == b"*" and method == b"OPTIONS")):
        raise Rejected
    return path


def _body(stream: bytes, start: int, lengths: list[bytes], codings: list[bytes]) -> tuple[bytes, int]:
    if codings:
        if lengths or [coding.lower() for coding in codings] != [b"chunked"]:
            raise Rejected
        return _chunks(stream, start)
    if not lengths:
        return b"", start
    if len(lengths) > 1 or not re.fullmatch(rb"[0-9]+", lengths[0]):
        raise Rejected
    end = start + int(lengths[0])
    if end > len(stream):
        raise Incomplete
    return stream[start:end], end


def _line(stream: bytes, start: int) -> tuple[bytes, int]:
    end = stream.find(b"\r\n", start)
    if end < 0:
        raise Incomplete
    return stream[start:end], end + 2


def _chunks(stream: bytes, position: int) -> tuple[bytes, int]:
    body = b""
    while True:
        line, position = _line(stream, position)
        size = int(_matched(_CHUNK, line)[1], 16)
        if size == 0:
            break
        body += stream[position : position + size]
        position += size
        end = stream[position : position + 2]
        if not b"\r\n".startswith(end):
            raise Rejected
        if len(end) < 2:
            raise Incomplete
        position += 2
    while True:
        line, position = _line(stream, position)
        if not line:
            return body, position
        if _field(line)[0] in (b"content-length", b"transfer-encoding"):
            raise Rejected
