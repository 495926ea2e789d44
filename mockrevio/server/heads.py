"""Strict parsing of request headers: rejects whatever two parsers could read differently.

Of two Content-Length headers, cheroot's own parser uses the last; it replaces a value by its folded
continuation line, and accepts bytes that headers must not contain. The bytes after such a request could then
be mistaken for another request (request smuggling).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from cheroot.server import comma_separated_headers  # type: ignore[attr-defined]  # its stubs lack it

_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}):([^\x00-\x08\x0a-\x1f\x7f]*)\r\n")
_ONCE = frozenset({b"Content-Length", b"Host", b"Transfer-Encoding"})
_JOINED = frozenset(comma_separated_headers)
_SPELLINGS = ((b"keep-alive", b"Keep-Alive"), (b"close", b"close"))


class Lines(Protocol):
    """A source of lines."""

    def readline(self) -> bytes:
        """Return the next line."""


class HeadReader:
    """Reads headers into the form that cheroot expects."""

    def __call__(self, rfile: Lines, hdict: dict[bytes, bytes] | None = None) -> dict[bytes, bytes]:
        """Read headers up to the empty line. Raises ValueError, which cheroot turns into a 400."""
        headers: dict[bytes, bytes] = {} if hdict is None else hdict
        while (line := rfile.readline()) != b"\r\n":
            name, value = _parsed(line)
            if b"_" in name:
                continue  # in a WSGI environment, it would be the same key as with a dash
            if name in headers and name in _ONCE:
                raise ValueError(f"Duplicate {name.decode()} header.")
            if name in headers and name in _JOINED:
                value = b", ".join((headers[name], value))
            headers[name] = value
        _check_framing(headers)
        return _spelled(headers)


def _parsed(line: bytes) -> tuple[bytes, bytes]:
    if not line.endswith(b"\n"):
        raise ValueError("Illegal end of headers.")
    if line[:1] in (b" ", b"\t"):
        raise ValueError("A header continues on a second line, which HTTP no longer allows.")
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError("Illegal header line.")
    return found[1].title(), found[2].strip(b" \t")


def _check_framing(headers: Mapping[bytes, bytes]) -> None:
    """Reject a request whose end is ambiguous."""
    length, coding = headers.get(b"Content-Length"), headers.get(b"Transfer-Encoding")
    if length is not None and not length.isdigit():
        raise ValueError("Malformed Content-Length Header.")
    if length is not None and coding is not None:
        raise ValueError("Content-Length and Transfer-Encoding cannot be combined.")


def _spelled(headers: dict[bytes, bytes]) -> dict[Any, Any]:
    """Normalize the values that cheroot compares case-sensitively."""
    options = [each.strip() for each in headers.get(b"Connection", b"").lower().split(b",")]
    for option, spelling in _SPELLINGS:
        if option in options:
            headers[b"Connection"] = spelling
    if b"Expect" in headers:
        headers[b"Expect"] = headers[b"Expect"].lower()
    return headers
