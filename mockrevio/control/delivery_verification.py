"""Checks of how many notifications were delivered, which may wait for more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mockrevio import real_time
from mockrevio.control.expected_count import ExpectedCount
from mockrevio.revio.webhooks.log import DeliveryLog, LoggedDelivery


@dataclass(frozen=True)
class DeliveryCount:
    """How many of the matching notifications were delivered.

    `due` are the ids of those that are being sent now. `considered` are all that there are.
    """

    delivered: int
    due: frozenset[int]
    matching: Sequence[LoggedDelivery]
    considered: Sequence[LoggedDelivery]


@dataclass(eq=False)
class DeliveryVerification:
    """A check of the number of matching notifications, which may wait until `deadline`, on the monotonic
    clock."""

    matches: Callable[[LoggedDelivery], bool]
    expected: ExpectedCount
    deadline: float

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - real_time.monotonic()

    def check(
        self, log: DeliveryLog, deliveries: Callable[[], Iterable[LoggedDelivery]]
    ) -> DeliveryCount | PendingDeliveries:
        """Count the deliveries; PendingDeliveries to wait for changes of the log."""
        version = log.version  # before the deliveries are read, so that no change is missed
        considered = [entry for entry in deliveries() if not entry.delivery.is_confirmation]
        matching = [entry for entry in considered if self.matches(entry)]
        delivered = sum(entry.status == "delivered" for entry in matching)
        due = frozenset(entry.delivery.id for entry in matching if _is_due(entry))
        if self.may_change(delivered, due) and self.remaining() > 0:
            return PendingDeliveries(self, delivered, set(due), version)
        return DeliveryCount(delivered, due, matching, considered)

    def may_change(self, delivered: int, due: Iterable[int]) -> bool:
        """Whether waiting may help: there are too few, or more may come of those that are due now, which
        matters if there is a greatest number."""
        minimum, maximum = self.expected
        return delivered < minimum or (maximum is not None and bool(due) and delivered <= maximum)


class PendingDeliveries:
    """A verification that waits. It looks only at the deliveries that change, and is woken once they decide
    it."""

    def __init__(
        self, verification: DeliveryVerification, delivered: int, due: set[int], version: int
    ) -> None:
        self._verification = verification
        self._delivered = delivered
        self._due = due
        self._version = version

    def subscribe(self, log: DeliveryLog, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back once when another check may decide it; the result ends that."""
        return log.watch(self._version, self, callback)

    def is_woken(
        self, tried: Iterable[int], finished: LoggedDelivery | None, dropped: LoggedDelivery | None
    ) -> bool:
        """Whether this change of the log decides it; see `DeliveryWatcher`."""
        self._due.difference_update(tried)
        self._delivered += self._is_counted(finished) - self._is_counted(dropped)
        return not self._verification.may_change(self._delivered, self._due)

    def _is_counted(self, entry: LoggedDelivery | None) -> bool:
        if entry is None or entry.status != "delivered" or entry.delivery.is_confirmation:
            return False
        return self._verification.matches(entry)


def _is_due(entry: LoggedDelivery) -> bool:
    delivery = entry.delivery
    return entry.status == "pending" and not delivery.held and delivery.next_attempt is None
