"""The clock of a world, the source of every date that mockrevio writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from mockrevio.errors import ClockError
from mockrevio.revio.wire.dates import format_date

_LATEST = datetime.max.replace(tzinfo=UTC)
"""Where an advanced clock stops: Python has no later datetime."""


class Clock:
    """The time of one world in UTC (A: Rev.io's dates name no zone): real, advanced or frozen."""

    def __init__(self, start: datetime | None = None) -> None:
        """Create a clock that is frozen at `start`, or follows real time by default."""
        self._lock = threading.Lock()
        self._start = start
        self._frozen_at = start
        self._advanced_by = timedelta()
        self._subscribers: list[Callable[[], None]] = []

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call back whenever the clock has been changed, from the thread that changes it."""
        self._subscribers.append(callback)

    def _notify(self) -> None:
        for callback in self._subscribers:
            callback()

    @property
    def frozen(self) -> bool:
        """Whether the clock is frozen."""
        return self._frozen_at is not None

    def now(self) -> datetime:
        """The current time of the world."""
        frozen_at, advanced_by = self._frozen_at, self._advanced_by
        if frozen_at is not None:
            return frozen_at
        try:
            return datetime.now(UTC) + advanced_by
        except OverflowError:
            return _LATEST

    def date(self) -> str:
        """D: the current time in Rev.io's date format: `2016-10-21T16:24:21.293`."""
        return format_date(self.now())

    def freeze(self, at: datetime | None = None) -> None:
        """Freeze the clock at `at`, by default at the current time."""
        with self._lock:
            self._frozen_at = at or self.now()
        self._notify()

    def advance(self, seconds: float) -> None:
        """Move the clock forward; a frozen clock stays frozen. Raises ClockError past the year 9999."""
        with self._lock:
            step = timedelta(seconds=seconds)
            try:
                if self._frozen_at is not None:
                    self._frozen_at += step
                else:
                    datetime.now(UTC) + self._advanced_by + step  # overflows here rather than in `now`
                    self._advanced_by += step
            except OverflowError:
                raise ClockError("the clock cannot go past the year 9999; advance it by less") from None
        self._notify()

    def release(self) -> None:
        """Return to real time."""
        with self._lock:
            self._frozen_at = None
            self._advanced_by = timedelta()
        self._notify()

    def reset(self) -> None:
        """Restore the initial state."""
        with self._lock:
            self._frozen_at = self._start
            self._advanced_by = timedelta()
        self._notify()

    def as_json(self) -> dict[str, object]:
        """The clock as the admin API returns it."""
        return {
            "now": self.date(),
            "frozen": self.frozen,
            "advanced_seconds": self._advanced_by.total_seconds(),
        }
