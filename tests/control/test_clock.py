"""Dates have Rev.io's format and follow the clock."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

from mockrevio.control.clock import Clock


def test_a_date_has_milliseconds_and_no_time_zone() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", Clock().date())


def test_a_date_is_the_current_time_in_utc() -> None:
    date = datetime.fromisoformat(Clock().date()).replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - date) < timedelta(seconds=5)
    assert abs(datetime.now(UTC) - Clock().now()) < timedelta(seconds=5)


def test_a_date_without_a_fraction_still_has_milliseconds() -> None:
    class Noon(Clock):
        def now(self) -> datetime:
            return datetime(2026, 1, 5, 12, tzinfo=UTC)

    assert Noon().date() == "2026-01-05T12:00:00.000"


def test_an_advanced_clock_stops_at_the_end_of_the_year_9999() -> None:
    clock = Clock()
    clock.advance((datetime.max.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds() - 0.2)
    time.sleep(0.4)
    assert clock.date() == "9999-12-31T23:59:59.999"
    clock.freeze()
    assert clock.date() == "9999-12-31T23:59:59.999"
    clock.release()
    assert clock.date() < "9999"
