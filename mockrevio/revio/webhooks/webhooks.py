"""The webhooks of one world: notifications of its writes, and what the admin API shows of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any, Protocol

from mockrevio.errors import UnknownDelivery
from mockrevio.explanations import LIST_WEBHOOKS, Explanation
from mockrevio.latch import Latch
from mockrevio.revio.record_checks import require_free_id
from mockrevio.revio.resources import WEBHOOK_RECEIVERS, WEBHOOK_SUBSCRIPTIONS
from mockrevio.revio.webhooks import DELIVERIES
from mockrevio.revio.webhooks.confirmation import ConfirmationCodes
from mockrevio.revio.webhooks.deliveries import Delivery
from mockrevio.revio.webhooks.delivery_faults import DeliveryFault
from mockrevio.revio.webhooks.log import DeliveryLog, LoggedDelivery
from mockrevio.revio.webhooks.queue import DeliveryQueue, put
from mockrevio.revio.webhooks.registry import ACTIVE, WebhookRegistry
from mockrevio.revio.webhooks.threads import SenderPool
from mockrevio.revio.wire.dates import format_date
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.revio.world_clock import WorldClock
from mockrevio.revio.writes import Event, Writes
from mockrevio.storage import Change, LiveDatabase


class DeliveryFaults(Protocol):
    """Decides which faults apply to notifications."""

    def require_time_for(self, deliveries: int) -> None:
        """Raise WouldBlock if deciding about so many may take long on this thread."""

    def decide_delivery(self, request: ApiRequest) -> DeliveryFault | None:
        """The fault that applies to a notification, given the request that is to deliver it."""


_RECEIVER = ("webhook_receiver_id",)
_EVENT_TYPE = ("event_type",)


class Webhooks:
    """The webhooks of one world. It listens to the writes of a `RecordStore`.

    `seed` makes the confirmation codes repeatable; without one, nobody can guess them.
    """

    def __init__(
        self,
        database: LiveDatabase,
        clock: WorldClock,
        *,
        entity_types: Callable[[], Iterable[str]],
        webhook_hosts: Sequence[str],
        seed: int | None,
        faults: DeliveryFaults,
        senders: SenderPool,
    ) -> None:
        self._database = database
        self._clock = clock
        self._faults = faults
        self._codes = ConfirmationCodes(database, seed)
        self._queue = DeliveryQueue(database, clock, self._codes, senders, webhook_hosts)
        self.registry = WebhookRegistry(database, self._codes, webhook_hosts, entity_types)
        self._receivers = database.live_table(WEBHOOK_RECEIVERS.table)
        self._subscriptions = database.live_table(WEBHOOK_SUBSCRIPTIONS.table)
        self._deliveries = database.live_table(DELIVERIES)
        self._last_was_held: set[int] = set()
        """The receivers whose latest notification was held: the next one goes out before it."""
        self._has_new = False
        self._dropped: list[Delivery] = []
        self._new_late: list[DeliveryFault] = []
        """The faults that make notifications of the current write late."""
        self._late: dict[Latch, Callable[[], None]] = {}
        """How to unsubscribe from the removal of each fault that has made notifications late."""

    # Notifications of writes.

    def changes_for(self, writes: Writes) -> list[Change]:
        """What is to be committed together with a write: the notifications of its events, the confirmations
        of the receivers that it adds, and the end of those that it deletes.

        Call this once for a commit, while holding the lock of the database.
        """
        numbers = count(self._deliveries.next_id)
        self._dropped, self._new_late = [], []
        changes: list[Change] = []
        for change in writes.changes:
            if change[1] == WEBHOOK_RECEIVERS.table:
                changes += self._changes_for_receiver(change, numbers)
        if self._subscriptions.documents:
            changes += [put(each) for each in self._notifications(writes.events, numbers)]
        self._has_new = bool(changes)
        return changes

    def _changes_for_receiver(self, change: Change, numbers: Iterator[int]) -> list[Change]:
        """D: a new receiver is sent its code, and a deleted one nothing more. A: with its subscriptions."""
        receiver_id: int = change[2]
        if change[0] == "delete":
            self._last_was_held.discard(receiver_id)
            deliveries = self._queue.pending_to(receiver_id)
            self._dropped += deliveries
            subscriptions = self._subscriptions.ids_with(_RECEIVER, receiver_id)
            return [
                *(("delete", WEBHOOK_SUBSCRIPTIONS.table, each) for each in subscriptions),
                *(("delete", DELIVERIES, each.id) for each in deliveries),
            ]
        if receiver_id in self._receivers.documents or change[3].get("status") == ACTIVE:
            return []
        return [put(Delivery(self._next_id(numbers), receiver_id, format_date(self._clock.now())))]

    def _notifications(self, events: Iterable[Event], numbers: Iterator[int]) -> Iterator[Delivery]:
        """A notification of each event for each subscription to it. A: the first one's id is the event's."""
        created_date = format_date(self._clock.now())
        addressed = [(event, self._receivers_of(event[0])) for event in events]
        self._faults.require_time_for(sum(len(receivers) for _, receivers in addressed))
        for (event_type, object_id), receivers in addressed:
            event_id = None
            for receiver in receivers:
                number = self._next_id(numbers)
                event_id = event_id or number
                delivery = Delivery(
                    number,
                    receiver[WEBHOOK_RECEIVERS.id_field],
                    created_date,
                    event_id,
                    event_type,
                    object_id,
                )
                yield from self._with_fault(delivery, str(receiver.get("url")), numbers)

    def _receivers_of(self, event_type: str) -> list[Mapping[str, Any]]:
        """The active receiver of each subscription to a type of events."""
        subscriptions = map(
            self._subscriptions.documents.__getitem__, self._subscriptions.ids_with(_EVENT_TYPE, event_type)
        )
        receivers = [
            self._receivers.documents.get(subscription.get("webhook_receiver_id") or 0, {})
            for subscription in subscriptions
        ]
        return [receiver for receiver in receivers if receiver.get("status") == ACTIVE]

    @staticmethod
    def _next_id(numbers: Iterator[int]) -> int:
        number = next(numbers)
        require_free_id(DELIVERIES, number)
        return number

    def _with_fault(self, delivery: Delivery, url: str, numbers: Iterator[int]) -> list[Delivery]:
        """The deliveries of a notification, after applying a fault to it."""
        fault = self._faults.decide_delivery(delivery.request(url))
        # What comes after one that is held goes out before it, so it cannot be held itself.
        follows_held = delivery.webhook_receiver_id in self._last_was_held
        self._last_was_held.discard(delivery.webhook_receiver_id)
        if fault is None:
            return [delivery]
        delivery = delivery._replace(
            fault=fault.cause,
            next_attempt=self._queue.date_in(fault.delay) if fault.kind == "late" else None,
            held=fault.kind == "out_of_order" and not follows_held,
            lost=fault.kind == "lost",
        )
        if fault.kind == "late":
            self._new_late.append(fault)
        if delivery.held:
            self._last_was_held.add(delivery.webhook_receiver_id)
        return (
            [delivery, delivery._replace(id=self._next_id(numbers))] if fault.kind == "twice" else [delivery]
        )

    def committed(self) -> None:
        """Called after the write is committed: send its notifications."""
        self._queue.drop(self._dropped)
        for fault in self._new_late:
            if fault.removed not in self._late:
                self._late[fault.removed] = fault.removed.subscribe(partial(self._end_delay, fault))
        if self._has_new:
            self._queue.wake()

    def _end_delay(self, fault: DeliveryFault) -> None:
        """Called when a fault is removed: what it has made late is due now."""
        with self._database.writing():
            self._late.pop(fault.removed, None)
            late = [
                each
                for each in self._queue.pending()
                if each.fault == fault.cause and each.next_attempt is not None and not each.attempts
            ]
            if late:
                self._database.commit([put(each._replace(next_attempt=None)) for each in late])
        self._queue.wake()

    def activate(self, receiver_id: int, *codes: str) -> None:
        """C3: activate a receiver that has not returned its code; one that is active stays so.

        A: a code, if there is one, must be the right one. Raises ApiError (`not_found`, `invalid`).
        """
        with self._database.writing():
            active = self.registry.activate(receiver_id, codes)
            confirmations = [each for each in self._queue.pending_to(receiver_id) if each.is_confirmation]
            deletions = [("delete", DELIVERIES, each.id) for each in confirmations]
            self._database.commit([("put", WEBHOOK_RECEIVERS.table, receiver_id, active), *deletions])
            self._queue.drop(confirmations)
        self._queue.wake()

    # The whole world.

    def wake(self) -> None:
        """Send what is due: the world was opened, or its clock was changed."""
        self._queue.wake()

    def persistent_changes(self) -> list[Change]:
        """The changes to commit together with a new state, because they outlive the old one."""
        return self._codes.persistent_changes()

    def restart(self) -> None:
        """Send nothing more of the state that was just replaced, under the same lock."""
        self._last_was_held.clear()
        late, self._late = self._late, {}
        for unsubscribe in late.values():
            unsubscribe()
        self._queue.restart()

    def close(self) -> None:
        """Send nothing more. What is pending is sent when the world is opened again."""
        self._queue.close()

    # The log.

    @property
    def log(self) -> DeliveryLog:
        """The attempts of all deliveries."""
        return self._queue.log

    def deliveries(self) -> list[LoggedDelivery]:
        """The pending deliveries, and the latest ones that are not, in the order of their creation."""
        with self._database.reading():
            return self.log.all(self._queue.pending(), self._url_of)

    def delivery(self, delivery_id: int) -> LoggedDelivery:
        """The delivery with this id. Raises UnknownDelivery if there is none, or not any more."""
        found = next((each for each in self.deliveries() if each.delivery.id == delivery_id), None)
        if found is None:
            raise _unknown_delivery(delivery_id)
        return found

    def _url_of(self, delivery: Delivery) -> str | None:
        return self._receivers.documents.get(delivery.webhook_receiver_id, {}).get("url")

    def redeliver(self, delivery_id: int) -> LoggedDelivery:
        """Resend a delivery, after the pending ones; if it is pending itself, it is due immediately.

        The `event_id` stays. No fault applies. Raises UnknownDelivery if there is none with this id, or if
        its receiver was deleted.
        """
        with self._database.writing():
            again = self._redelivery(delivery_id)
            url = self._url_of(again)
            if again.webhook_receiver_id not in self._receivers.documents:
                receiver = f"its receiver {again.webhook_receiver_id} was deleted"
                raise UnknownDelivery(f"delivery {delivery_id} cannot be sent again: {receiver}")
            self._database.commit([put(again)])
        self._queue.wake()
        return LoggedDelivery(again, url, "pending")

    def _redelivery(self, delivery_id: int) -> Delivery:
        document = self._deliveries.documents.get(delivery_id)
        if document is not None:
            return Delivery(**document)._replace(next_attempt=None, held=False, lost=False)
        finished = self.log.finished(delivery_id)
        if finished is None:
            raise _unknown_delivery(delivery_id)
        first = finished.delivery
        next_id = self._deliveries.next_id
        require_free_id(DELIVERIES, next_id)
        return Delivery(
            next_id,
            first.webhook_receiver_id,
            first.created_date,
            first.event_id,
            first.event_type,
            first.object_id,
        )


def _unknown_delivery(delivery_id: int) -> UnknownDelivery:
    return UnknownDelivery(Explanation(f"there is no delivery {delivery_id}; ", LIST_WEBHOOKS, " lists them"))
