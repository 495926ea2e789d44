"""What verifications of requests and of notifications share: the expected count, the timeout, and the error
for a count that the log cannot prove."""

from __future__ import annotations

from typing import Any

from flask import Response

from mockrevio.control.expected_count import ExpectedCount
from mockrevio.documents import Reader, document_error, from_string, integer, read_object
from mockrevio.explanations import Explanation
from mockrevio.quantities import DURATION_FORMAT, parse_duration
from mockrevio.routes.admin.responses import error_body, json_response

MAX_WAIT = 60.0
"""The longest timeout of a verification, in seconds."""

_DURATION: Reader[float] = from_string(parse_duration, DURATION_FORMAT)


def parse_count(value: Any, place: str) -> ExpectedCount:
    """The expected count: `2`, or `{"min": 1, "max": 3}`."""
    if not isinstance(value, dict):
        exact = integer(0)(value, place)
        return ExpectedCount(exact, exact)
    bounds = read_object(value, place, {"min": integer(0), "max": integer(0)})
    minimum, maximum = bounds.get("min", 0), bounds.get("max")
    if maximum is not None and maximum < minimum:
        raise document_error(place, f"max ({maximum}) must not be below min ({minimum})")
    return ExpectedCount(minimum, maximum)


def parse_timeout(value: Any, place: str) -> float:
    """How many seconds to wait for more."""
    seconds = _DURATION(value, place)
    if seconds > MAX_WAIT:
        raise document_error(place, f"must be at most {MAX_WAIT:g}s, not {value}")
    return seconds


def not_provable(evicted: int, nouns: tuple[str, str], remedy: Explanation) -> Response:
    """The 409 for a count that cannot be proven, because the log has dropped `evicted` entries.

    `nouns` is the singular and the plural of what the log has.
    """
    dropped = f"{evicted} earlier {nouns[evicted != 1]}"
    message = Explanation(f"the log has dropped {dropped}, so the number cannot be proven; ", remedy)
    return json_response(error_body("not_provable", message) | {"evicted": evicted}, 409)
