"""Rev.io's dates: the form in which they are stored and shown, and the forms in which clients send them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from email.utils import format_datetime

UNSET_DATE = "0001-01-01T00:00:00"
"""C2, C5: what clients have met in place of a date that is not set; see the setting `unset_dates`."""

DATE_EXAMPLE = "2016-10-21T16:24:21.293"
DATE_FORMS = "a date such as 2026-01-05, 2026-01-05Z or 2016-10-21T16:24:21.293"

_DATE = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?P<time>[T ](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(:(?P<second>[0-9]{2})(\.(?P<fraction>[0-9]{1,9}))?)?)?"
    r"\s*(?P<zone>Z|[ +-][0-9]{2}:?[0-9]{2})?",  # a + that a client did not escape in a URL is a space
    re.ASCII | re.IGNORECASE,
)
_STORED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}", re.ASCII)
_LAST_MILLISECOND = time(23, 59, 59, 999000)


def format_date(moment: datetime) -> str:
    """Format a date as `2016-10-21T16:24:21.293`, with milliseconds and without a time zone (D)."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def format_http_date(moment: datetime) -> str:
    """Format a date in UTC as HTTP headers have it: `Fri, 21 Oct 2016 16:24:21 GMT`."""
    return format_datetime(moment, usegmt=True)


def parse_date(text: str, *, end_of_day: bool = False) -> str | None:
    """Convert a date as clients send it to the form that is stored; None if it is no date.

    C2, C3: `2020-08-02`, `2026-01-05Z`, `2026-1-5`, or with a time. A: a time zone is converted to UTC, and
    digits beyond the millisecond are dropped. With `end_of_day`, a date without a time is its last
    millisecond.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
        moment = datetime.combine(day, _time_of_day(match, end_of_day=end_of_day))
        if match["zone"] and match["zone"].upper() != "Z":
            moment -= _offset(match["zone"])
    except (ValueError, OverflowError):
        return None
    return format_date(moment)


def _time_of_day(match: re.Match[str], *, end_of_day: bool) -> time:
    if match["time"] is None:
        return _LAST_MILLISECOND if end_of_day else time()
    microsecond = int((match["fraction"] or "0")[:3].ljust(3, "0")) * 1000
    return time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0), microsecond)


def _offset(zone: str) -> timedelta:
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(days=1):
        raise ValueError(zone)
    return -offset if zone.startswith("-") else offset


def is_stored_date(text: str) -> bool:
    """Whether a text is a date in the form in which it is stored."""
    if not _STORED.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def to_stored_date(text: str) -> str | None:
    """Convert a date to the form that is stored; None if it is no date, or one that stands for none."""
    date = None if is_unset_date(text) else parse_date(text)
    # A date of the day after, in a time zone, may be one that stands for none in UTC.
    return None if date is None or is_unset_date(date) else date


def is_unset_date(text: str) -> bool:
    """Whether a client sent back the date that stands for none, in any time zone."""
    match = _DATE.fullmatch(text.strip())
    return match is not None and (int(match["year"]), int(match["month"]), int(match["day"])) == (1, 1, 1)
