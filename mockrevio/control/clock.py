"""The time as a world sees it. Every date that mockrevio writes comes from here."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from mockrevio.errors import ClockError
from mockrevio.revio.wire.dates import format_date

_LATEST = datetime.max.replace(tzinfo=UTC)
"""Where a clock that is ahead stands still: there is no later moment."""


class Clock:
    """The time of one world, in UTC (A: Rev.io's dates name no zone): real, ahead of it, or frozen."""

    def __init__(self, start: datetime | None = None) -> None:
        """A clock that stands at `start`, or goes with the real time."""
        self._lock = threading.Lock()
        self._start = start
        self._frozen_at = start
        self._ahead = timedelta()

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen_at is not None

    def now(self) -> datetime:
        """The present moment."""
        frozen_at, ahead = self._frozen_at, self._ahead
        if frozen_at is not None:
            return frozen_at
        try:
            return datetime.now(UTC) + ahead
        except OverflowError:
            return _LATEST

    def date(self) -> str:
        """D: the present moment as Rev.io writes dates: `2016-10-21T16:24:21.293`."""
        return format_date(self.now())

    def freeze(self, at: datetime | None = None) -> None:
        """Stand still, at a moment or at the present one."""
        with self._lock:
            self._frozen_at = at or self.now()

    def advance(self, seconds: float) -> None:
        """Move on; a frozen clock then stands there. Raises ClockError past the last year there is."""
        with self._lock:
            by = timedelta(seconds=seconds)
            try:
                if self._frozen_at is not None:
                    self._frozen_at += by
                else:
                    datetime.now(UTC) + self._ahead + by  # fails here rather than in `now`
                    self._ahead += by
            except OverflowError:
                raise ClockError("the clock would go past the year 9999") from None

    def release(self) -> None:
        """Go with the real time again."""
        with self._lock:
            self._frozen_at = None
            self._ahead = timedelta()

    def reset(self) -> None:
        """Be as the clock was at the start."""
        with self._lock:
            self._frozen_at = self._start
            self._ahead = timedelta()

    def as_json(self) -> dict[str, object]:
        """The clock as the admin side shows it."""
        return {"now": self.date(), "frozen": self.frozen, "advanced_seconds": self._ahead.total_seconds()}
