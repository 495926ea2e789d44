"""The queue of deliveries: what is sent next to each receiver, and when it is tried again.

    pending ── due, first of its receiver ──> sending ── any 2xx ──> delivered
       ^                                         │
       └────────── pause by the mock clock ──────┴── the last attempt failed ──> failed

What is pending is in the database, so it survives a restart. After a crash between a response and its record,
a notification is sent again, so receivers may get it more than once.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from mockrevio import real_time
from mockrevio.errors import StorageError
from mockrevio.explanations import message_of
from mockrevio.revio.resources import WEBHOOK_RECEIVERS
from mockrevio.revio.webhooks import DELIVERIES
from mockrevio.revio.webhooks.confirmation import ConfirmationCodes
from mockrevio.revio.webhooks.deliveries import RETRY_DELAYS, Delivery
from mockrevio.revio.webhooks.log import Attempt, DeliveryLog, Status
from mockrevio.revio.webhooks.registry import ACTIVE
from mockrevio.revio.webhooks.sending import (
    DEADLINE_ERROR,
    TIMEOUT,
    ReceiverResponse,
    SendCancelled,
    SendGeneration,
    connect,
    post,
    shut_down,
)
from mockrevio.revio.webhooks.targets import parse_target
from mockrevio.revio.webhooks.threads import SenderPool
from mockrevio.revio.wire.dates import format_date
from mockrevio.revio.wire.secrets import CODE_HEADER
from mockrevio.revio.world_clock import WorldClock
from mockrevio.storage import Change, LiveDatabase

STORAGE_PAUSE = 10.0
"""Seconds to wait with a receiver when the outcome of a delivery cannot be stored, as on a full disk."""

_LATEST = datetime.max.replace(tzinfo=UTC)
_RECEIVER = ("webhook_receiver_id",)
_HELD = ("webhook_receiver_id", "held")


class DeliveryQueue:
    """The pending deliveries of one world, in order for each receiver. Nothing here blocks a request."""

    def __init__(
        self,
        database: LiveDatabase,
        clock: WorldClock,
        codes: ConfirmationCodes,
        senders: SenderPool,
        webhook_hosts: Sequence[str],
    ) -> None:
        self.log = DeliveryLog()
        self._database = database
        self._deliveries = database.live_table(DELIVERIES)
        self._receivers = database.live_table(WEBHOOK_RECEIVERS.table)
        self._clock = clock
        self._codes = codes
        self._senders = senders
        self._webhook_hosts = webhook_hosts
        self._generation = SendGeneration()

    def wake(self) -> None:
        """Send what is due, in other threads. Fast if nothing is pending."""
        if self._deliveries.documents:
            self._senders.schedule(self._dispatch)

    def restart(self) -> None:
        """Cancel the deliveries of the replaced state, and start those of the new one.

        Call this while holding the lock under which the state was replaced.
        """
        self._generation.end()
        self._generation = SendGeneration()
        self.log.clear()
        self.wake()

    def close(self) -> None:
        """Send nothing more. What is pending stays in the database."""
        self._generation.end()
        self._senders.cancel(self._dispatch)

    def pending(self) -> list[Delivery]:
        """The pending deliveries, by id."""
        with self._database.reading():
            return [self._delivery(delivery_id) for delivery_id in self._deliveries.ids()]

    def _delivery(self, delivery_id: int) -> Delivery:
        return Delivery(**self._deliveries.documents[delivery_id])

    def pending_to(self, receiver_id: int) -> list[Delivery]:
        """The pending deliveries to one receiver. Call this while holding the database's lock."""
        return [self._delivery(each) for each in self._deliveries.ids_with(_RECEIVER, receiver_id)]

    def held_to(self, receiver_id: int) -> list[Delivery]:
        """The deliveries to one receiver that are held. Call this while holding the database's lock."""
        return [self._delivery(each) for each in self._deliveries.ids_with(_HELD, (receiver_id, True))]

    def drop(self, deliveries: Sequence[Delivery]) -> None:
        """Stop sending these, which have just been deleted from the database."""
        if not deliveries:
            return
        self.log.forget(delivery.id for delivery in deliveries)
        for receiver_id in {delivery.webhook_receiver_id for delivery in deliveries}:
            self._generation.cancel(receiver_id)

    # What is sent next.

    def _dispatch(self) -> None:
        """Start the deliveries that are due, and schedule the next call."""
        with self._database.reading():
            generation, now = self._generation, self._clock.now()
            if generation.ended.is_set():
                return
            idle = [each for each in self._receivers.ids() if each not in generation.busy]
            waits = [self._start(generation, receiver_id, now) for receiver_id in idle]
        wait = min((each for each in waits if each is not None), default=None)
        if wait is not None and not self._clock.frozen:
            self._senders.schedule(self._dispatch, wait)

    def _start(self, generation: SendGeneration, receiver_id: int, now: datetime) -> float | None:
        """Start the next delivery to a receiver, or return in how many seconds it is due."""
        receiver = self._receivers.documents[receiver_id]
        delivery = self._next_to(receiver_id, is_active=receiver.get("status") == ACTIVE)
        if delivery is None:
            return None
        wait = delivery.due_in(now)
        if wait > 0:
            return wait
        generation.busy.add(receiver_id)
        self._senders.submit(partial(self._deliver, generation, delivery, dict(receiver)))
        return None

    def _next_to(self, receiver_id: int, *, is_active: bool) -> Delivery | None:
        """The first delivery to a receiver that is not held back. One that is not active gets no events."""
        for delivery_id in self._deliveries.ids_with(_RECEIVER, receiver_id):
            delivery = self._delivery(delivery_id)
            if not delivery.held and (is_active or delivery.is_confirmation):
                return delivery
        return None

    # One delivery, in its own thread.

    def _deliver(self, generation: SendGeneration, delivery: Delivery, receiver: dict[str, Any]) -> None:
        try:
            attempt = None if delivery.lost else self._attempt(generation, delivery, receiver)
            self._record(generation, delivery, receiver, attempt)
        except SendCancelled:
            pass
        except StorageError:
            generation.ended.wait(STORAGE_PAUSE)
        with self._database.reading():
            generation.busy.discard(delivery.webhook_receiver_id)
        self._dispatch()

    def _attempt(self, generation: SendGeneration, delivery: Delivery, receiver: dict[str, Any]) -> Attempt:
        at, started = self._clock.now(), real_time.monotonic()
        code = self._codes.code_of(receiver) if delivery.is_confirmation else None
        answer, error = None, None
        try:
            answer = self._send(generation, delivery, str(receiver.get("url") or ""), code)
        except SendCancelled:
            raise
        except Exception as failure:  # of many kinds: addresses, connections, TLS, HTTP
            error = message_of(failure) or repr(failure)
        duration = real_time.monotonic() - started
        if answer is None and duration >= TIMEOUT:  # the failure is that the connection was shut down
            error = DEADLINE_ERROR
        return Attempt(at, duration, answer, error, code)

    def _send(
        self, generation: SendGeneration, delivery: Delivery, url: str, code: str | None
    ) -> ReceiverResponse:
        receiver_id = delivery.webhook_receiver_id
        if generation.ended.is_set():
            raise SendCancelled
        target = parse_target(url, self._webhook_hosts)
        request = delivery.request(url, code or "")
        deadline = real_time.monotonic() + TIMEOUT
        connection = connect(target, deadline)
        time_out = partial(shut_down, connection)
        try:
            generation.register(receiver_id, connection)
            self._senders.schedule(time_out, TIMEOUT)  # a receiver that sends a byte now and then never ends
            if delivery.id not in self._deliveries.documents:
                raise SendCancelled
            return post(connection, target, request.headers, request.body, deadline)
        finally:
            self._senders.cancel(time_out)
            generation.unregister(receiver_id)
            connection.close()

    # The outcome.

    def _record(
        self,
        generation: SendGeneration,
        delivery: Delivery,
        receiver: dict[str, Any],
        attempt: Attempt | None,
    ) -> None:
        """Store and log the outcome. Raises SendCancelled if the delivery was deleted meanwhile."""
        with self._database.writing():
            if generation.ended.is_set() or delivery.id not in self._deliveries.documents:
                raise SendCancelled
            if delivery.lost and not self._delivery(delivery.id).lost:  # it is to be sent after all
                raise SendCancelled
            status = _status(delivery, attempt)
            self._database.commit(self._changes_after(delivery, attempt, status))
            if attempt is not None:
                self.log.add_attempt(delivery.id, attempt)
            if status != "pending":
                self.log.finish(delivery, receiver.get("url"), status)

    def _changes_after(self, delivery: Delivery, attempt: Attempt | None, status: Status) -> list[Change]:
        if attempt is not None and status == "pending":
            # The pause begins with the attempt: were it to begin with the response, a clock that a test moves
            # on meanwhile would sometimes have passed it and sometimes not.
            next_attempt = date_after(attempt.at, RETRY_DELAYS[delivery.attempts])
            return [put(delivery._replace(attempts=delivery.attempts + 1, next_attempt=next_attempt))]
        changes: list[Change] = [("delete", DELIVERIES, delivery.id)]
        if not delivery.is_confirmation:
            changes += [put(each) for each in self._released_by(delivery)]
        elif attempt is not None and _confirms(attempt):
            receiver_id = delivery.webhook_receiver_id
            active = {**self._receivers.documents[receiver_id], "status": ACTIVE}
            changes.append(("put", WEBHOOK_RECEIVERS.table, receiver_id, active))
        return changes

    def _released_by(self, delivered: Delivery) -> list[Delivery]:
        """The deliveries that were held back until this one."""
        held = self.held_to(delivered.webhook_receiver_id)
        return [each._replace(held=False) for each in held if each.id < delivered.id]

    def date_in(self, seconds: float) -> str:
        """The date in some seconds, by the world's clock."""
        return date_after(self._clock.now(), seconds)


def date_after(moment: datetime, seconds: float) -> str:
    """The date some seconds after a moment."""
    try:
        return format_date(moment + timedelta(seconds=seconds))
    except OverflowError:
        return format_date(_LATEST)


def put(delivery: Delivery) -> Change:
    """The change that stores a delivery."""
    return ("put", DELIVERIES, delivery.id, delivery.as_document())


def _status(delivery: Delivery, attempt: Attempt | None) -> Status:
    if attempt is None:
        return "lost"
    if attempt.answer is not None and 200 <= attempt.answer.status < 300:
        return "delivered"
    return "pending" if delivery.attempts < len(RETRY_DELAYS) else "failed"


def _confirms(attempt: Attempt) -> bool:
    """D: whether a receiver responded with a 200 and the confirmation code."""
    if attempt.code is None or attempt.answer is None or attempt.answer.status != 200:
        return False
    returned = attempt.answer.headers.get(CODE_HEADER.lower(), "")
    return hmac.compare_digest(returned.encode(), attempt.code.encode())
