"""The log of deliveries is bounded."""

from __future__ import annotations

from datetime import UTC, datetime

from mockrevio.revio.webhooks.deliveries import Delivery
from mockrevio.revio.webhooks.log import MAX_FINISHED, Attempt, DeliveryLog

DATE = "2030-01-02T03:04:05.000"
AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


def delivery(number: int) -> Delivery:
    return Delivery(number, 1001, DATE, number, "PAYMENT_CREATED", number)


def test_it_keeps_the_latest_that_are_finished_and_all_that_are_pending() -> None:
    log = DeliveryLog()
    for number in range(1, MAX_FINISHED + 6):
        log.add_attempt(number, Attempt(AT, 0.1))
        log.finish(delivery(number), None, "failed")
    pending = [delivery(number) for number in range(5000, 7000)]
    entries = log.all(pending, lambda _: None)
    assert [entry.delivery.id for entry in entries][:2] == [6, 7]
    assert len(entries) == MAX_FINISHED + 2000
    assert log.finished(5) is None
    assert log.finished(6) == entries[0]


def test_forgotten_deliveries_leave_nothing_in_memory() -> None:
    log = DeliveryLog()
    log.add_attempt(1, Attempt(AT, 0.1))
    log.forget([1])
    log.finish(delivery(1), None, "failed")
    assert log.all([], lambda _: None)[0].attempts == ()


def test_every_change_increases_the_version() -> None:
    log = DeliveryLog()
    seen = [log.version]
    log.add_attempt(1, Attempt(AT, 0.1))
    seen.append(log.version)
    log.finish(delivery(1), None, "failed")
    seen.append(log.version)
    log.clear()
    seen.append(log.version)
    assert seen == sorted(set(seen))
