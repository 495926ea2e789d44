"""Disks and folders that really refuse writes, even if the tests run as root."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

NOBODY = 65534

posix_only = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no file size limits and no user ids to switch to"
)


@contextmanager
def disk_full(at: int) -> Iterator[None]:
    """Limit every file of this process to `at` bytes. A write beyond that is cut short, then fails."""
    import resource  # not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def disk_full_for(pid: int, at: int) -> Iterator[None]:
    """Like `disk_full`, for another process."""
    import resource

    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (at, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Run as a user without root's exemption from permissions."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
