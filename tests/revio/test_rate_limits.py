"""How the sliding window counts: exactly up to a limit, in slices beyond it."""

from __future__ import annotations

from collections import deque
from random import Random

import pytest

from mockrevio.quantities import Limit
from mockrevio.revio.rate_limits import MAX_SLICES, SlidingWindow

SECOND = 1_000_000
DAY = 86_400


def passes(window: SlidingWindow, limit: Limit, now: int) -> bool:
    if window.seconds_until_free(limit, now) is not None:
        return False
    window.add(now, limit)
    return True


@pytest.mark.parametrize("calls", [1, 5, 50])
def test_a_limit_is_exact(calls: int) -> None:
    """Compared with a model that keeps the time of each request; the clock may be set back."""
    random = Random(calls)
    limit, window, times, now = Limit(calls, 60), SlidingWindow(), deque[int](), 0
    for _ in range(5000):
        now += random.choice((0, 0, 1, SECOND // 3, 2 * SECOND, 70 * SECOND, -SECOND))
        times = deque(time for time in times if now - 60 * SECOND < time <= now)
        if len(times) < calls:
            assert passes(window, limit, now)
            times.append(now)
        else:
            assert window.seconds_until_free(limit, now) == (times[0] + 60 * SECOND - now) / SECOND


def test_a_huge_limit_is_counted_in_a_bounded_number_of_slices() -> None:
    limit, window = Limit(1_000_000, DAY), SlidingWindow()
    passed = sum(passes(window, limit, number * DAY * SECOND // 1_100_000) for number in range(1_100_000))
    assert passed == 1_000_000
    assert len(window._slices) <= MAX_SLICES + 1


def test_with_a_huge_limit_no_more_pass_than_allowed_and_a_retry_is_in_time() -> None:
    calls = 20_000
    limit, window, times, now = Limit(calls, 60), SlidingWindow(), deque[int](), 0
    random = Random(1)
    rejected = 0
    for _ in range(100_000):
        now += random.randrange(5000)
        wait = window.seconds_until_free(limit, now)
        if wait is not None:
            rejected += 1
            assert wait <= 60
            now += round(wait * SECOND)
            assert window.seconds_until_free(limit, now) is None
        window.add(now, limit)
        times.append(now)
        while times[0] <= now - 60 * SECOND:
            times.popleft()
        assert calls * 0.99 <= len(times) <= calls or not rejected
    assert rejected


def test_a_lower_limit_counts_what_a_huge_one_has_counted() -> None:
    huge, low, window = Limit(1_000_000, 60), Limit(10, 60), SlidingWindow()
    for number in range(50_000):
        window.add(number * 1000, huge)  # one each millisecond
    now = 50_000 * 1000
    wait = window.seconds_until_free(low, now)
    assert wait is not None
    assert wait == pytest.approx(60, abs=0.1)
    assert window.seconds_until_free(low, now + round(wait * SECOND)) is None
