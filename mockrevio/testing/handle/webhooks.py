"""`mock_revio.webhooks`: what was delivered to which receiver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mockrevio.errors import CheckFailed
from mockrevio.testing.handle.advice import explanation_in_python
from mockrevio.testing.handle.listing import Listing

if TYPE_CHECKING:
    from mockrevio.types.calls import Delivery

__tracebackhide__ = True  # a failure points at the line of the test

MAX_LISTED = 10
"""How many deliveries a failure message lists."""


class Webhooks(Listing["Delivery"]):
    """The deliveries of notifications, oldest first, confirmations of receivers included."""

    _path = "webhooks"
    _member = "deliveries"

    def matching(
        self, *, event_type: str | None = None, receiver: int | None = None, status: str | None = None
    ) -> list[Delivery]:
        """The deliveries that match: `matching(event_type="PAYMENT_*", status="pending")`."""
        query = _given(event_type=event_type, receiver=receiver, status=status)
        return self._items(**{name: str(value) for name, value in query.items()})

    def subscribe(self, url: str, *event_types: str) -> int:
        """Register a receiver that is active at once, subscribe it to event types, and return its id.

        For tests of what happens after the registration. Raises AdminCallRefused for a URL that the mock may
        not call, or an unknown event type.
        """
        body = {"url": url, "event_types": list(event_types)}
        return int(self._admin_client.call("POST", "webhooks/receivers", body)["webhook_receiver_id"])

    def redeliver(self, delivery_id: int) -> Delivery:
        """Send a delivery again and return it. Raises AdminCallRefused if it does not exist."""
        delivery: Delivery = self._admin_client.call("POST", f"webhooks/{delivery_id}/redeliver")
        return delivery

    def assert_delivered(
        self,
        *,
        event_type: str | None = None,
        object_id: int | None = None,
        receiver: int | None = None,
        times: int | None = None,
        timeout: str = "5s",
    ) -> None:
        """Assert that exactly `times` matching notifications were delivered, or by default at least one.

        Waits for those that are still to come. Raises CheckFailed, which lists what was delivered, and what
        is pending and why.
        """
        match = _given(event_type=event_type, object_id=object_id, receiver=receiver)
        count: Any = {"min": 1} if times is None else times
        query = {"match": match, "count": count, "timeout": timeout}
        refusal = self._admin_client.verify("webhooks", query)
        if refusal is not None:
            unprovable = refusal.code == "not_provable"
            raise CheckFailed(str(refusal) if unprovable else _format_mismatch(match, refusal.body))

    @staticmethod
    def _describe_item(item: Delivery) -> str:
        return _format_delivery(item).strip()


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _format_mismatch(match: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    wanted = ", ".join(f"{name}={value!r}" for name, value in match.items()) or "any notification"
    deliveries = result["deliveries"]
    lines = [f"{result['message']}: {wanted}"]
    if len(deliveries) > MAX_LISTED:
        lines.append(f"  ... {len(deliveries) - MAX_LISTED} earlier ones")
    lines += map(_format_delivery, deliveries[-MAX_LISTED:])
    if not deliveries:
        lines.append("  nothing was to be delivered; is an active receiver subscribed to this event?")
    return "\n".join(lines)


def _format_delivery(delivery: Mapping[str, Any]) -> str:
    what = "confirmation" if delivery["confirmation"] else f"{delivery['event_type']} {delivery['object_id']}"
    text = f"  {what} to {delivery['url']}: {delivery['status']}"
    reasons = [*_reasons(delivery)]
    return f"{text} ({'; '.join(reasons)})" if reasons else text


def _reasons(delivery: Mapping[str, Any]) -> Iterator[str]:
    if delivery["fault"]:
        yield str(delivery["fault"])
    if delivery["held"]:
        yield "held until another one is delivered"
    if delivery["status"] != "delivered" and delivery["attempts"]:
        last = delivery["attempts"][-1]
        error = explanation_in_python(last, "error")
        yield error or f"the receiver responded with {last['status']}"
    if delivery["next_attempt"]:
        yield f"next attempt at {delivery['next_attempt']} (mock clock)"
    elif delivery["status"] == "pending" and not delivery["held"]:
        yield "not sent yet" if delivery["url"] else "its receiver does not exist"
