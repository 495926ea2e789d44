"""Rev.io's rules for webhook receivers and subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mockrevio.errors import ApiError, Problem
from mockrevio.explanations import message_of
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.record_checks import nearest_id
from mockrevio.revio.resources import WEBHOOK_RECEIVERS, WEBHOOK_SUBSCRIPTIONS, Resource
from mockrevio.revio.webhooks.confirmation import ConfirmationCodes
from mockrevio.revio.webhooks.event_types import event_types
from mockrevio.revio.webhooks.targets import parse_target
from mockrevio.storage import LiveDatabase

PENDING, ACTIVE = "PENDING", "ACTIVE"
"""A: the values of a receiver's status."""


class WebhookRegistry:
    """What Rev.io requires of the receivers and subscriptions of one world."""

    def __init__(
        self,
        database: LiveDatabase,
        codes: ConfirmationCodes,
        webhook_hosts: Sequence[str],
        entity_types: Callable[[], Iterable[str]],
    ) -> None:
        self._database = database
        self._codes = codes
        self._webhook_hosts = webhook_hosts
        self._entity_types = entity_types
        self._receivers = database.live_table(WEBHOOK_RECEIVERS.table)

    def validate(self, resource: Resource, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Validate the values of a new record, and return them as they are stored.

        Raises ApiError if they break a rule.
        """
        if resource is WEBHOOK_RECEIVERS:
            return self._validate_receiver(values)
        return self._validate_subscription(values) if resource is WEBHOOK_SUBSCRIPTIONS else values

    def _validate_receiver(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """D: a new receiver is not active before it is confirmed. The mock only calls allowed hosts."""
        try:
            parse_target(values["url"], self._webhook_hosts)
        except ValueError as error:
            record_behaviour("webhook.url")
            message = "url is not a URL that webhooks may call."
            problem = Problem("invalid", message, "url", message_of(error))
            raise ApiError(problem) from None
        record_behaviour("webhook.confirmation")
        return {**values, "status": PENDING}

    def _validate_subscription(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A: event types ignore case, and both the type and the receiver must exist."""
        event_type = values["event_type"].upper()
        problems = [*self.check_event_type(event_type), *self._check_receiver_id(values)]
        if problems:
            raise ApiError(*problems)
        record_behaviour("webhook.subscription")
        return {**values, "event_type": event_type}

    def check_event_type(self, name: str) -> list[Problem]:
        """What is wrong with an event type in uppercase."""
        known = event_types(self._entity_types())
        if name in known:
            return []
        record_behaviour("webhook.event_type")
        explain = f"unknown event type {name}; expected one of {', '.join(known)}"
        return [Problem("invalid", "event_type is not a known event type.", "event_type", explain)]

    def _check_receiver_id(self, values: Mapping[str, Any]) -> list[Problem]:
        receiver_id = values["webhook_receiver_id"]
        if receiver_id in self._receivers.documents:
            return []
        record_behaviour("webhook.receiver_exists")
        with self._database.reading():
            nearest = nearest_id(self._receivers.ids(), receiver_id)
        hint = "none exist" if nearest is None else f"nearest {nearest}"
        explain = (
            f"webhook receiver {receiver_id} does not exist; {hint}; add it with POST /v1/WebhookReceivers"
        )
        message = f"Webhook receiver {receiver_id} does not exist."
        return [Problem("entity_not_found", message, "webhook_receiver_id", explain)]

    def activate(self, receiver_id: int, codes: Sequence[str]) -> dict[str, Any]:
        """C3: the activated receiver with this id.

        A: a code, if there is one, must be the right one. Raises ApiError (`not_found`, `invalid`).
        """
        receiver = self._receivers.documents.get(receiver_id)
        if receiver is None:
            raise ApiError(Problem("not_found", f"{WEBHOOK_RECEIVERS.path} {receiver_id} was not found."))
        if not all(self._codes.is_code_of(receiver, code) for code in codes):
            record_behaviour("webhook.code")
            explain = "send the code that came in X-Hook-Secret, or none"
            raise ApiError(Problem("invalid", "The confirmation code is wrong.", "code", explain))
        record_behaviour("webhook.activate")
        return {**receiver, "status": ACTIVE}
