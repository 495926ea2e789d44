"""The headers of a call, read strictly: what two readers could take differently is refused.

cheroot's own reader lets the last of two lengths win, takes a folded line for the whole value, and passes on
bytes that no header may have. So what follows such a call could be taken for another one.
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
    """Where lines come from."""

    def readline(self) -> bytes:
        """The next line."""


class HeadReader:
    """Reads headers as cheroot wants to have them."""

    def __call__(self, rfile: Lines, hdict: dict[bytes, bytes] | None = None) -> dict[bytes, bytes]:
        """Read them, to the blank line at their end; a ValueError is answered with 400."""
        headers: dict[bytes, bytes] = {} if hdict is None else hdict
        while (line := rfile.readline()) != b"\r\n":
            name, value = _parsed(line)
            if b"_" in name:
                continue  # in a WSGI environment it could not be told from one with a dash
            if name in headers and name in _ONCE:
                raise ValueError(f"{name.decode()} stands there twice.")
            if name in headers and name in _JOINED:
                value = b", ".join((headers[name], value))
            headers[name] = value
        _check_framing(headers)
        return _spelled(headers)


def _parsed(line: bytes) -> tuple[bytes, bytes]:
    if not line.endswith(b"\n"):
        raise ValueError("Illegal end of headers.")
    if line[:1] in (b" ", b"\t"):
        raise ValueError("A header goes on in a second line, which HTTP no longer allows.")
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError("Illegal header line.")
    return found[1].title(), found[2].strip(b" \t")


def _check_framing(headers: Mapping[bytes, bytes]) -> None:
    """Refuse a call of which it is not certain where it ends."""
    length, coding = headers.get(b"Content-Length"), headers.get(b"Transfer-Encoding")
    if length is not None and not length.isdigit():
        raise ValueError("Malformed Content-Length Header.")
    if length is not None and coding is not None:
        raise ValueError("Content-Length and Transfer-Encoding exclude each other.")


def _spelled(headers: dict[bytes, bytes]) -> dict[Any, Any]:
    """In the spelling that cheroot compares some values with: it does so letter by letter."""
    options = [each.strip() for each in headers.get(b"Connection", b"").lower().split(b",")]
    for option, spelling in _SPELLINGS:
        if option in options:
            headers[b"Connection"] = spelling
    if b"Expect" in headers:
        headers[b"Expect"] = headers[b"Expect"].lower()
    return headers
