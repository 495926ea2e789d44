"""How many calls of one world were answered in each of the last seconds, and how many of them failed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from mockrevio import real_time

SECONDS = 600
"""How far back the counts reach."""


class Second(NamedTuple):
    """The calls that were answered in one second of real time, since 1970; `errors` of them failed."""

    second: int
    calls: int
    errors: int


class CallRates:
    """Counts calls by the second. Thread-safe. A reset does not clear it: it is about the process."""

    def __init__(self, now: Callable[[], float] = real_time.seconds_since_epoch) -> None:
        """`now` returns the seconds since 1970."""
        self._now = now
        self._lock = threading.Lock()
        self._second, self._calls, self._errors = 0, 0, 0
        """The latest second that had calls. It may not be over yet."""
        self._earlier: deque[Second] = deque(maxlen=SECONDS)

    def count(self, *, failed: bool) -> None:
        """Count a call that was answered now."""
        second = int(self._now())
        with self._lock:
            if second != self._second:
                if self._calls:
                    self._earlier.append(Second(self._second, self._calls, self._errors))
                self._second, self._calls, self._errors = second, 0, 0
            self._calls += 1
            if failed:
                self._errors += 1

    def now(self) -> int:
        """The current second, which is not over yet."""
        return int(self._now())

    def between(self, start: int, end: int) -> list[Second]:
        """The seconds from `start` up to `end`, without that, in which there were calls, oldest first."""
        with self._lock:
            seconds = [*self._earlier, Second(self._second, self._calls, self._errors)]
        return [each for each in seconds if each.calls and start <= each.second < end]

    def as_json(self, now: int) -> dict[str, Any]:
        """The counts of the last `SECONDS` before `now`, oldest first, as the admin API returns them."""
        calls, errors = [0] * SECONDS, [0] * SECONDS
        start = now - SECONDS
        for second in self.between(start, now):  # the system's clock may have been set back: add up
            calls[second.second - start] += second.calls
            errors[second.second - start] += second.errors
        return {"now": now, "calls": calls, "errors": errors}
