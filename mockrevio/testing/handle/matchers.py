"""Matchers as test authors write them, and as the admin API takes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

Match = Mapping[str, Any]
"""A matcher, as in docs/request-log.md. Methods that take one also take its parts as keyword arguments."""


def merge_match(match: Match | None, match_parts: Mapping[str, object]) -> dict[str, Any]:
    """One matcher of a matcher and parts of one.

    `not_` stands for `not`, which is a word of Python's. A time may be a datetime or, for how long ago, a
    timedelta.
    """
    parts = {
        "not" if name == "not_" else name: part for name, part in {**(match or {}), **match_parts}.items()
    }
    return {name: _part_as_json(name, part) for name, part in parts.items()}


def _part_as_json(name: str, part: Any) -> Any:
    if name == "not":
        if isinstance(part, Mapping):
            return merge_match(part, {})
        return [_part_as_json(name, each) for each in part] if isinstance(part, (list, tuple)) else part
    if isinstance(part, datetime):
        return part.isoformat()
    return duration_as_text(part) if isinstance(part, timedelta) else part


def duration_as_text(duration: timedelta) -> str:
    """A duration as the admin API takes it: `1.500000s`."""
    return f"{duration.total_seconds():.6f}s"
