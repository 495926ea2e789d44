"""The forms in which clients send dates, and the one in which they are stored."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrevio.revio.wire.dates import UNSET_DATE, format_date, is_unset_date, parse_date


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        # D: Rev.io's own form.
        ("2016-10-21T16:24:21.293", "2016-10-21T16:24:21.293"),
        # C2, C3: the forms that clients send.
        ("2020-08-02", "2020-08-02T00:00:00.000"),
        ("2026-01-05Z", "2026-01-05T00:00:00.000"),
        ("2026-1-5", "2026-01-05T00:00:00.000"),
        ("2025-10-01T00:00:00", "2025-10-01T00:00:00.000"),
        ("2025-10-01T00:00:00+00:00", "2025-10-01T00:00:00.000"),
        ("2025-10-01T00:00:00Z", "2025-10-01T00:00:00.000"),
        # A: whatever else programs write.
        ("2026-01-05z", "2026-01-05T00:00:00.000"),
        ("2026-01-05 09:30:15", "2026-01-05T09:30:15.000"),
        ("2026-01-05t09:30:15", "2026-01-05T09:30:15.000"),
        ("2026-01-05T09:30", "2026-01-05T09:30:00.000"),
        ("2026-01-05T9:30:15", "2026-01-05T09:30:15.000"),
        ("2026-01-05T09:30:15.2", "2026-01-05T09:30:15.200"),
        ("2026-01-05T09:30:15.1239", "2026-01-05T09:30:15.123"),
        ("2026-01-05T09:30:15.1234567Z", "2026-01-05T09:30:15.123"),
        ("2026-01-05T09:30:15.999999999", "2026-01-05T09:30:15.999"),
        ("  2026-01-05\n", "2026-01-05T00:00:00.000"),
        ("2026-01-05 09:30:15 Z", "2026-01-05T09:30:15.000"),
    ],
)
def test_every_form_that_clients_send_becomes_the_one_that_is_stored(text: str, stored: str) -> None:
    assert parse_date(text) == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2026-01-05T01:30:00+02:00", "2026-01-04T23:30:00.000"),
        ("2026-01-05T23:30:00-05:00", "2026-01-06T04:30:00.000"),
        ("2026-01-05T12:00:00+0530", "2026-01-05T06:30:00.000"),
        ("2026-01-05T12:00:00 -0330", "2026-01-05T15:30:00.000"),
        ("2026-01-05T12:00:00-00:00", "2026-01-05T12:00:00.000"),
        ("2026-01-01+14:00", "2025-12-31T10:00:00.000"),
        ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00.000"),
        ("2026-01-05T12:00:00+23:59", "2026-01-04T12:01:00.000"),
    ],
)
def test_a_time_zone_is_converted_to_utc(text: str, stored: str) -> None:
    assert parse_date(text) == stored


@pytest.mark.parametrize("text", ["2024-02-29", "2000-02-29", "2400-2-29"])
def test_leap_days_exist_in_leap_years(text: str) -> None:
    assert parse_date(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        # Days and times that do not exist.
        "2026-02-29",
        "1900-02-29",
        "2026-02-30",
        "2026-04-31",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "2026-01-32",
        "0000-01-01",
        "2026-01-05T24:00:00",
        "2026-01-05T12:60:00",
        "2026-01-05T12:00:60",
        "2026-01-05T12:00:00+24:00",
        "2026-01-05T12:00:00-99:00",
        # No dates at all.
        "",
        " ",
        "today",
        "01/05/2026",
        "05.01.2026",
        "20260105",
        "2026",
        "2026-01",
        "26-01-05",
        "12026-01-05",
        "2026-001-05",
        "2026-01-05T",
        "2026-01-05T12",
        "2026-01-05T12:0",
        "2026-01-05T12:00:",
        "2026-01-05T12:00:00.",
        "2026-01-05T12:00:00.1234567891",
        "2026-01-05T12:00:00 PST",
        "2026-01-05T12:00:00+2",
        "2026-01-05x",
        "2026-01-05\x00",
        "\u0662\u0660\u0662\u0666-01-05",
        "-2026-01-05",
        "1767571200",
    ],
)
def test_invalid_and_impossible_dates_parse_to_none(text: str) -> None:
    assert parse_date(text) is None
    assert parse_date(text, end_of_day=True) is None


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2026-01-05", "2026-01-05T23:59:59.999"),
        ("2026-1-5", "2026-01-05T23:59:59.999"),
        ("2026-01-05Z", "2026-01-05T23:59:59.999"),
        ("2026-01-05+02:00", "2026-01-05T21:59:59.999"),
        ("2026-01-05T00:00:00", "2026-01-05T00:00:00.000"),
        ("2026-01-05T09:30", "2026-01-05T09:30:00.000"),
        ("9999-12-31", "9999-12-31T23:59:59.999"),
    ],
)
def test_the_end_of_a_day_is_its_last_millisecond_unless_there_is_a_time(text: str, stored: str) -> None:
    assert parse_date(text, end_of_day=True) == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("0001-01-01", "0001-01-01T00:00:00.000"),
        ("0001-01-01T00:00:00-01:00", "0001-01-01T01:00:00.000"),
        ("0001-01-01T00:00:00+00:01", None),
        ("0001-01-01+14:00", None),
        ("9999-12-31T23:59:59.999", "9999-12-31T23:59:59.999"),
        ("9999-12-31T23:59:59.999+01:00", "9999-12-31T22:59:59.999"),
        ("9999-12-31T23:59:59.999-00:01", None),
        ("9999-12-31-12:00", "9999-12-31T12:00:00.000"),
    ],
)
def test_a_zone_cannot_lead_out_of_the_years_1_to_9999(text: str, stored: str | None) -> None:
    assert parse_date(text) == stored


@pytest.mark.parametrize(
    "text",
    [
        UNSET_DATE,
        f"{UNSET_DATE}.000",
        f"{UNSET_DATE}Z",
        f"{UNSET_DATE}+05:00",
        "0001-01-01",
        "0001-1-1",
        " 0001-01-01 ",
    ],
)
def test_the_first_day_of_the_year_1_stands_for_no_date(text: str) -> None:
    assert is_unset_date(text)


@pytest.mark.parametrize("text", ["0001-01-02", "0001-01-011", "0001-01-01x", "1001-01-01", "", "0001"])
def test_anything_else_does_not(text: str) -> None:
    assert not is_unset_date(text)


def test_a_moment_is_formatted_with_milliseconds_and_without_a_zone() -> None:
    assert format_date(datetime(2016, 10, 21, 16, 24, 21, 293999, UTC)) == "2016-10-21T16:24:21.293"
    assert format_date(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000"


MOMENTS = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29))  # noqa: DTZ001
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(MOMENTS, ZONES)
def test_every_iso_date_in_any_zone_is_stored_in_utc_and_stays_as_it_is(
    moment: datetime, zone: timezone
) -> None:
    there = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC).astimezone(zone)
    stored = parse_date(there.isoformat(timespec="milliseconds"))
    assert stored == format_date(there.astimezone(UTC))
    assert parse_date(stored) == stored


@given(
    st.text(max_size=40) | st.from_regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9:.+Z-]*)?", fullmatch=True)
)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for end_of_day in (False, True):
        date = parse_date(text, end_of_day=end_of_day)
        assert date is None or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", date)
