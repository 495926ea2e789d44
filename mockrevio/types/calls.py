"""What a test selects requests by, and what the request log, the rules and the deliveries show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict

Strictness = Literal["off", "calls", "assumed", "all"]
"""What a check of a test fails for, besides what it always fails for."""

Scalar = str | int | float | bool | None
Pattern = Scalar | Sequence[Scalar]
"""A value: a text, in which `*` and `?` are wildcards, a number, true or false, None for none, or several."""


class RequestMatch(TypedDict, total=False):
    """What requests a fault is for: those that match all of these, by default all requests."""

    method: str | Sequence[str]
    path: str | Sequence[str]
    client: Pattern
    query: Mapping[str, Pattern]
    headers: Mapping[str, Pattern]
    body: Mapping[str, Pattern]
    not_: Mapping[str, Any] | Sequence[Mapping[str, Any]]


class CallMatch(RequestMatch, total=False):
    """What calls of the request log are meant: those that match all of these, by default all calls."""

    status: int | str | Sequence[int | str | None] | None
    fault: Pattern
    since: str | datetime | timedelta
    until: str | datetime | timedelta


class LoggedResponse(TypedDict, total=False):
    """The response of a call. `body_truncated` and `delivered` are there only if they apply."""

    status: int | Any
    """It is None if there was no response, as with a connection fault."""
    headers: dict[str, str]
    body: str | None
    body_truncated: str
    delivered: str


class _LoggedCall(TypedDict):
    id: str
    at: str
    peer: str | None
    client: str | None
    login: str | None
    trace_id: str | None
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str | None
    json: Any
    response: LoggedResponse | Any
    """It is None while the call is in progress, which most tests need not check."""
    duration_ms: float | Any
    """It is None while the call is in progress."""
    client_left: bool
    fault: str | None
    explain: str | None
    behaviours: list[str]
    error: str | None


class LoggedCall(_LoggedCall, total=False):
    """A call of the request log (docs/request-log.md)."""

    body_truncated: str
    explanation: list[Any]


class _FaultRule(TypedDict):
    id: int
    effect: dict[str, Any]
    matched: int
    fired: int
    last_miss: str | None


class FaultRule(_FaultRule, total=False):
    """A fault rule as the mock has it (docs/fault-rules.md)."""

    starts: str
    expires: str
    name: str
    match: dict[str, Any]
    when: dict[str, Any]
    phase: str
    seed: int
    optional: bool


class _DeliveryAttempt(TypedDict):
    at: str
    status: int | None
    headers: dict[str, str]
    body: str | None
    error: str | None
    duration_ms: float


class DeliveryAttempt(_DeliveryAttempt, total=False):
    """One attempt to deliver a notification."""

    explanation: list[Any]


class Delivery(TypedDict):
    """A notification on its way to a receiver (docs/webhooks.md)."""

    id: int
    confirmation: bool
    event_id: int | None
    event_type: str | None
    object_id: int | None
    created_date: str
    webhook_receiver_id: int
    url: str | None
    status: str
    next_attempt: str | None
    held: bool
    fault: str | None
    attempts: list[DeliveryAttempt]
