"""The clock of a world, the source of every date that mockrevio writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from mockrevio import real_time
from mockrevio.errors import ClockError
from mockrevio.revio.wire.dates import format_date, format_http_date

_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""Where a running clock stops: Python has no other datetimes."""

_NO_TIME, _SECOND = timedelta(), timedelta(seconds=1)


class _Reading(NamedTuple):
    """How to read the clock: it stands at `frozen_at`, or is `offset` ahead of real time.

    One value, so that a thread that reads the clock never sees half of a change.
    """

    frozen_at: datetime | None = None
    offset: timedelta = _NO_TIME

    def now(self) -> datetime:
        if self.frozen_at is not None:
            return self.frozen_at
        try:
            return real_time.utc_now() + self.offset
        except OverflowError:
            return _LATEST if self.offset > _NO_TIME else _EARLIEST


_REAL = _Reading()


class Clock:
    """The time of one world in UTC (A: Rev.io's dates name no zone).

    It is frozen, or runs: at the real time, or from another date.
    """

    def __init__(self, start: datetime | None = None) -> None:
        """Create a clock that is frozen at `start`, or follows real time by default."""
        self._lock = threading.Lock()
        self._initial = self._reading = _REAL if start is None else _Reading(start)
        self._http_date = (_EARLIEST, format_http_date(_EARLIEST))
        self._subscribers: list[Callable[[], None]] = []

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call back whenever the clock has been changed, from the thread that changes it."""
        self._subscribers.append(callback)

    def _change(self, change: Callable[[_Reading], _Reading]) -> None:
        with self._lock:
            self._reading = change(self._reading)
        for callback in self._subscribers:
            callback()

    @property
    def frozen(self) -> bool:
        """Whether the clock is frozen."""
        return self._reading.frozen_at is not None

    @property
    def real(self) -> bool:
        """Whether it follows real time."""
        return self._reading == _REAL

    @property
    def version(self) -> object:
        """A value that differs once the clock was changed, however the time goes on."""
        return self._reading

    def now(self) -> datetime:
        """The current time of the world."""
        reading = self._reading
        return real_time.utc_now() if reading is _REAL else reading.now()

    def date(self) -> str:
        """D: the current time in Rev.io's date format: `2016-10-21T16:24:21.293`."""
        return format_date(self.now())

    def http_date(self) -> str:
        """The current time as in the header Date. Formatted once a second: each response needs it."""
        now = self.now()
        second, text = self._http_date
        if not _NO_TIME <= now - second < _SECOND:
            second = now.replace(microsecond=0)
            text = format_http_date(second)
            self._http_date = second, text
        return text

    def freeze(self, at: datetime | None = None) -> None:
        """Freeze the clock at `at`, by default at the current time."""
        self._change(lambda reading: _Reading(at or reading.now()))

    def run_from(self, at: datetime) -> None:
        """Let the clock run from a time, earlier or later than the real one."""
        self._change(lambda _: _Reading(offset=at - real_time.utc_now()))

    def advance(self, seconds: float) -> None:
        """Move the clock forward; a frozen clock stays frozen. Raises ClockError past the year 9999."""

        def advanced(reading: _Reading) -> _Reading:
            step = timedelta(seconds=seconds)
            if reading.frozen_at is not None:
                return _Reading(reading.frozen_at + step)
            real_time.utc_now() + (reading.offset + step)  # overflows here rather than in `now`
            return _Reading(offset=reading.offset + step)

        try:
            self._change(advanced)
        except OverflowError:
            raise ClockError("the clock cannot go past the year 9999; advance it by less") from None

    def release(self) -> None:
        """Return to real time."""
        self._change(lambda _: _REAL)

    def reset(self) -> None:
        """Restore the initial state."""
        self._change(lambda _: self._initial)

    def as_json(self) -> dict[str, object]:
        """The clock as the admin API returns it."""
        reading = self._reading
        return {
            "now": format_date(reading.now()),
            "frozen": reading.frozen_at is not None,
            "advanced_seconds": reading.offset.total_seconds(),
        }
