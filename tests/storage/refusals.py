"""Disks and folders that refuse, for real, also where the tests run as root."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

NOBODY = 65534

posix_only = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has neither file size limits nor user ids to borrow"
)


@contextmanager
def disk_full(at: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes: a write that would is cut short, then refused."""
    import resource  # not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def disk_full_for(pid: int, at: int) -> Iterator[None]:
    """The same for another process."""
    import resource

    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (at, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Be somebody whom permissions bind, as root is not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
