"""Dates as Rev.io writes them."""

from __future__ import annotations

from datetime import datetime


def format_date(moment: datetime) -> str:
    """D: `2016-10-21T16:24:21.293`, with milliseconds and without a time zone."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
