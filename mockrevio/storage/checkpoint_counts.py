"""How often a log was checkpointed, and how long that took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mockrevio import real_time
from mockrevio.errors import StorageError


class CheckpointCounts:
    """Counts the checkpoints of one database, which are made one after the other."""

    def __init__(self) -> None:
        self.count = 0
        self.failures = 0
        self.seconds = 0.0
        """How long all of them took together, without those that failed."""

    @contextmanager
    def timing(self) -> Iterator[None]:
        """Count a checkpoint, which this block makes. One that is cancelled does not count."""
        started = real_time.monotonic()
        try:
            yield
        except StorageError:
            self.failures += 1
            raise
        self.count += 1
        self.seconds += real_time.monotonic() - started
