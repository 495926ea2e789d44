"""Buffered reading and writing of connections, faster than cheroot's own classes."""

from __future__ import annotations

import sys
from typing import Any

from cheroot.makefile import StreamReader, StreamWriter


class Reader(StreamReader):
    """Reads lines from a buffer instead of checking the socket for each line or byte."""

    raw: Any  # this and the names below come from `_pyio`, on which cheroot builds
    _read_buf: bytes
    _read_pos: int
    buffer_size: int

    def readline(self, size: int | None = -1) -> bytes:
        """Return the next line, or up to `size` bytes of it; less only at the end of the data."""
        longest = sys.maxsize if size is None or size < 0 else size
        while True:
            start = self._read_pos
            line_end = self._read_buf.find(b"\n", start, start + longest) + 1
            end = line_end or min(start + longest, len(self._read_buf))
            if line_end or end - start == longest or not self._fill():
                self._read_pos = end
                return self._read_buf[start:end]

    def _fill(self) -> bool:
        """Read more into the buffer; return False at the end of the data."""
        more = self.raw.read(self.buffer_size)
        if not more:
            return False
        self._read_buf = self._read_buf[self._read_pos :] + more
        self._read_pos = 0
        return True


class Writer(StreamWriter):
    """Buffers a response until it is complete, so that head and body are sent together."""

    _write_buf: bytearray
    held = False

    def write(self, val: Any, *args: Any, **kwargs: Any) -> int:  # type: ignore[override]  # two stubs disagree
        """Send `val`, or buffer it while `held` is set."""
        if self.held:
            self._write_buf += val
            return len(val)
        return int(super().write(val, *args, **kwargs))  # type: ignore[no-untyped-call]  # cheroot's

    def release(self) -> None:
        """Send what is buffered, and stop buffering."""
        if self.held:
            self.held = False
            if self._write_buf:
                super().write(b"")  # type: ignore[no-untyped-call]  # cheroot's


def make_file(sock: Any, mode: str = "r", bufsize: int = -1) -> Any:
    """Return a file for a connection, as cheroot's `MakeFile` does."""
    return (Reader if "r" in mode else Writer)(sock, mode, bufsize)
