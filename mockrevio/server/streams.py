"""What is read from and written to a connection, with fewer steps than cheroot's own files take."""

from __future__ import annotations

from typing import Any

from cheroot.makefile import StreamReader, StreamWriter


class Reader(StreamReader):
    """Hands out lines that have come already without asking the socket again."""

    _read_buf: bytes  # of Python's own `_pyio`, on which cheroot stands, and whose names it uses too
    _read_pos: int

    def readline(self, size: int | None = -1) -> bytes:
        """The next line, or `size` bytes of it."""
        start = self._read_pos
        end = self._read_buf.find(b"\n", start) + 1
        if end and (size is None or size < 0 or end - start <= size):
            self._read_pos = end
            return self._read_buf[start:end]
        return bytes(super().readline(size))


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
