"""Counting calls by the second."""

from __future__ import annotations

from mockrevio.control.call_rates import SECONDS, CallRates, Second


class Time:
    def __init__(self) -> None:
        self.now = 1_000_000.5

    def __call__(self) -> float:
        return self.now


def test_each_second_has_its_calls_and_errors() -> None:
    time = Time()
    rates = CallRates(time)
    rates.count(failed=False)
    rates.count(failed=True)
    time.now += 2
    rates.count(failed=False)
    assert rates.between(0, 2_000_000) == [Second(1_000_000, 2, 1), Second(1_000_002, 1, 0)]
    assert rates.between(1_000_001, 1_000_002) == []
    assert rates.between(1_000_002, 1_000_003) == [Second(1_000_002, 1, 0)]


def test_the_listing_ends_before_the_current_second_and_reaches_back_ten_minutes() -> None:
    time = Time()
    rates = CallRates(time)
    for _ in range(SECONDS + 50):
        rates.count(failed=True)
        time.now += 1
    time.now -= 1  # within the last second that had calls
    listed = rates.as_json(rates.now())
    assert listed == {"now": int(time.now), "calls": [1] * SECONDS, "errors": [1] * SECONDS}
    time.now += SECONDS - 1
    assert rates.as_json(rates.now())["calls"] == [1, 1, *[0] * (SECONDS - 2)]
    time.now += 2
    assert rates.as_json(rates.now())["calls"] == [0] * SECONDS


def test_a_clock_that_is_set_back_loses_no_calls() -> None:
    time = Time()
    rates = CallRates(time)
    rates.count(failed=False)
    time.now -= 1
    rates.count(failed=False)
    time.now += 1
    rates.count(failed=False)
    listed = rates.as_json(1_000_001)
    assert sum(listed["calls"]) == 3
