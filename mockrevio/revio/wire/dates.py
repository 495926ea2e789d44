"""Rev.io's date format."""

from __future__ import annotations

from datetime import datetime


def format_date(moment: datetime) -> str:
    """Format a date as `2016-10-21T16:24:21.293`, with milliseconds and without a time zone (D)."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
