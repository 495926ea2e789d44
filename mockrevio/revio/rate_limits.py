"""How the gateway counts requests: a sliding window for the rate limit, a fixed period for the quota.

Times are integers of microseconds: with floats, a client that waits exactly as long as Retry-After says could
be too early.
"""

from __future__ import annotations

from collections import deque

from mockrevio.quantities import Limit


class SlidingWindow:
    """The requests of the last so many seconds. G: the window slides; rejected requests do not count."""

    def __init__(self) -> None:
        self._times: deque[int] = deque()

    def add(self, now: int) -> None:
        """Count a request."""
        self._times.append(now)

    def clear(self) -> None:
        """Forget all requests."""
        self._times.clear()

    def seconds_until_free(self, limit: Limit, now: int) -> float | None:
        """None if another request fits, otherwise the seconds until one does."""
        times, window = self._times, _microseconds(limit)
        while times and times[0] <= now - window:
            times.popleft()
        while times and times[-1] > now:  # the clock was set back, so these are outside the window too
            times.pop()
        if len(times) < limit.calls:
            return None
        return (times[len(times) - limit.calls] + window - now) / 1_000_000


class FixedPeriod:
    """The requests of a period that starts with the first one. G: that is how a quota counts."""

    def __init__(self) -> None:
        self._start = 0
        self._used = 0

    def add(self) -> None:
        """Count a request."""
        self._used += 1

    def clear(self) -> None:
        """Forget all requests."""
        self._used = 0

    def seconds_until_free(self, limit: Limit, now: int) -> float | None:
        """None if another request fits, otherwise the seconds until the next period."""
        period = _microseconds(limit)
        if self._used == 0 or not self._start <= now < self._start + period:
            self._start, self._used = now, 0
        if self._used < limit.calls:
            return None
        return (self._start + period - now) / 1_000_000


def _microseconds(limit: Limit) -> int:
    return round(limit.seconds * 1_000_000)
