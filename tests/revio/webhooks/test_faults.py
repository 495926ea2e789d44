"""Faults of deliveries: late, twice, out of order, lost."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests

from mockrevio import MockRevio
from mockrevio.errors import AdminCallRefused, CheckFailed
from mockrevio.revio.webhooks.threads import SenderPool
from mockrevio.world import worlds
from tests.receivers import Receiver, eventually
from tests.revio.webhooks.common import CLOCK, call, pay, payments, register, status_of

PAYMENTS = {"body": {"event_type": "PAYMENT_*"}}


def subscribe(mock: MockRevio, receiver: Receiver) -> int:
    return mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED", "PAYMENT_DELETED")


def test_a_lost_notification_is_never_sent(mock: MockRevio, receiver: Receiver) -> None:
    subscribe(mock, receiver)
    fault = mock.faults.add({"delivery": "lost"}, match=PAYMENTS, when={"times": 1}, name="gone")
    lost, sent = pay(mock, 2)
    receiver.wait_for_events(1)
    assert payments(receiver) == [sent]
    assert fault.fired == 1
    eventually(lambda: mock.webhooks[-1]["status"] == "delivered")
    [delivery] = mock.webhooks.matching(status="lost")
    assert (delivery["object_id"], delivery["fault"]) == (lost, "fault 1 (gone)")
    assert delivery["attempts"] == []


def test_a_notification_that_comes_twice_has_one_event_id(mock: MockRevio, receiver: Receiver) -> None:
    subscribe(mock, receiver)
    mock.faults.add({"delivery": "twice"}, when={"times": 1})
    first, second = pay(mock, 2)
    events = receiver.wait_for_events(3)
    assert payments(receiver) == [first, first, second]
    assert events[0] == events[1]
    assert events[2]["event_id"] > events[1]["event_id"]


def test_a_late_notification_waits_for_the_clock(mock: MockRevio, receiver: Receiver) -> None:
    subscribe(mock, receiver)
    mock.faults.add({"delivery": "late", "latency": "90s"}, when={"times": 1})
    ids = pay(mock, 2)
    eventually(lambda: mock.webhooks[0]["next_attempt"] == "2030-01-02T03:05:35.000")
    mock.clock.advance("89s")
    assert not receiver.received
    mock.clock.advance("1s")
    receiver.wait_for_events(2)
    assert payments(receiver) == ids


def test_a_late_notification_does_not_wait_for_a_clock_that_was_set_back(
    mock: MockRevio, receiver: Receiver
) -> None:
    subscribe(mock, receiver)
    mock.faults.add({"delivery": "late", "latency": "90s"}, when={"times": 1})
    ids = pay(mock, 1)
    eventually(lambda: mock.webhooks[0]["next_attempt"] == "2030-01-02T03:05:35.000")
    mock.clock.run_from("1999-12-31")
    receiver.wait_for_events(1)
    assert payments(receiver) == ids


@pytest.mark.parametrize("how", ["remove", "replace", "clear"])
def test_without_its_rule_a_late_notification_is_due(mock: MockRevio, receiver: Receiver, how: str) -> None:
    subscribe(mock, receiver)
    fault = mock.faults.add({"delivery": "late", "latency": "1h"})
    ids = pay(mock, 3)
    mock.clock.advance("1s")
    assert not receiver.received
    if how == "remove":
        fault.remove()
    elif how == "replace":
        url = mock.url.replace("/v1", "/__admin/faults/1")
        requests.put(url, json={"effect": {"delivery": "lost"}}, timeout=30).raise_for_status()
    else:
        mock.faults.clear()
    receiver.wait_for_events(3)
    assert payments(receiver) == ids


def test_the_removal_of_a_rule_hurries_nothing_but_what_it_made_late(
    mock: MockRevio, receiver: Receiver, other: Receiver
) -> None:
    subscribe(mock, receiver)
    subscribe(mock, other)
    first = mock.faults.add({"delivery": "late", "latency": "1h"}, when={"times": 1})
    mock.faults.add({"delivery": "late", "latency": "1h"})
    pay(mock)
    first.remove()
    receiver.wait_for_events(1)
    eventually(lambda: len(mock.webhooks.matching(status="delivered")) == 1)
    [waiting] = mock.webhooks.matching(status="pending")
    assert waiting["next_attempt"] is not None


def test_the_rules_of_a_replaced_state_hurry_nothing_of_the_new_one(
    mock: MockRevio, receiver: Receiver
) -> None:
    subscribe(mock, receiver)
    mock.faults.add({"delivery": "late", "latency": "1h"})
    pay(mock)
    mock.snapshot("late")
    mock.restore("late")
    [delivery] = mock.webhooks
    assert delivery["next_attempt"] is not None
    assert not receiver.received


def test_a_notification_out_of_order_comes_after_the_next(mock: MockRevio, receiver: Receiver) -> None:
    subscribe(mock, receiver)
    mock.faults.add({"delivery": "out_of_order"}, when={"times": 1})
    [first] = pay(mock)
    assert mock.webhooks[0]["held"]
    second, third = pay(mock, 2)
    receiver.wait_for_events(3)
    assert payments(receiver)[0] == second
    assert sorted(payments(receiver)) == [first, second, third]
    eventually(lambda: not mock.webhooks.matching(status="pending"))


def test_an_out_of_order_notification_waits_until_the_next_is_delivered(
    mock: MockRevio, receiver: Receiver
) -> None:
    subscribe(mock, receiver)
    mock.faults.add({"delivery": "out_of_order"}, when={"times": 1})
    receiver.status = 500
    first, second = pay(mock, 2)
    eventually(lambda: mock.webhooks[1]["attempts"])
    assert mock.webhooks[0]["held"]
    receiver.status = 200
    mock.clock.advance("10s")
    receiver.wait_for_events(3)
    assert payments(receiver) == [second, second, first]


def test_a_rule_about_notifications_leaves_calls_alone_and_the_other_way_round(
    mock: MockRevio, receiver: Receiver
) -> None:
    subscribe(mock, receiver)
    about_notifications = mock.faults.add({"delivery": "lost"}, optional=True)
    response = call(mock, "POST", "Payments", json={"amount": 1})
    assert response.status_code == 201
    assert (about_notifications.matched, about_notifications.fired) == (1, 1)
    about_notifications.remove()
    about_calls = mock.faults.add({"status": 503}, match={"method": "POST", "path": "/hook"}, optional=True)
    pay(mock)
    receiver.wait_for_events(1)
    assert about_calls.matched == 0


@pytest.mark.parametrize(
    ("match", "fires"),
    [
        ({"method": "POST"}, True),
        ({"method": "PUT"}, False),
        ({"path": "/hook"}, True),
        ({"path": "/other"}, False),
        ({"query": {"tenant": "a*"}}, True),
        ({"headers": {"Content-Type": "application/json"}}, True),
        ({"body": {"event_type": "PAYMENT_*"}}, True),
        ({"body": {"event_type": "BILL_*"}}, False),
        ({"body": {"object_id": 1001}}, True),
    ],
)
def test_the_matcher_sees_the_request_to_the_receiver(
    mock: MockRevio, receiver: Receiver, match: dict[str, Any], fires: bool
) -> None:
    mock.webhooks.subscribe(f"{receiver.url}?tenant=acme", "PAYMENT_CREATED")
    fault = mock.faults.add({"delivery": "lost"}, match=match, optional=True)
    pay(mock)
    assert fault.fired == fires
    assert (fault.shown()["last_miss"] is None) == fires


def test_an_unfired_rule_fails_the_test_with_the_reason(mock: MockRevio, receiver: Receiver) -> None:
    mock.faults.add({"delivery": "lost"}, match=PAYMENTS)
    with pytest.raises(CheckFailed, match=r"never fired: no notification was due while it was armed"):
        mock.check()
    mock.webhooks.subscribe(receiver.url, "BILL_CREATED")
    mock.entities.add("BILL")
    with pytest.raises(CheckFailed, match=r"body\.event_type is BILL_CREATED, not PAYMENT_\*"):
        mock.check()


def test_the_same_seed_loses_the_same_notifications(receiver: Receiver) -> None:
    lost = []
    for _ in range(2):
        with MockRevio(fixture="empty", seed=7) as mock:
            subscribe(mock, receiver)
            mock.faults.add({"delivery": "lost"}, when={"probability": 0.5})
            pay(mock, 20)
            lost.append([each["object_id"] for each in mock.webhooks if each["fault"]])
    assert lost[0] == lost[1]
    assert 0 < len(lost[0]) < 20


def test_confirmations_are_not_notifications(mock: MockRevio, receiver: Receiver) -> None:
    mock.faults.add({"delivery": "lost"}, optional=True)
    receiver_id = register(mock, receiver.url)
    eventually(lambda: status_of(mock, receiver_id) == "ACTIVE")


def test_a_redelivery_escapes_the_faults(mock: MockRevio, receiver: Receiver) -> None:
    subscribe(mock, receiver)
    mock.faults.add({"delivery": "lost"})
    [payment_id] = pay(mock)
    eventually(lambda: mock.webhooks[0]["status"] == "lost")
    mock.webhooks.redeliver(mock.webhooks[0]["id"])
    receiver.wait_for_events(1)
    assert payments(receiver) == [payment_id]


def test_a_redelivery_is_sent_even_before_the_notification_is_recorded_as_lost(
    receiver: Receiver, other: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "new_sender_pool", lambda: SenderPool(maximum=1))
    redelivered = threading.Event()
    other.status = lambda _: 200 if redelivered.wait(10) else 500
    with MockRevio(fixture="empty", clock=CLOCK) as mock:
        mock.webhooks.subscribe(other.url, "PAYMENT_UPDATED")
        [payment_id] = pay(mock)
        call(mock, "PUT", f"Payments/{payment_id}", json={"amount": 2})  # occupies the only thread
        subscribe(mock, receiver)
        mock.faults.add({"delivery": "lost"})
        [payment_id] = pay(mock)
        assert mock.webhooks[-1]["status"] == "lost"
        mock.webhooks.redeliver(mock.webhooks[-1]["id"])
        redelivered.set()
        receiver.wait_for_events(1)
        assert payments(receiver) == [payment_id]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"effect": {"delivery": "slow"}}, "must be one of late, twice, out_of_order, lost"),
        ({"effect": {"delivery": "lost", "status": 500}}, "status to calls"),
        ({"effect": {"delivery": "twice", "connection": "reset"}}, "connection to calls"),
        ({"effect": {"delivery": "late"}}, "effect.latency: is missing"),
        ({"effect": {"delivery": "lost", "latency": "1s"}}, "is only allowed with delivery late"),
        ({"effect": {"delivery": "lost"}, "phase": "after_commit"}, "fault.phase: applies to calls"),
        ({"effect": {"delivery": "lost"}, "match": {"client": "acme"}}, "a notification has no client"),
    ],
)
def test_an_inconsistent_rule_is_rejected(mock: MockRevio, rule: dict[str, Any], message: str) -> None:
    with pytest.raises(AdminCallRefused, match=message):
        mock.faults._admin_client.call("POST", "faults", rule)


def test_notifications_that_are_all_to_be_out_of_order_change_places_in_pairs(
    mock: MockRevio, receiver: Receiver
) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    mock.faults.add({"delivery": "out_of_order"})
    first, second, third, fourth = pay(mock, 4)
    receiver.wait_for_events(4)
    assert payments(receiver) == [second, first, fourth, third]


def test_an_out_of_order_notification_is_sent_even_if_the_next_one_is_lost(
    mock: MockRevio, receiver: Receiver
) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    mock.faults.add({"delivery": "out_of_order"}, when={"times": 1})
    mock.faults.add({"delivery": "lost"}, when={"times": 1})
    first, _ = pay(mock, 2)
    receiver.wait_for_events(1)
    assert payments(receiver) == [first]
