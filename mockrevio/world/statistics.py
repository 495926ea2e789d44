"""Sizes and counts of worlds, for metrics: collected when they are asked for, from what is there anyway."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from mockrevio.control.calls import Calls
from mockrevio.control.faults.rules import FaultRules
from mockrevio.storage import LiveDatabase
from mockrevio.world.lazy_webhooks import LazyWebhooks


class Statistics(NamedTuple):
    """Those of one world, or of several together."""

    calls_in_progress: int = 0
    log_entries: int = 0
    log_bytes: int = 0
    wal_bytes: int = 0
    pending_deliveries: int = 0
    # These only grow, so they include those of worlds that are no longer in memory.
    log_evictions: int = 0
    checkpoints: int = 0
    checkpoint_failures: int = 0
    checkpoint_seconds: float = 0.0
    deliveries: Counter[str] = Counter()  # noqa: RUF012 (never changed)
    """Those that are no longer pending, by status."""
    delivery_faults: Counter[str] = Counter()  # noqa: RUF012 (never changed)
    """Faults that have fired on notifications, by kind."""

    def plus(self, other: Statistics) -> Statistics:
        """Both together."""
        values: Iterable[tuple[Any, Any]] = zip(self, other, strict=True)
        return Statistics(*(mine + theirs for mine, theirs in values))

    def retired(self) -> Statistics:
        """What remains of them once the world is closed: the counts that only grow."""
        return self._replace(
            calls_in_progress=0, log_entries=0, log_bytes=0, wal_bytes=0, pending_deliveries=0
        )


def statistics_of(
    calls: Calls, database: LiveDatabase, webhooks: LazyWebhooks, faults: FaultRules
) -> Statistics:
    """The statistics of one world."""
    entries, size = calls.log.size
    checkpoints = database.checkpoints
    return Statistics(
        calls.in_progress,
        entries,
        size,
        database.log_size,
        webhooks.pending,
        calls.log.total_evicted,
        checkpoints.count,
        checkpoints.failures,
        checkpoints.seconds,
        webhooks.finished,
        faults.fired_on_deliveries.copy(),
    )
