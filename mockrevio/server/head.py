"""A request's head before the parser sees it: its size, and what the parser would not let pass to the app."""

from __future__ import annotations

import re

from mockrevio.server.bad_request import BadRequest
from mockrevio.server.limits import MAX_HEAD_SIZE, MAX_METHOD
from mockrevio.server.request import head_too_long

_METHODS = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE"))
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


_END = b"\r\n\r\n"
_NO_PROXY = "This server is not a proxy for https. Use its own address as the base URL of the client."


class IncomingHead:
    """The head that a connection is receiving."""

    __slots__ = ("_line", "_line_complete", "_method_complete", "_size", "_start", "_tail", "method")

    def __init__(self, *, parsing: bool = False) -> None:
        """With `parsing`, the parser already has its beginning: it was in the bytes that end a request."""
        self.method = b""
        """A method that the parser does not know, so that it was shown another; empty for all others."""
        self._line = b""
        self._start = b""
        self._tail = b""
        self._size = 0
        self._method_complete = self._line_complete = parsing

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Return what the parser is to see of `data`, and what follows the head. Raises BadRequest if the
        head is too long."""
        end = self._find_end(data)
        head, rest = (data, b"") if end < 0 else (data[:end], data[end:])
        self._size += len(head)
        if not self._line_complete:
            self._line += head
        if not self._method_complete:
            head = self._receive_method(self._start + head)
        if not self._line_complete:
            if not head.isascii():
                head = _escape_line(head)
            self._line_complete = b"\n" in head
        if self._size > MAX_HEAD_SIZE and end < 0:
            raise head_too_long(in_line=not self._line_complete)
        return head, rest

    @property
    def line(self) -> bytes:
        """The request line, as far as it has come."""
        return self._line.lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")

    def _find_end(self, data: bytes) -> int:
        """Where the head ends in `data`, or -1."""
        tail, self._tail = self._tail, data[-3:]
        if tail:
            end = (tail + data[:3]).find(_END)
            if end >= 0:
                return end + len(_END) - len(tail)
        end = data.find(_END)
        return end if end < 0 else end + len(_END)

    def _receive_method(self, data: bytes) -> bytes:
        """Hide an unusual method from the parser, which knows a fixed set: the app rejects it."""
        method, space, rest = data.lstrip(b"\r\n").partition(b" ")
        if not space and len(method) <= MAX_METHOD and (not method or _TOKEN.fullmatch(method)):
            self._start = data
            return b""
        self._start = b""
        self._method_complete = True
        if method == b"CONNECT":
            raise BadRequest(501, _NO_PROXY)
        if method.upper() in _METHODS and method not in _METHODS:
            # Werkzeug would take it for the other one, while fault rules and permissions would not.
            name = method.upper().decode()
            raise BadRequest(400, f"Method names are in uppercase: send {name}, not {method.decode()}.")
        if method in _METHODS or len(method) > MAX_METHOD or not _TOKEN.fullmatch(method):
            return data
        self.method = method
        return b"POST " + rest


def _escape_line(data: bytes) -> bytes:
    """Percent-encode the bytes beyond ASCII in a request line: curl sends unescaped UTF-8."""
    line, end, rest = data.partition(b"\n")
    return b"".join(b"%%%02X" % byte if byte > 127 else bytes((byte,)) for byte in line) + end + rest
