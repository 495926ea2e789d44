"""What is read from and written to a connection, with fewer steps than cheroot's own files take."""

from __future__ import annotations

import sys
from typing import Any

from cheroot.makefile import StreamReader, StreamWriter


class Reader(StreamReader):
    """Hands out lines without a look at the socket for each, or for each byte of them."""

    raw: Any  # of Python's own `_pyio`, on which cheroot stands, as the names below
    _read_buf: bytes
    _read_pos: int
    buffer_size: int

    def readline(self, size: int | None = -1) -> bytes:
        """The next line, or `size` bytes of it; less only where the other side sends no more."""
        longest = sys.maxsize if size is None or size < 0 else size
        while True:
            start = self._read_pos
            line_end = self._read_buf.find(b"\n", start, start + longest) + 1
            end = line_end or min(start + longest, len(self._read_buf))
            if line_end or end - start == longest or not self._fill():
                self._read_pos = end
                return self._read_buf[start:end]

    def _fill(self) -> bool:
        """Have more to read, unless the other side sends no more."""
        more = self.raw.read(self.buffer_size)
        if not more:
            return False
        self._read_buf = self._read_buf[self._read_pos :] + more
        self._read_pos = 0
        return True


class Writer(StreamWriter):
    """Holds an answer back until it is whole, so that head and body go out at once."""

    _write_buf: bytearray
    held = False

    def write(self, val: Any, *args: Any, **kwargs: Any) -> int:  # type: ignore[override]  # two stubs disagree
        """Send, or keep for later while the answer is held."""
        if self.held:
            self._write_buf += val
            return len(val)
        return int(super().write(val, *args, **kwargs))  # type: ignore[no-untyped-call]  # cheroot's

    def release(self) -> None:
        """Send what was held, and from now on everything at once."""
        if self.held:
            self.held = False
            if self._write_buf:
                super().write(b"")  # type: ignore[no-untyped-call]  # cheroot's


def make_file(sock: Any, mode: str = "r", bufsize: int = -1) -> Any:
    """A file around a connection, as cheroot's `MakeFile`."""
    return (Reader if "r" in mode else Writer)(sock, mode, bufsize)
