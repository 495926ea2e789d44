"""The log of deliveries: every attempt with the receiver's response."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from mockrevio.explanations import explanation_as_json
from mockrevio.revio.webhooks.deliveries import Delivery
from mockrevio.revio.webhooks.sending import ReceiverResponse
from mockrevio.revio.wire.dates import format_date
from mockrevio.revio.wire.secrets import MASK, mask_headers
from mockrevio.watchers import Watchers, call_back

Status = Literal["pending", "delivered", "failed", "lost"]
STATUSES: tuple[Status, ...] = ("pending", "delivered", "failed", "lost")

MAX_FINISHED = 1000
"""How many deliveries that are no longer pending the log keeps."""


@dataclass(frozen=True)
class Attempt:
    """One request to a receiver: when (by the world's clock), how long it took (in real seconds), and the
    answer, or the reason why there is none. `code` is the confirmation code, which is not shown."""

    at: datetime
    duration: float
    answer: ReceiverResponse | None = None
    error: str | None = None
    code: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The attempt as the admin API returns it."""
        status, headers, body = self.answer or (None, {}, b"")
        return {
            "at": format_date(self.at),
            "status": status,
            "headers": mask_headers({name: self._mask_code(value) for name, value in headers.items()}),
            "body": self._mask_code(body.decode("utf-8", "replace")) if body else None,
            "error": self.error,
            **explanation_as_json(self.error),
            "duration_ms": round(self.duration * 1000, 3),
        }

    def _mask_code(self, text: str) -> str:
        return text.replace(self.code, MASK) if self.code else text


@dataclass(frozen=True)
class LoggedDelivery:
    """A delivery with its attempts. `url` is None if its receiver no longer exists."""

    delivery: Delivery
    url: str | None
    status: Status
    attempts: Sequence[Attempt] = ()

    def as_json(self) -> dict[str, Any]:
        """The delivery as the admin API returns it."""
        delivery = self.delivery
        pending = self.status == "pending"
        return {
            "id": delivery.id,
            "confirmation": delivery.is_confirmation,
            "event_id": delivery.event_id,
            "event_type": delivery.event_type,
            "object_id": delivery.object_id,
            "created_date": delivery.created_date,
            "webhook_receiver_id": delivery.webhook_receiver_id,
            "url": self.url,
            "status": self.status,
            "next_attempt": delivery.next_attempt if pending else None,
            "held": delivery.held and pending,
            "fault": delivery.fault,
            "attempts": [attempt.as_json() for attempt in self.attempts],
        }


class DeliveryWatcher(Protocol):
    """Looks at every change of the log, with the log locked, until it is woken."""

    def is_woken(
        self, tried: Iterable[int], finished: LoggedDelivery | None, dropped: LoggedDelivery | None
    ) -> bool:
        """Whether this change is what it waits for.

        The deliveries with the ids in `tried` are not due any more. One of them may be `finished`; the log no
        longer has the one that was `dropped`.
        """


class DeliveryLog:
    """The attempts of the pending deliveries of one world, and the latest of those that are not pending."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watchers: Watchers[DeliveryWatcher] = Watchers(self._lock)
        self._attempts: dict[int, list[Attempt]] = {}
        self._finished: deque[LoggedDelivery] = deque()
        self._finished_counts: Counter[str] = Counter()
        self.evicted = 0
        """How many finished deliveries the log has dropped since it was cleared: it keeps the latest."""

    @property
    def version(self) -> int:
        """Increases with every change."""
        return self._watchers.version

    def add_attempt(self, delivery_id: int, attempt: Attempt) -> None:
        """Log an attempt."""
        with self._lock:
            self._attempts.setdefault(delivery_id, []).append(attempt)
            woken = self._changed((delivery_id,))
        call_back(woken)

    def finish(self, delivery: Delivery, url: str | None, status: Status) -> None:
        """Log that a delivery is no longer pending."""
        with self._lock:
            attempts = self._attempts.pop(delivery.id, ())
            entry, dropped = LoggedDelivery(delivery, url, status, attempts), None
            self._finished.append(entry)
            self._finished_counts[status] += 1
            if len(self._finished) > MAX_FINISHED:
                dropped = self._finished.popleft()
                self.evicted += 1
            woken = self._changed((delivery.id,), entry, dropped)
        call_back(woken)

    def finished_counts(self) -> Counter[str]:
        """How many deliveries it has logged as no longer pending, by status, also before it was cleared."""
        with self._lock:
            return self._finished_counts.copy()

    def forget(self, delivery_ids: Iterable[int]) -> None:
        """Forget pending deliveries that will never be made."""
        forgotten = tuple(delivery_ids)
        with self._lock:
            for delivery_id in forgotten:
                self._attempts.pop(delivery_id, None)
            woken = self._changed(forgotten)
        call_back(woken)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._attempts.clear()
            self._finished.clear()
            self.evicted = 0
            woken = self._watchers.changed()
        call_back(woken)

    def _changed(
        self,
        tried: Sequence[int],
        finished: LoggedDelivery | None = None,
        dropped: LoggedDelivery | None = None,
    ) -> Sequence[Callable[[], None]]:
        """Show a change to the watchers; return the callbacks of those that it wakes."""
        return self._watchers.changed(lambda each: each.is_woken(tried, finished, dropped))

    def watch(
        self, version: int, watcher: DeliveryWatcher, callback: Callable[[], None]
    ) -> Callable[[], None]:
        """Call back once when the watcher is woken, or at once if the log is not at this version any more.

        The result ends that.
        """
        return self._watchers.watch(version, watcher, callback)

    def finished(self, delivery_id: int) -> LoggedDelivery | None:
        """The delivery that is no longer pending and has this id, or None."""
        with self._lock:
            return next((entry for entry in self._finished if entry.delivery.id == delivery_id), None)

    def all(
        self, pending: Iterable[Delivery], url_of: Callable[[Delivery], str | None]
    ) -> list[LoggedDelivery]:
        """The finished deliveries and these pending ones, in the order of their creation."""
        with self._lock:
            entries = list(self._finished)
            entries += [
                LoggedDelivery(
                    delivery,
                    url_of(delivery),
                    "lost" if delivery.lost else "pending",
                    tuple(self._attempts.get(delivery.id, ())),
                )
                for delivery in pending
            ]
        return sorted(entries, key=lambda entry: entry.delivery.id)
