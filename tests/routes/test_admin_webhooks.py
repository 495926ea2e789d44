"""The log of deliveries: listing, redelivering, verifying."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.receivers import Receiver, eventually, receiving
from tests.routes.common import assert_error
from tests.support import Client, serving

WEBHOOKS = "/__admin/webhooks"
VERIFY = "/__admin/webhooks/verify"


@pytest.fixture
def client() -> Iterator[Client]:
    with serving(fixture=("empty",)) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def subscribe(client: Client, receiver: Receiver, *event_types: str) -> int:
    body = {"url": receiver.url, "event_types": event_types or ["PAYMENT_CREATED"]}
    response = client.post("/__admin/webhooks/receivers", json=body)
    assert response.status_code == 201, response.text
    return int(response.json()["webhook_receiver_id"])


def pay(client: Client, count: int = 1) -> None:
    for _ in range(count):
        assert client.post("/v1/Payments", json={"amount": 1}).status_code == 201


def deliveries(client: Client, query: str = "") -> list[dict[str, Any]]:
    body = client.get(f"{WEBHOOKS}?{query}").json()
    assert body["count"] == len(body["deliveries"])
    found: list[dict[str, Any]] = body["deliveries"]
    return found


def wait_until_delivered(client: Client, count: int) -> None:
    eventually(lambda: len(deliveries(client, "status=delivered")) == count)


def test_a_delivery_is_listed_with_the_response(client: Client, receiver: Receiver) -> None:
    receiver_id = subscribe(client, receiver)
    pay(client)
    wait_until_delivered(client, 1)
    [delivery] = deliveries(client)
    [attempt] = delivery.pop("attempts")
    created_date = delivery.pop("created_date")
    assert delivery == {
        "id": 1,
        "confirmation": False,
        "event_id": 1,
        "event_type": "PAYMENT_CREATED",
        "object_id": 1001,
        "webhook_receiver_id": receiver_id,
        "url": receiver.url,
        "status": "delivered",
        "next_attempt": None,
        "held": False,
        "fault": None,
    }
    assert attempt["at"] >= created_date
    assert (attempt["status"], attempt["body"], attempt["error"]) == (200, "ok", None)
    assert attempt["headers"]["content-length"] == "2"
    assert attempt["duration_ms"] > 0


def test_deliveries_are_filtered(client: Client, receiver: Receiver) -> None:
    first = subscribe(client, receiver)
    second = subscribe(client, receiver, "BILL_CREATED")
    pay(client, 2)
    client.post("/v1/Bills", json={})
    wait_until_delivered(client, 3)
    for query, count in (
        ("event_type=PAYMENT_CREATED", 2),
        ("event_type=payment_*", 2),
        ("event_type=*_CREATED", 3),
        (f"receiver={first}", 2),
        (f"receiver={second}&event_type=PAYMENT_*", 0),
        ("status=pending", 0),
        ("status=delivered", 3),
    ):
        assert len(deliveries(client, query)) == count, query


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("status=sent", "query: status: must be one of pending, delivered, failed, lost"),
        ("receiver=abc", "query: receiver: must be the id of a receiver, not 'abc'"),
        ("colour=red", "query: colour: unknown; expected one of event_type, receiver, status"),
        ("limit=x", "query: limit: must be a whole number from 0, not 'x'"),
        ("status=pending&status=lost", "must not be repeated"),
    ],
)
def test_a_wrong_filter_is_refused(client: Client, query: str, message: str) -> None:
    assert message in assert_error(client.get(f"{WEBHOOKS}?{query}"), 400, "invalid")


def test_a_redelivery_is_a_new_delivery_of_the_same_event(client: Client, receiver: Receiver) -> None:
    subscribe(client, receiver)
    pay(client)
    wait_until_delivered(client, 1)
    response = client.post(f"{WEBHOOKS}/1/redeliver")
    assert response.status_code == 201
    assert (response.json()["id"], response.json()["event_id"]) == (2, 1)
    wait_until_delivered(client, 2)
    assert receiver.events()[0] == receiver.events()[1]


def test_one_delivery_can_be_read(client: Client, receiver: Receiver) -> None:
    subscribe(client, receiver)
    pay(client)
    wait_until_delivered(client, 1)
    assert client.get(f"{WEBHOOKS}/1").json() == deliveries(client)[0]
    assert "there is no delivery 2" in assert_error(client.get(f"{WEBHOOKS}/2"), 404, "not_found")
    assert "'x' is not an id" in assert_error(client.get(f"{WEBHOOKS}/x"), 404, "not_found")


def test_redelivering_a_pending_one_sends_it_at_once(client: Client, receiver: Receiver) -> None:
    subscribe(client, receiver)
    receiver.status = 500
    pay(client)
    eventually(lambda: deliveries(client)[0]["attempts"])
    receiver.status = 200
    response = client.post(f"{WEBHOOKS}/1/redeliver")
    assert (response.status_code, response.json()["id"]) == (200, 1)
    wait_until_delivered(client, 1)
    assert [each["status"] for each in deliveries(client)[0]["attempts"]] == [500, 200]


def test_unknown_deliveries_and_those_of_deleted_receivers_cannot_be_redelivered(
    client: Client, receiver: Receiver
) -> None:
    assert "no delivery 7" in assert_error(client.post(f"{WEBHOOKS}/7/redeliver"), 404, "not_found")
    assert_error(client.post(f"{WEBHOOKS}/x/redeliver"), 404, "not_found")
    receiver_id = subscribe(client, receiver)
    pay(client)
    wait_until_delivered(client, 1)
    client.delete(f"/v1/WebhookReceivers/{receiver_id}")
    message = assert_error(client.post(f"{WEBHOOKS}/1/redeliver"), 404, "not_found")
    assert f"its receiver {receiver_id} was deleted" in message


def test_a_receiver_of_the_admin_side_must_be_valid(client: Client, receiver: Receiver) -> None:
    path = f"{WEBHOOKS}/receivers"
    for body, place in (
        ({}, "body.url"),
        ({"url": "http://example.com"}, "body.url"),
        ({"url": receiver.url, "event_types": ["NOPE"]}, "body.event_type"),
        ({"url": receiver.url, "event_types": "BILL_CREATED"}, "body.event_types"),
        ({"uri": receiver.url}, "body.uri"),
    ):
        response = client.post(path, json=body)
        assert_error(response, 400, "invalid")
        assert response.json()["mistakes"][0]["place"] == place
    assert client.get("/v1/WebhookReceivers").json()["record_count"] == 0


def test_verifying_waits_for_pending_deliveries(client: Client, receiver: Receiver) -> None:
    subscribe(client, receiver)
    timer = threading.Timer(0.3, pay, [client, 2])
    timer.start()
    body = {"match": {"event_type": "PAYMENT_*"}, "count": {"min": 2}, "timeout": "10s"}
    response = client.post(VERIFY, json=body)
    timer.join()
    assert (response.status_code, response.json()) == (200, {"ok": True, "count": 2})


def test_a_failed_verification_says_why(client: Client, receiver: Receiver) -> None:
    subscribe(client, receiver)
    receiver.status = 500
    pay(client)
    started = time.monotonic()
    body = {"match": {"object_id": 1001}, "timeout": "300ms"}
    response = client.post(VERIFY, json=body)
    assert time.monotonic() - started >= 0.3
    assert (response.status_code, response.json()["error"]) == (409, "not_verified")
    [delivery] = response.json()["deliveries"]
    assert (delivery["status"], delivery["attempts"][0]["status"]) == ("pending", 500)


@pytest.mark.parametrize(
    ("body", "count_there", "status"),
    [
        ({}, 0, 409),
        ({"count": 0}, 0, 200),
        ({"count": 0}, 1, 409),
        ({"count": 1}, 2, 409),
        ({"count": {"max": 2}}, 2, 200),
        ({"match": {"receiver": 4711}}, 1, 409),
        ({"match": {"object_id": 1002}}, 2, 200),
        ({"match": {"status": "lost"}}, 0, 400),
        ({"timeout": "2h"}, 0, 400),
    ],
)
def test_the_number_of_notifications_is_verified(
    client: Client, receiver: Receiver, body: dict[str, Any], count_there: int, status: int
) -> None:
    subscribe(client, receiver)
    pay(client, count_there)
    wait_until_delivered(client, count_there)
    assert client.post(VERIFY, json=body).status_code == status
