"""What the torture shares: real servers that fold their logs all the time, and a look into processes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from tests.support import Process

Amount = TypeVar("Amount")
LINKS = "/v1/IntegrationKeyLink"

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into processes by way of /proc")


@dataclass(frozen=True)
class HowMuch:
    """Picks the amount of the short form or that of the long one."""

    long: bool

    def __call__(self, *, short: Amount, long: Amount) -> Amount:
        return long if self.long else short


class FoldingProcess(Process):
    """A server that folds its log into the data file whenever it has grown by a few changes."""

    program = (sys.executable, "-m", "tests.torture.launcher", "3000")


@contextmanager
def server(*arguments: str, folding: bool = False, fixture: str = "empty") -> Iterator[Process]:
    """A server with customer-less data, killed at the end if it still runs."""
    kind = FoldingProcess if folding else Process
    started = kind("--port", "0", "--fixture", fixture, *arguments)
    try:
        yield started
    finally:
        started.kill()


@dataclass(frozen=True)
class Usage:
    """What a process has in use: memory in KiB, open files and sockets, threads."""

    memory: int
    files: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> Usage:
        """As Linux tells it."""
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
        )
        files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        return cls(int(status["VmRSS"].split()[0]), files, int(status["Threads"]))

    @classmethod
    def settled(cls, pid: int) -> Usage:
        """As Linux tells it, once the process has opened and closed nothing for a moment."""
        last, now = None, cls.of(pid)
        while last is None or now.files != last.files:
            time.sleep(0.3)
            last, now = now, cls.of(pid)
        return now


def eventually(is_so: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it becomes so within that time."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
