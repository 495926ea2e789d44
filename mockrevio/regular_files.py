"""Reading regular files only: opening or reading a pipe or a device may block forever.

The exception is a pipe that is read once, such as bash's `<(command)`: within a time and up to a size.
"""

from __future__ import annotations

import errno
import os
import select
import stat
from pathlib import Path

from mockrevio import real_time

MAX_PIPED = 1024 * 1024
"""Bytes that are read from a pipe."""

PIPE_TIME = 10.0
"""Seconds in which all of a pipe must come."""


class NotRegular(OSError):
    """The file is a pipe, a socket or a device."""


def read_regular_file(path: Path) -> bytes:
    """The contents of a file. Raises OSError if it cannot be read, NotRegular if it is a pipe or the like."""
    with open(path, "rb", opener=_open) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _not_regular(path)
        return file.read()


def require_regular_file(path: Path) -> None:
    """Raise OSError if there is no file at a path, NotRegular if it is a pipe or the like."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise _not_regular(path)


def read_file_or_pipe(path: Path) -> bytes:
    """The contents of a file, or what comes through a pipe. Raises OSError if that cannot be read, or if a
    pipe takes longer than PIPE_TIME or brings more than MAX_PIPED."""
    if not stat.S_ISFIFO(path.stat().st_mode):
        return read_regular_file(path)
    with open(path, "rb", buffering=0, opener=_open) as pipe:
        return _read_pipe(pipe.fileno())


def _read_pipe(descriptor: int) -> bytes:
    data = bytearray()
    end = real_time.monotonic() + PIPE_TIME
    while select.select([descriptor], [], [], max(end - real_time.monotonic(), 0))[0]:
        piece = os.read(descriptor, MAX_PIPED)
        if not piece:
            return bytes(data)
        data += piece
        if len(data) > MAX_PIPED:
            raise OSError(errno.EFBIG, f"more than {MAX_PIPED} bytes came through the pipe")
    raise TimeoutError(errno.ETIMEDOUT, f"the pipe was not closed within {PIPE_TIME:g} s")


def _not_regular(path: Path) -> NotRegular:
    return NotRegular(errno.EINVAL, "Not a regular file", str(path))


def _open(path: str, flags: int) -> int:
    """Open a file without blocking if it is a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
