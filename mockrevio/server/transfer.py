"""Taking a request's body off its connection, in pieces, whether its length is known or it comes in chunks.

cheroot's own readers hold a whole chunk, or all that a handler left unread, in memory at once, and
leave the end of a chunked body on the connection, where it would be taken for the next request.
"""

from __future__ import annotations

import re
import sys
from abc import ABC, abstractmethod
from typing import Protocol

from mockrevio.errors import ApiError, Problem

LARGEST_DRAIN = 64 * 1024 * 1024
"""Bytes of a body nobody wanted that are read and thrown away, so that its sender can read the answer."""

PIECE = 64 * 1024
_LONGEST_LINE = 4096
_MOST_TRAILERS = 100
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")


class Source(Protocol):
    """A connection, or anything else that bytes come from."""

    def read(self, size: int, /) -> bytes:
        """`size` bytes; fewer only where the other side sends no more."""

    def readline(self, size: int, /) -> bytes:
        """Up to `size` bytes, to the end of a line if that comes earlier."""


class Body(ABC):
    """What is left of one body. At its end it reads nothing; it never reads into the next request."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._broken = False

    def read(self, size: int | None = None, /) -> bytes:
        """`size` bytes, or all that is left; a Refusal with `malformed_body` if the body breaks off."""
        pieces: list[bytes] = []
        left = sys.maxsize if size is None or size < 0 else size
        while left and (piece := self._piece(min(left, PIECE))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def drain(self) -> bool:
        """Throw away what is left; False if that is too much, or broken: the connection is then lost."""
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
        """Whether there is hope that the end comes before LARGEST_DRAIN."""
        return True

    @abstractmethod
    def _piece(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end."""

    def _break(self, why: str) -> ApiError:
        """The refusal of a body that cannot be taken off its connection."""
        self._broken = True
        return ApiError(Problem("malformed_body", "The body could not be read.", explain=why))

    def _take(self, size: int) -> bytes:
        try:
            data = self._source.read(size)
        except OSError:  # the client went away, or said nothing for too long
            data = b""
        if not data:
            raise self._break("it ended before all of it had come")
        return data


class SizedBody(Body):
    """A body whose length the headers gave, in bytes."""

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
    """A body that says how long each of its chunks is. Trailers are read and forgotten."""

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
            raise self._break("a chunk is longer than it says")
        return data

    def _begin_chunk(self) -> None:
        size = self._line().partition(b";")[0].strip()
        if not _CHUNK_SIZE.fullmatch(size):
            raise self._break("a chunk does not begin with its size in hexadecimal digits")
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
            raise self._break("it ended before all of it had come")
        return line.rstrip(b"\r\n")
