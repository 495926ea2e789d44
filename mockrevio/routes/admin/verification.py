"""What verifications of requests and of notifications share: how many there must be, and by when."""

from __future__ import annotations

from typing import Any

from mockrevio.documents import Reader, document_error, from_string, integer, read_object
from mockrevio.quantities import DURATION_FORMAT, parse_duration

MAX_WAIT = 60.0
"""The longest timeout of a verification, in seconds."""

_DURATION: Reader[float] = from_string(parse_duration, DURATION_FORMAT)


def parse_count(value: Any, place: str) -> tuple[int, int | None]:
    """The least and the greatest number allowed: `2`, or `{"min": 1, "max": 3}`."""
    if not isinstance(value, dict):
        exact = integer(0)(value, place)
        return exact, exact
    bounds = read_object(value, place, {"min": integer(0), "max": integer(0)})
    minimum, maximum = bounds.get("min", 0), bounds.get("max")
    if maximum is not None and maximum < minimum:
        raise document_error(place, f"max ({maximum}) must not be below min ({minimum})")
    return minimum, maximum


def parse_timeout(value: Any, place: str) -> float:
    """How many seconds to wait for more."""
    seconds = _DURATION(value, place)
    if seconds > MAX_WAIT:
        raise document_error(place, f"must be at most {MAX_WAIT:g}s, not {value}")
    return seconds


def format_count(minimum: int, maximum: int | None) -> str:
    """The numbers allowed, for a message."""
    if maximum == minimum:
        return f"{minimum}"
    return f"at least {minimum}" if maximum is None else f"{minimum} to {maximum}"
