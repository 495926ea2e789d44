"""Reading request bodies from a connection piece by piece, with a known length or chunked.

cheroot's own readers keep a whole chunk, or everything that the app left unread, in memory. They also leave
the end of a chunked body on the connection, where it would be mistaken for the next request.
"""

from __future__ import annotations

import re
import sys
from abc import ABC, abstractmethod
from typing import Protocol

from mockrevio.errors import ApiError, Problem

LARGEST_DRAIN = 64 * 1024 * 1024
"""How many bytes of an unread body are read and discarded, so that the client can read the response."""

PIECE = 64 * 1024
_LONGEST_LINE = 4096
_MOST_TRAILERS = 100
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")


class Source(Protocol):
    """A connection or another source of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes, or fewer at the end of the data."""

    def readline(self, size: int, /) -> bytes:
        """Return up to `size` bytes, at most to the end of the line."""


class Body(ABC):
    """The unread part of a request body. Never reads beyond its end, into the next request."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._broken = False

    def read(self, size: int | None = None, /) -> bytes:
        """Return `size` bytes, or all that remain. Raises ApiError `malformed_body` if the body is broken."""
        pieces: list[bytes] = []
        left = sys.maxsize if size is None or size < 0 else size
        while left and (piece := self._piece(min(left, PIECE))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def drain(self) -> bool:
        """Discard the rest; return False if it is too large or broken. Then the connection is unusable."""
        total = 0
        try:
            while not self._broken and total <= LARGEST_DRAIN and self._is_worth_reading():
                piece = self._piece(PIECE)
                if not piece:
                    return True
                total += len(piece)
        except ApiError:
            pass
        return False

    def _is_worth_reading(self) -> bool:
        """Whether the body may end before LARGEST_DRAIN."""
        return True

    @abstractmethod
    def _piece(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end of the body."""

    def _break(self, why: str) -> ApiError:
        """Mark the body as broken and return the error to raise."""
        self._broken = True
        return ApiError(Problem("malformed_body", "The body could not be read.", explain=why))

    def _take(self, size: int) -> bytes:
        try:
            data = self._source.read(size)
        except OSError:  # the client hung up, or sent nothing for too long
            data = b""
        if not data:
            raise self._break("it ended before it was complete")
        return data


class SizedBody(Body):
    """A body with a Content-Length, in bytes."""

    def __init__(self, source: Source, length: int) -> None:
        super().__init__(source)
        self._left = length

    def _is_worth_reading(self) -> bool:
        return self._left <= LARGEST_DRAIN

    def _piece(self, size: int) -> bytes:
        if not self._left:
            return b""
        data = self._take(min(size, self._left))
        self._left -= len(data)
        return data


class ChunkedBody(Body):
    """A body in chunked transfer encoding. Trailers are discarded."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._left = 0
        self._ended = False

    def _piece(self, size: int) -> bytes:
        if not self._left and not self._ended:
            self._begin_chunk()
        if self._ended:
            return b""
        data = self._take(min(size, self._left))
        self._left -= len(data)
        if not self._left and self._line():
            raise self._break("a chunk is longer than its declared size")
        return data

    def _begin_chunk(self) -> None:
        size = self._line().partition(b";")[0].strip()
        if not _CHUNK_SIZE.fullmatch(size):
            raise self._break("a chunk does not start with its size in hexadecimal digits")
        self._left = int(size, 16)
        if not self._left:
            self._ended = True
            self._skip_trailers()

    def _skip_trailers(self) -> None:
        for _ in range(_MOST_TRAILERS):
            if not self._line():
                return
        raise self._break("it has too many trailers")

    def _line(self) -> bytes:
        try:
            line = self._source.readline(_LONGEST_LINE)
        except OSError:
            line = b""
        if not line.endswith(b"\n"):
            raise self._break("it ended before it was complete")
        return line.rstrip(b"\r\n")
