"""Dates look as Rev.io's do and are those of the moment."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

from mockrevio.control.clock import Clock


def test_a_stamp_has_milliseconds_and_no_zone() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", Clock().date())


def test_a_stamp_is_the_present_moment_in_utc() -> None:
    stamped = datetime.fromisoformat(Clock().date()).replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - stamped) < timedelta(seconds=5)
    assert abs(datetime.now(UTC) - Clock().now()) < timedelta(seconds=5)


def test_a_whole_second_has_its_milliseconds_too() -> None:
    class Noon(Clock):
        def now(self) -> datetime:
            return datetime(2026, 1, 5, 12, tzinfo=UTC)

    assert Noon().date() == "2026-01-05T12:00:00.000"


def test_a_running_clock_stands_still_at_the_end_of_time() -> None:
    clock = Clock()
    clock.advance((datetime.max.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds() - 0.2)
    time.sleep(0.4)
    assert clock.date() == "9999-12-31T23:59:59.999"
    clock.freeze()
    assert clock.date() == "9999-12-31T23:59:59.999"
    clock.release()
    assert clock.date() < "9999"
