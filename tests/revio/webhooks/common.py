"""What tests of webhooks share."""

from __future__ import annotations

import threading
from typing import Any

import requests

from mockrevio import MockRevio
from mockrevio.types.calls import Delivery
from tests.receivers import Receiver, eventually

CLOCK = "2030-01-02T03:04:05"
RECEIVERS = "WebhookReceivers"
SUBSCRIPTIONS = "WebhookSubscriptions"


def call(mock: MockRevio, method: str, path: str, **options: Any) -> requests.Response:
    """A call to the API."""
    return requests.request(method, f"{mock.url}/{path}", auth=mock.credentials, timeout=30, **options)


def register(mock: MockRevio, url: str) -> int:
    """Register a receiver as a client does, and return its id."""
    response = call(mock, "POST", RECEIVERS, json={"url": url})
    assert response.status_code == 201, response.text
    return int(response.json()["id"])


def status_of(mock: MockRevio, receiver_id: int) -> str:
    return str(call(mock, "GET", f"{RECEIVERS}/{receiver_id}").json()["status"])


def pay(mock: MockRevio, count: int = 1) -> list[int]:
    """Create payments as a client does, and return their ids."""
    return [int(call(mock, "POST", "Payments", json={"amount": 1}).json()["id"]) for _ in range(count)]


def payments(receiver: Receiver) -> list[int]:
    """The payments that a receiver was notified of."""
    return [event["object_id"] for event in receiver.events()]


def webhook_threads() -> int:
    """How many threads send notifications."""
    return sum(thread.name == "mockrevio-webhooks" for thread in threading.enumerate())


def wait_until_attempted(mock: MockRevio, attempts: int) -> Delivery:
    """The latest delivery, once it has been attempted this often."""
    eventually(lambda: len(mock.webhooks[-1]["attempts"]) == attempts)
    return mock.webhooks[-1]
