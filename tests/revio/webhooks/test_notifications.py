"""Notifications: what they say, in which order they come, and when they are tried again."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from mockrevio import MockRevio
from mockrevio.revio.webhooks import queue
from tests.receivers import Received, Receiver, eventually
from tests.revio.webhooks.common import call, pay, payments, register, wait_until_attempted


def test_a_notification_describes_the_event(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    [payment_id] = pay(mock)
    [received] = receiver.wait_for(1)
    assert received.headers["content-type"] == "application/json"
    assert received.path == "/hook"
    assert received.event == {
        "event_id": 1,
        "event_type": "PAYMENT_CREATED",
        "created_date": "2030-01-02T03:04:05.000",
        "object_id": payment_id,
    }


def test_every_kind_of_change_is_an_event(mock: MockRevio, receiver: Receiver) -> None:
    names = [f"PAYMENT_{change}" for change in ("CREATED", "UPDATED", "DELETED")]
    mock.webhooks.subscribe(receiver.url, *names)
    [payment_id] = pay(mock)
    patch = [{"op": "replace", "path": "/amount", "value": 2}]
    call(mock, "PATCH", f"Payments/{payment_id}", json=patch)
    call(mock, "PUT", f"Payments/{payment_id}", json={"amount": 3})
    call(mock, "DELETE", f"Payments/{payment_id}")
    events = receiver.wait_for_events(4)
    assert [event["event_type"] for event in events] == [names[0], names[1], names[1], names[2]]
    ids = [event["event_id"] for event in events]
    assert ids == sorted(set(ids))


def test_assigning_inventory_is_an_event_of_the_item(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "INVENTORY_ASSIGNED", "INVENTORY_UNASSIGNED")
    mock.entities.add("SERVICE", 1007)
    mock.entities.add("INVENTORY_ITEM", 1012)
    for service_id in (1007, None):
        body = {"inventory_item_id": 1012, "service_id": service_id}
        response = call(mock, "PATCH", "InventoryItem/assignService", json=body)
        assert response.status_code == 200, response.text
    events = [(event["event_type"], event["object_id"]) for event in receiver.wait_for_events(2)]
    assert events == [("INVENTORY_ASSIGNED", 1012), ("INVENTORY_UNASSIGNED", 1012)]


def test_records_added_through_the_admin_api_raise_events(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED", "PAYMENT_DELETED")
    added = mock.entities.add("PAYMENT")
    mock.entities.remove("PAYMENT", added["payment_id"])
    receiver.wait_for_events(2)
    assert payments(receiver) == [added["payment_id"]] * 2


def test_one_event_has_one_id_for_all_who_are_notified(
    mock: MockRevio, receiver: Receiver, other: Receiver
) -> None:
    for each in (receiver, other):
        mock.webhooks.subscribe(each.url, "PAYMENT_CREATED")
    pay(mock, 2)
    events, others = receiver.wait_for_events(2), other.wait_for_events(2)
    assert events == others
    assert events[0]["event_id"] < events[1]["event_id"]


def test_a_receiver_that_is_not_active_is_not_notified(mock: MockRevio, receiver: Receiver) -> None:
    receiver.status = 400
    receiver_id = register(mock, receiver.url)
    body = {"event_type": "PAYMENT_CREATED", "webhook_receiver_id": receiver_id}
    call(mock, "POST", "WebhookSubscriptions", json=body)
    pay(mock)
    assert [each["confirmation"] for each in mock.webhooks] == [True]


def test_notifications_come_in_order(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    ids = pay(mock, 30)
    receiver.wait_for_events(30)
    assert payments(receiver) == ids


def test_a_failed_notification_delays_later_ones(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    receiver.status = 503
    ids = pay(mock, 3)
    eventually(lambda: mock.webhooks[0]["attempts"])
    assert payments(receiver) == ids[:1]
    receiver.status = 200
    mock.clock.advance("10s")
    receiver.wait_for_events(4)
    assert payments(receiver) == [ids[0], *ids]


def test_retries_wait_for_the_clock_with_growing_pauses(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    receiver.status = 500
    pay(mock)
    expected = ["03:04:15.000", "03:05:15.000", "03:10:15.000", "03:40:15.000"]
    for attempts, (pause, next_attempt) in enumerate(
        zip(("10s", "1m", "5m", "30m"), expected, strict=True), start=1
    ):
        delivery = wait_until_attempted(mock, attempts)
        assert delivery["status"] == "pending"
        assert delivery["next_attempt"] == f"2030-01-02T{next_attempt}"
        time.sleep(0.05)
        assert len(receiver.received) == attempts
        mock.clock.advance(pause)
    delivery = wait_until_attempted(mock, 5)
    assert (delivery["status"], delivery["next_attempt"]) == ("failed", None)
    assert len({event["event_id"] for event in receiver.events()}) == 1
    receiver.status = 200
    [payment_id] = pay(mock)
    receiver.wait_for_events(6)
    assert payments(receiver)[-1] == payment_id


def test_a_pause_begins_with_the_attempt_even_if_the_clock_moves_before_the_response(
    mock: MockRevio, receiver: Receiver
) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    called, moved = threading.Event(), threading.Event()

    def fail_once_the_clock_is_moved(_: Received) -> int:
        if called.is_set():
            return 200
        called.set()
        assert moved.wait(10)
        return 503

    receiver.status = fail_once_the_clock_is_moved
    [payment_id] = pay(mock)
    assert called.wait(10)
    mock.clock.advance("10s")
    moved.set()
    receiver.wait_for_events(2)
    assert payments(receiver) == [payment_id, payment_id]


def test_retries_come_by_themselves_when_the_clock_runs(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "RETRY_DELAYS", (0.1, 0.1, 0.1))
    answers = iter([500, 500, 200])
    receiver.status = lambda _: next(answers)
    with MockRevio(fixture="empty") as mock:
        mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
        pay(mock)
        mock.webhooks.assert_delivered(event_type="PAYMENT_CREATED")
    assert len(receiver.received) == 3


def test_a_slow_receiver_delays_neither_calls_nor_other_receivers(
    mock: MockRevio, receiver: Receiver, other: Receiver
) -> None:
    answer = threading.Event()

    def wait(_: Received) -> int:
        answer.wait(20)
        return 200

    receiver.status = wait
    for each in (receiver, other):
        mock.webhooks.subscribe(each.url, "PAYMENT_CREATED")
    started = time.monotonic()
    ids = pay(mock, 10)
    other.wait_for_events(10)
    assert time.monotonic() - started < 5
    assert payments(other) == ids
    assert not receiver.received
    answer.set()
    receiver.wait_for_events(10)


def test_a_dead_receiver_is_reported_and_delays_no_other(mock: MockRevio, other: Receiver) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{unused.getsockname()[1]}/"
    dead_id = mock.webhooks.subscribe(dead, "PAYMENT_CREATED")
    mock.webhooks.subscribe(other.url, "PAYMENT_CREATED")
    pay(mock)
    other.wait_for_events(1)
    eventually(lambda: mock.webhooks.matching(receiver=dead_id)[0]["attempts"])
    [attempt] = mock.webhooks.matching(receiver=dead_id)[0]["attempts"]
    assert attempt["status"] is None
    assert "refused" in str(attempt["error"])


def test_a_response_that_never_ends_is_aborted(mock: MockRevio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        mock.webhooks.subscribe(f"http://127.0.0.1:{server.getsockname()[1]}/", "PAYMENT_CREATED")
        pay(mock)
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            started = time.monotonic()
            with suppress(OSError):
                while time.monotonic() - started < 10:
                    connection.sendall(b"X-More: 1\r\n")
                    time.sleep(0.05)
            assert time.monotonic() - started < 5
    eventually(lambda: mock.webhooks[0]["attempts"])
    assert mock.webhooks[0]["status"] == "pending"


def test_redirects_are_not_followed(mock: MockRevio, receiver: Receiver, other: Receiver) -> None:
    receiver.status = 307
    receiver.headers = {"Location": other.url}
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    pay(mock)
    delivery = wait_until_attempted(mock, 1)
    assert delivery["status"] == "pending"
    assert delivery["attempts"][0]["headers"]["location"] == other.url
    assert not other.received


def test_proxies_of_the_environment_are_not_used(
    mock: MockRevio, receiver: Receiver, other: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, other.url)
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    mock.entities.add("PAYMENT")
    receiver.wait_for_events(1)
    assert not other.received


def test_a_stranger_in_a_state_document_is_not_called(
    mock: MockRevio, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []
    resolve = socket.getaddrinfo

    def note(host: str, *arguments: Any, **options: Any) -> Any:
        looked_up.append(host)
        return resolve(host, *arguments, **options)

    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    document = mock.state
    document["records"]["WebhookReceivers"][0]["url"] = "http://evil.example.com/"
    mock.replace_state(document)
    monkeypatch.setattr(socket, "getaddrinfo", note)
    pay_id = mock.entities.add("PAYMENT")["payment_id"]
    delivery = wait_until_attempted(mock, 1)
    assert delivery["object_id"] == pay_id
    assert "--webhook-host evil.example.com" in str(delivery["attempts"][0]["error"])
    assert "evil.example.com" not in looked_up


def test_a_long_response_is_truncated_in_the_log(mock: MockRevio, receiver: Receiver) -> None:
    receiver.headers = {"X-Long": "x" * 5000}
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    pay(mock)
    mock.webhooks.assert_delivered()
    [attempt] = mock.webhooks[0]["attempts"]
    assert len(attempt["headers"]["x-long"]) == 1000
    assert attempt["body"] == "ok"
