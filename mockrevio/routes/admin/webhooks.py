"""Webhooks: list, verify and repeat deliveries, and add receivers without the confirmation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response, request

from mockrevio import real_time
from mockrevio.control.delivery_verification import DeliveryVerification, PendingDeliveries
from mockrevio.control.expected_count import ExpectedCount
from mockrevio.control.faults.patterns import Pattern
from mockrevio.documents import (
    Reader,
    document_error,
    from_string,
    integer,
    list_of,
    one_of,
    read_object,
    read_text,
)
from mockrevio.errors import ApiError, DocumentError, Mistake
from mockrevio.explanations import RESET, Explanation
from mockrevio.revio.resources import WEBHOOK_RECEIVERS, WEBHOOK_SUBSCRIPTIONS
from mockrevio.revio.webhooks.log import STATUSES, LoggedDelivery
from mockrevio.revio.webhooks.registry import ACTIVE
from mockrevio.routes.admin.responses import (
    current_world,
    json_body,
    json_response,
    path_id,
    query_values,
)
from mockrevio.routes.admin.verification import not_provable, parse_count, parse_timeout
from mockrevio.routes.admin.windows import take_window
from mockrevio.routes.responses import suspend
from mockrevio.scheduling import Wait
from mockrevio.world.world import World

Condition = Callable[[LoggedDelivery], bool]


def listing() -> Response:
    """The deliveries, oldest first, filtered by the query.

    Filters: `?event_type=PAYMENT_*&receiver=1001&status=pending`. `limit` and `offset` select some of those
    that match; `count` is the number of all that do.
    """
    values = query_values()
    window = take_window(values)
    filters = {name: _parse_filter(name, text) for name, text in values.items()}
    matches = _conditions(filters)
    webhooks = current_world().webhooks
    entries = [entry for entry in webhooks.deliveries() if matches(entry)]
    listed = [entry.as_json() for entry in entries[window.bounds(len(entries))]]
    return json_response({"count": len(entries), "evicted": webhooks.log.evicted, "deliveries": listed})


def _parse_filter(name: str, text: str) -> Any:
    reader = _FILTERS.get(name)
    if reader is None:
        known = ", ".join((*_FILTERS, "limit", "offset"))
        raise document_error(f"query: {name}", f"unknown; expected one of {known}")
    return reader(text, f"query: {name}")


def _parse_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(text)
    return int(text)


def get_one(delivery_id: str) -> Response:
    """One delivery."""
    return json_response(current_world().webhooks.delivery(path_id(delivery_id)).as_json())


def redeliver(delivery_id: str) -> Response:
    """Resend a delivery: 201 with the new one, or 200 if it was pending and is now sent immediately."""
    number = path_id(delivery_id)
    entry = current_world().webhooks.redeliver(number)
    return json_response(entry.as_json(), 200 if entry.delivery.id == number else 201)


def add_receiver() -> Response:
    """Add an active receiver with its subscriptions: `{"url": …, "event_types": ["PAYMENT_CREATED"]}`."""
    body = read_object(json_body(), "body", {"url": read_text, "event_types": list_of(read_text)})
    if "url" not in body:
        raise document_error("body.url", "is missing")
    event_types = [name.upper() for name in body.get("event_types", [])]
    try:
        receiver_id = _add_receiver(current_world(), body["url"], event_types)
    except ApiError as error:
        mistakes = [Mistake(f"body.{each.field}", each.explain or each.message) for each in error.problems]
        raise DocumentError(mistakes) from None
    return json_response({"ok": True, "webhook_receiver_id": receiver_id}, 201)


def _add_receiver(world: World, url: str, event_types: Sequence[str]) -> int:
    """Add what would be there once the receiver had been confirmed. Raises ApiError."""
    registry = world.webhooks.registry
    receiver = registry.validate(WEBHOOK_RECEIVERS, {"url": url})
    problems = [problem for name in event_types for problem in registry.check_event_type(name)]
    if problems:
        raise ApiError(*problems)
    receiver_id = world.records.create(WEBHOOK_RECEIVERS, {**receiver, "status": ACTIVE}, None)
    for name in event_types:
        subscription = {"event_type": name, "webhook_receiver_id": receiver_id}
        world.records.create(WEBHOOK_SUBSCRIPTIONS, subscription, None)
    return receiver_id


_VERIFICATION = "mockrevio.webhook_verification"
"""The key of a verification that waits between the passes of its request."""


def verify() -> Response:
    """Check how many matching notifications were delivered, and wait up to `timeout` if there are too few.

    `{"match": {"event_type": "PAYMENT_*", "object_id": 1015}, "count": {"min": 1}, "timeout": "5s"}`: 200, or
    409 with all notifications that match, and why they are not delivered.
    """
    world = current_world()
    log = world.webhooks.log
    verification = request.environ.get(_VERIFICATION) or _parse_verification(json_body())
    outcome = verification.check(log, world.webhooks.deliveries)
    if isinstance(outcome, PendingDeliveries):
        request.environ[_VERIFICATION] = verification
        wait = Wait(verification.remaining(), partial(outcome.subscribe, log), world.calls.lifetime)
        return suspend(request.environ, wait)
    count, expected = outcome.delivered, verification.expected
    evicted = log.evicted
    result = expected.check(count, evicted=evicted)
    if result == "not_provable":
        remedy = Explanation(
            "reset the mock with ",
            RESET,
            " before the events that you want to count, or only check for a minimum",
        )
        return not_provable(evicted, ("delivery", "deliveries"), remedy)
    if result == "ok":
        return json_response({"ok": True, "count": count})
    delivered = "1 matching notification was" if count == 1 else f"{count} matching notifications were"
    body = {
        "error": "not_verified",
        "message": f"{delivered} delivered, expected {expected}",
        "count": count,
        "deliveries": [entry.as_json() for entry in outcome.matching or outcome.considered],
    }
    return json_response(body, 409)


def _parse_verification(body: Any) -> DeliveryVerification:
    options = read_object(body, "body", _VERIFY_READERS)
    matches, expected = options.get("match", _conditions({})), options.get("count", ExpectedCount())
    return DeliveryVerification(matches, expected, real_time.monotonic() + options.get("timeout", 0.0))


def _conditions(members: Mapping[str, Any]) -> Condition:
    """One condition that holds if all of these do."""
    conditions = [_CONDITIONS[name](value) for name, value in members.items()]
    return lambda entry: all(condition(entry) for condition in conditions)


def _of_event_type(pattern: Pattern) -> Condition:
    return lambda entry: pattern.matches(entry.delivery.event_type)


def _of_receiver(receiver_id: int) -> Condition:
    return lambda entry: entry.delivery.webhook_receiver_id == receiver_id


def _of_status(status: str) -> Condition:
    return lambda entry: entry.status == status


def _of_object(object_id: int) -> Condition:
    return lambda entry: entry.delivery.object_id == object_id


_CONDITIONS: Mapping[str, Callable[[Any], Condition]] = {
    "event_type": _of_event_type,
    "receiver": _of_receiver,
    "status": _of_status,
    "object_id": _of_object,
}
_EVENT_TYPE: Reader[Pattern] = lambda value, place: Pattern(value, place, ignore_case=True)  # noqa: E731
_FILTERS: Mapping[str, Reader[Any]] = {
    "event_type": _EVENT_TYPE,
    "receiver": from_string(_parse_number, "the id of a receiver"),
    "status": one_of(STATUSES),
}
_MATCH_READERS: Mapping[str, Reader[Any]] = {
    "event_type": _EVENT_TYPE,
    "receiver": integer(1),
    "object_id": integer(1),
}
_VERIFY_READERS: Mapping[str, Reader[Any]] = {
    "match": lambda value, place: _conditions(read_object(value, place, _MATCH_READERS)),
    "count": parse_count,
    "timeout": parse_timeout,
}
