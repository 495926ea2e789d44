"""How the gateway counts requests: a sliding window for the rate limit, a fixed period for the quota.

Times are integers of microseconds: with floats, a client that waits exactly as long as Retry-After says could
be too early.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mockrevio.quantities import Limit

MAX_ACCOUNTS = 10_000
"""The number of accounts to count requests of; beyond it, the least recently used is dropped."""


MAX_SLICES = 10_000
"""How many slices a window is counted in. Up to this many requests, a slice has only those of one moment."""


class Usage(Protocol):
    """What one account has used of a limit."""

    def is_expired(self, limit: Limit, now: int) -> bool:
        """Whether none of the counted requests matters now."""


AnyUsage = TypeVar("AnyUsage", bound=Usage)


class UsageByAccount(Generic[AnyUsage]):
    """The usage of a limit by account. Expired usages are removed, because clients can invent any number of
    accounts."""

    def __init__(self, create: Callable[[], AnyUsage]) -> None:
        self._create = create
        self._usages: dict[str, AnyUsage] = {}
        """The least recently used account first."""

    def clear(self) -> None:
        """Remove all accounts."""
        self._usages.clear()

    def get(self, account: str, limit: Limit | None, now: int) -> AnyUsage:
        """The usage of an account. Without a limit, nothing is stored."""
        usages = self._usages
        if limit is None:
            usages.clear()
            return self._create()
        usage = usages.pop(account, None) or self._create()
        while usages:
            oldest = next(iter(usages))
            if len(usages) < MAX_ACCOUNTS and not usages[oldest].is_expired(limit, now):
                break
            del usages[oldest]
        usages[account] = usage
        return usage


@dataclass(slots=True)
class _Slice:
    """Some requests that came one after the other."""

    first: int
    last: int
    count: int = 1


class SlidingWindow:
    """The requests of the last so many seconds. G: the window slides; rejected requests do not count.

    Requests of a large limit are counted in slices of the window. A slice leaves the window as a whole, with
    its last request, so that no more requests pass than the limit allows, and a Retry-After is never too low.
    """

    def __init__(self) -> None:
        self._slices: deque[_Slice] = deque()
        self._count = 0

    def add(self, now: int, limit: Limit) -> None:
        """Count a request."""
        length = 0 if limit.calls <= MAX_SLICES else _microseconds(limit) // MAX_SLICES
        self._count += 1
        latest = self._slices[-1] if self._slices else None
        if latest is not None and latest.first <= now <= latest.first + length:
            latest.last = now
            latest.count += 1
        else:
            self._slices.append(_Slice(now, now))

    def is_expired(self, limit: Limit, now: int) -> bool:
        """Whether all requests are outside the window."""
        return not self._slices or self._slices[-1].last <= now - _microseconds(limit)

    def seconds_until_free(self, limit: Limit, now: int) -> float | None:
        """None if another request fits, otherwise the seconds until one does."""
        slices, window = self._slices, _microseconds(limit)
        while slices and slices[0].last <= now - window:
            self._count -= slices.popleft().count
        while slices and slices[-1].first > now:  # the clock was set back, so these are outside it too
            self._count -= slices.pop().count
        if self._count < limit.calls:
            return None
        remaining = self._count
        for each in slices:
            remaining -= each.count
            if remaining < limit.calls:
                return (each.last + window - now) / 1_000_000
        return None


class FixedPeriod:
    """The requests of a period that starts with the first one. G: that is how a quota counts."""

    def __init__(self) -> None:
        self._start = 0
        self._used = 0

    def add(self) -> None:
        """Count a request."""
        self._used += 1

    def is_expired(self, limit: Limit, now: int) -> bool:
        """Whether the period has ended."""
        return not self._start <= now < self._start + _microseconds(limit)

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
