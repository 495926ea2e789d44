"""The time as a world sees it. Every date that mockrevio writes comes from here."""

from __future__ import annotations

from datetime import UTC, datetime


class Clock:
    """The real time, in UTC (A: Rev.io's dates name no zone)."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)

    def stamp(self) -> str:
        """D: the present moment as Rev.io writes dates: `2016-10-21T16:24:21.293`."""
        return self.now().replace(tzinfo=None).isoformat(timespec="milliseconds")
