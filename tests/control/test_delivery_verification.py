"""Checks of notifications that wait: they look only at the deliveries that change."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from mockrevio.control.delivery_verification import DeliveryCount, DeliveryVerification, PendingDeliveries
from mockrevio.control.expected_count import ExpectedCount
from mockrevio.revio.webhooks.deliveries import Delivery
from mockrevio.revio.webhooks.log import MAX_FINISHED, DeliveryLog, LoggedDelivery
from tests.contract.raw import Raw, with_length
from tests.receivers import receiving
from tests.support import Client, serving

DATE = "2026-01-05T09:30:00.000"


def delivery(number: int, event_type: str = "PAYMENT_CREATED") -> Delivery:
    return Delivery(number, 1, DATE, number, event_type, 1001)


def pending(*numbers: int) -> list[LoggedDelivery]:
    return [LoggedDelivery(delivery(number), "http://127.0.0.1", "pending") for number in numbers]


class Waiting:
    """A verification that waits for changes of a log, with the pending deliveries at its beginning."""

    def __init__(self, log: DeliveryLog, expected: ExpectedCount, *entries: LoggedDelivery) -> None:
        self.woken = 0
        self.looked_at = 0
        verification = DeliveryVerification(self._matches, expected, time.monotonic() + 60)
        outcome = verification.check(log, lambda: [*(each for each in log.all((), str)), *entries])
        assert isinstance(outcome, PendingDeliveries)
        self.looked_at = 0
        outcome.subscribe(log, self._wake)

    def _matches(self, entry: LoggedDelivery) -> bool:
        self.looked_at += 1
        return entry.delivery.event_type == "PAYMENT_CREATED"

    def _wake(self) -> None:
        self.woken += 1


def finish(log: DeliveryLog, number: int, event_type: str = "PAYMENT_CREATED") -> None:
    log.finish(delivery(number, event_type), "http://127.0.0.1", "delivered")


def test_it_is_woken_by_the_delivery_that_decides_it() -> None:
    log = DeliveryLog()
    waiting = Waiting(log, ExpectedCount(2))
    finish(log, 1)
    finish(log, 2, "BILL_CREATED")
    log.finish(delivery(3), None, "failed")
    assert waiting.woken == 0
    finish(log, 4)
    assert waiting.woken == 1


def test_with_a_greatest_number_it_waits_for_all_that_are_due() -> None:
    log = DeliveryLog()
    waiting = Waiting(log, ExpectedCount(0, 2), *pending(1, 2))
    finish(log, 1)
    assert waiting.woken == 0
    log.forget([2])
    assert waiting.woken == 1


def test_too_many_wake_it_at_once() -> None:
    log = DeliveryLog()
    waiting = Waiting(log, ExpectedCount(0, 1), *pending(1, 2, 3))
    finish(log, 1)
    assert waiting.woken == 0
    finish(log, 2)
    assert waiting.woken == 1


def test_deliveries_dropped_from_the_log_no_longer_count() -> None:
    log = DeliveryLog()
    finish(log, 1)
    waiting = Waiting(log, ExpectedCount(3))
    for number in range(2, MAX_FINISHED + 2):
        finish(log, number, "BILL_CREATED")
    finish(log, 5000)
    finish(log, 5001)
    assert waiting.woken == 0, "of three, the first has been dropped"
    finish(log, 5002)
    assert waiting.woken == 1


def test_a_cleared_log_wakes_it() -> None:
    log = DeliveryLog()
    waiting = Waiting(log, ExpectedCount(1))
    log.clear()
    assert waiting.woken == 1


def test_a_change_between_the_check_and_the_wait_is_not_missed() -> None:
    log = DeliveryLog()
    verification = DeliveryVerification(lambda _: True, ExpectedCount(1), time.monotonic() + 60)
    outcome = verification.check(log, lambda: [])
    assert isinstance(outcome, PendingDeliveries)
    finish(log, 1)
    called: list[bool] = []
    outcome.subscribe(log, lambda: called.append(True))
    assert called
    assert isinstance(verification.check(log, lambda: log.all((), str)), DeliveryCount)


def test_many_waiting_verifications_look_at_new_deliveries_only() -> None:
    log = DeliveryLog()
    for number in range(1, 501):
        finish(log, number, "BILL_CREATED")
    waiting = [Waiting(log, ExpectedCount(5)) for _ in range(100)]
    finish(log, 501)
    assert [each.looked_at for each in waiting] == [1] * 100
    assert not any(each.woken for each in waiting)


@pytest.fixture
def client() -> Iterator[Client]:
    with serving(fixture=("empty",)) as client:
        yield client


def test_a_hundred_waiting_verifications_hardly_delay_deliveries(client: Client) -> None:
    with receiving() as receiver, ExitStack() as stack:
        body = {"url": receiver.url, "event_types": ["PAYMENT_CREATED"]}
        assert client.post("/__admin/webhooks/receivers", json=body).status_code == 201

        def time_of(payments: int) -> float:
            started, before = time.monotonic(), len(receiver.received)
            for _ in range(payments):
                assert client.post("/v1/Payments", json={"amount": 1}).status_code == 201
            receiver.wait_for(before + payments, 60)
            return time.monotonic() - started

        time_of(300)  # so that there is much to look at
        alone = min(time_of(40) for _ in range(2))
        query = {"match": {"event_type": "PAYMENT_*"}, "count": {"min": 5000}, "timeout": "50s"}
        request = with_length("POST", "/__admin/webhooks/verify", json.dumps(query).encode())
        connections = [stack.enter_context(Raw(client.url)) for _ in range(100)]
        for connection in connections:
            connection.send(request)
        assert _all_wait(client)
        together = min(time_of(40) for _ in range(2))
        assert together < 4 * alone + 1


def _all_wait(client: Client) -> bool:
    """Whether the verifications have been received: what is sent later is answered later."""
    time.sleep(0.3)
    return client.get("/__admin/health").status_code == 200
