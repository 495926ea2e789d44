"""What the log of deliveries can prove, and what it waits for."""

from __future__ import annotations

import time

import pytest

from mockrevio import MockRevio
from mockrevio.errors import CheckFailed
from mockrevio.revio.webhooks import log
from tests.receivers import Received, Receiver, eventually
from tests.revio.webhooks.common import call, pay, payments, register, status_of, wait_until_attempted


def test_a_log_that_has_dropped_deliveries_proves_no_exact_number(
    mock: MockRevio, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MAX_FINISHED", 2)
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED", "CUSTOMER_CREATED")
    pay(mock)
    for _ in range(3):
        mock.entities.add("CUSTOMER")
    receiver.wait_for_events(4)
    eventually(lambda: [each["status"] for each in mock.webhooks] == ["delivered"] * 2)

    mock.webhooks.assert_delivered(event_type="CUSTOMER_CREATED")  # at least one is still provable
    for times in (0, 1):
        with pytest.raises(CheckFailed, match="the log has dropped 2 earlier deliveries"):
            mock.webhooks.assert_delivered(event_type="PAYMENT_CREATED", times=times, timeout="10ms")
    with pytest.raises(CheckFailed, match="2 matching notifications were delivered, expected 1"):
        mock.webhooks.assert_delivered(event_type="CUSTOMER_CREATED", times=1)  # too many in any case

    mock.reset()
    mock.webhooks.assert_delivered(event_type="PAYMENT_CREATED", times=0)


def test_an_exact_number_waits_for_those_that_are_still_being_sent(
    mock: MockRevio, receiver: Receiver
) -> None:
    def slowly(_: Received) -> int:
        time.sleep(0.2)
        return 200

    receiver.status = slowly
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    pay(mock, 2)
    with pytest.raises(CheckFailed, match="2 matching notifications were delivered, expected 1"):
        mock.webhooks.assert_delivered(event_type="PAYMENT_CREATED", times=1)


def test_a_pause_of_a_clock_that_was_moved_back_since_is_expired(mock: MockRevio, receiver: Receiver) -> None:
    receiver.status = 500
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    first = pay(mock)
    wait_until_attempted(mock, 1)
    receiver.status = 200

    mock.clock.release()  # from 2030 to now
    second = pay(mock)

    receiver.wait_for_events(3)
    assert payments(receiver)[1:] == [*first, *second]


def test_each_of_two_codes_must_be_right(mock: MockRevio, receiver: Receiver) -> None:
    receiver.confirms = False
    receiver_id = register(mock, receiver.url)
    code = receiver.wait_for(1)[0].headers["x-hook-secret"]
    activate = f"WebhookReceivers/{receiver_id}/activate"
    wrong = call(mock, "POST", activate, json={"code": code}, headers={"X-Hook-Secret": "wrong"})
    assert (wrong.status_code, status_of(mock, receiver_id)) == (400, "PENDING")
    right = call(mock, "POST", activate, json={"code": code}, headers={"X-Hook-Secret": code})
    assert (right.status_code, status_of(mock, receiver_id)) == (200, "ACTIVE")


def test_webhooks_are_not_generated(mock: MockRevio) -> None:
    for name in ("WebhookReceivers", "WebhookSubscriptions"):
        with pytest.raises(Exception, match="webhooks cannot be generated"):
            mock.entities.make(name, 2)
