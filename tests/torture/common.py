"""What the torture tests share: real server processes, and a process's resource usage."""

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

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@dataclass(frozen=True)
class Scale:
    """Picks between two amounts: for the short form of the torture tests, and for the long form."""

    long: bool

    def __call__(self, *, short: Amount, long: Amount) -> Amount:
        return long if self.long else short


class CheckpointingProcess(Process):
    """A server that checkpoints its log into the data file after every few changes."""

    program = (sys.executable, "-m", "tests.torture.launcher", "3000")


@contextmanager
def server(*arguments: str, checkpointing: bool = False, fixture: str = "empty") -> Iterator[Process]:
    """A server process, by default without customers; killed at the end if it is still running."""
    process_type = CheckpointingProcess if checkpointing else Process
    running = process_type("--port", "0", "--fixture", fixture, *arguments)
    try:
        yield running
    finally:
        running.kill()


@dataclass(frozen=True)
class Usage:
    """The resources that a process uses: memory in KiB, open files and sockets, threads."""

    memory: int
    files: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> Usage:
        """Read the usage from /proc."""
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
        )
        files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        return cls(int(status["VmRSS"].split()[0]), files, int(status["Threads"]))

    @classmethod
    def settled(cls, pid: int) -> Usage:
        """Read the usage once the number of open files has stopped changing."""
        previous, current = None, cls.of(pid)
        while previous is None or current.files != previous.files:
            time.sleep(0.3)
            previous, current = current, cls.of(pid)
        return current


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Wait for a condition; return whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
