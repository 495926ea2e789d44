"""Keeping to a rate limit: a client that never has to be told to slow down."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from mockrevio.quantities import Limit

SHARED_LIMIT = Limit.parse("300/60")
"""D: an account may make 500 calls a minute, and the integration that uses it in production needs some."""


class Pace:
    """At most `limit` calls in its window, whenever that starts."""

    def __init__(self, limit: Limit, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._limit = limit
        self._now = now
        self._sleep = sleep
        self._calls: deque[float] = deque()

    def wait(self) -> float:
        """Wait until another call is within the limit, and count it. Returns the seconds waited."""
        waited = 0.0
        if len(self._calls) >= self._limit.calls:
            due = self._calls[0] + self._limit.seconds
            waited = max(0.0, due - self._now())
            if waited:
                self._sleep(waited)
            self._calls.popleft()
        self._calls.append(self._now())
        return waited
