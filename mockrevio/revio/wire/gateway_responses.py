"""Responses of the gateway in front of Rev.io to requests that it rejects.

G: the defaults of Azure API Management. The bodies are plain objects, never in Rev.io's error shape.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from mockrevio.revio.wire.envelopes import encode_json

JSON = "application/json; charset=utf-8"


class RawResponse(NamedTuple):
    """A response as plain values: status, headers, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def gateway_response(status: int, message: str, *headers: tuple[str, str]) -> RawResponse:
    """G: a response in the shape of the gateway."""
    body = encode_json({"statusCode": status, "message": message})
    return RawResponse(status, (("Content-Type", JSON), *headers), body)


def missing_key() -> RawResponse:
    """G: the response to a request without a subscription key."""
    return gateway_response(
        401,
        "Access denied due to missing subscription key. "
        "Make sure to include subscription key when making requests to an API.",
    )


def invalid_key() -> RawResponse:
    """G: the response to a request with an unknown subscription key."""
    return gateway_response(
        401,
        "Access denied due to invalid subscription key. "
        "Make sure to provide a valid key for an active subscription.",
    )


def rate_limited(seconds: float) -> RawResponse:
    """D: the limit and the 429. G: the message. C: a real client sleeps for its first number plus one."""
    wait = max(math.ceil(seconds), 1)
    message = f"Rate limit is exceeded. Try again in {wait} seconds."
    return gateway_response(429, message, ("Retry-After", str(wait)))


def quota_exceeded(seconds: float) -> RawResponse:
    """D: the quota. G: the 403 and its message with the remaining time as HH:MM:SS."""
    wait = max(math.ceil(seconds), 1)
    minutes, remaining_seconds = divmod(wait, 60)
    hours, minutes = divmod(minutes, 60)
    remaining = f"{hours:02d}:{minutes:02d}:{remaining_seconds:02d}"
    message = f"Out of call volume quota. Quota will be replenished in {remaining}."
    return gateway_response(403, message, ("Retry-After", str(wait)))
