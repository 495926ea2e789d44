"""What the gateway in front of Rev.io says when it refuses a call (G: Azure API Management's defaults).

These bodies are plain objects, never in the API's own error shape.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from mockrevio.revio.wire.envelopes import encode_json

JSON = "application/json; charset=utf-8"


class RawResponse(NamedTuple):
    """An answer as plain values: status, header lines, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def gateway_response(status: int, message: str, *headers: tuple[str, str]) -> RawResponse:
    """G: an answer of the gateway's own."""
    body = encode_json({"statusCode": status, "message": message})
    return RawResponse(status, (("Content-Type", JSON), *headers), body)


def missing_key() -> RawResponse:
    """G: the call carries no subscription key."""
    return gateway_response(
        401,
        "Access denied due to missing subscription key. "
        "Make sure to include subscription key when making requests to an API.",
    )


def invalid_key() -> RawResponse:
    """G: the call carries a subscription key that nobody has."""
    return gateway_response(
        401,
        "Access denied due to invalid subscription key. "
        "Make sure to provide a valid key for an active subscription.",
    )


def rate_limited(seconds: float) -> RawResponse:
    """D: the limit and the 429. G: the message. C: a real client sleeps for its first number, plus one."""
    wait = max(math.ceil(seconds), 1)
    message = f"Rate limit is exceeded. Try again in {wait} seconds."
    return gateway_response(429, message, ("Retry-After", str(wait)))


def quota_exceeded(seconds: float) -> RawResponse:
    """D: the quota. G: the 403 and its message, which says the time left as HH:MM:SS."""
    wait = max(math.ceil(seconds), 1)
    minutes, rest = divmod(wait, 60)
    hours, minutes = divmod(minutes, 60)
    left = f"{hours:02d}:{minutes:02d}:{rest:02d}"
    message = f"Out of call volume quota. Quota will be replenished in {left}."
    return gateway_response(403, message, ("Retry-After", str(wait)))
