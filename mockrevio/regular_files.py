"""Reading regular files only: opening or reading a pipe or a device may block forever."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


class NotRegular(OSError):
    """The file is a pipe, a socket or a device."""


def read_regular_file(path: Path) -> bytes:
    """The contents of a file. Raises OSError if it cannot be read, NotRegular if it is a pipe or the like."""
    with open(path, "rb", opener=_open) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise NotRegular(errno.EINVAL, "Not a regular file", str(path))
        return file.read()


def _open(path: str, flags: int) -> int:
    """Open a file without blocking if it is a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
