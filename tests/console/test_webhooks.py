"""Webhooks in the console: receivers, subscriptions, deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.common import Console
from tests.console.test_accessibility import check
from tests.programs import needs
from tests.receivers import Receiver, receiving
from tests.support import Client

pytestmark = needs("chromium", "chromedriver")

WEBHOOKS = "/__admin/webhooks"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as each:
        yield each


def subscribe(client: Client, url: str, *event_types: str) -> int:
    """Add an active receiver; return its id."""
    response = client.post(f"{WEBHOOKS}/receivers", json={"url": url, "event_types": event_types})
    return int(response.json()["webhook_receiver_id"])


def pay(client: Client) -> int:
    """Let something happen; return the payment's id."""
    response = client.post("/v1/Payments", json={"customer_id": 1015, "amount": 49.95})
    return int(response.json()["id"])


def event_types(client: Client) -> set[str]:
    """What receivers are subscribed to."""
    return {each["event_type"] for each in records(client, "WebhookSubscriptions")}


def records(client: Client, name: str) -> list[dict[str, Any]]:
    """All records of an endpoint."""
    found: list[dict[str, Any]] = client.get(f"/__admin/entities/{name}").json()["entities"]
    return found


def tick(page: Console, event_type: str) -> None:
    """Choose an event, or choose it no more."""
    page.wait(lambda: page.elements(f"[aria-label={event_type}]"), event_type)
    page.elements(f"[aria-label={event_type}]")[0].click()


def test_without_receivers_the_view_says_how_to_try_it(page: Console) -> None:
    page.open("webhooks")
    page.wait_for("No receivers yet")
    page.click("2. Subscribe it")
    page.wait_for(f"{page.client.url}/__admin/webhooks/receivers")
    page.click("3. Let something happen")
    page.wait_for(f"{page.client.url}/v1/Payments")


def test_a_receiver_is_added_and_gets_its_notifications(page: Console, receiver: Receiver) -> None:
    page.open("webhooks")
    page.click("Add a receiver")
    page.fill("URL", receiver.url)
    tick(page, "PAYMENT_CREATED")
    page.wait_for("1 event chosen")
    page.click("Add the receiver")

    page.wait_for("Added receiver 1001.")
    page.wait_for("PAYMENT_CREATED", ".receiver")
    assert "active" in page.text(".receiver")
    payment = pay(page.client)
    receiver.wait_for_events(1)
    page.wait_for("delivered", "table[aria-label=Deliveries]")
    assert str(payment) in page.text("table[aria-label=Deliveries]")


def test_a_url_that_may_not_be_called_is_an_error_at_its_field(page: Console) -> None:
    page.open("webhooks")
    page.click("Add a receiver")
    page.wait(lambda: page.focused() in ("", page.field("URL").get_attribute("id")), "the focus in the URL")
    page.fill("URL", "http://elsewhere.example/hook")
    page.click("Add the receiver")

    page.wait_for("elsewhere.example is not this machine", "dialog .field-error")
    assert records(page.client, "WebhookReceivers") == []
    page.forgive("status of 400")


def test_a_receiver_can_be_changed_and_removed(page: Console) -> None:
    number = subscribe(page.client, "http://127.0.0.1:9/hook", "PAYMENT_CREATED", "CUSTOMER_CREATED")
    page.open("webhooks")
    page.click(f"Change receiver {number}")
    tick(page, "PAYMENT_CREATED")
    tick(page, "BILL_DELETED")
    page.fill("URL", "http://127.0.0.1:9/other")
    page.click("Save")

    page.wait_for("BILL_DELETED", ".receiver")
    assert "http://127.0.0.1:9/other" in page.text(".receiver")
    assert event_types(page.client) == {"CUSTOMER_CREATED", "BILL_DELETED"}
    page.click(f"Remove receiver {number}")
    page.click("Remove")
    page.wait_for("No receivers yet")
    assert (records(page.client, "WebhookReceivers"), event_types(page.client)) == ([], set())
    page.click("Undo")
    page.wait_for("BILL_DELETED", ".receiver")
    assert [each["url"] for each in records(page.client, "WebhookReceivers")] == ["http://127.0.0.1:9/other"]
    assert event_types(page.client) == {"CUSTOMER_CREATED", "BILL_DELETED"}


def test_a_receiver_that_waits_for_its_confirmation_can_be_activated(page: Console) -> None:
    page.client.post("/v1/WebhookReceivers", json={"url": "http://127.0.0.1:9/hook"})
    page.open("webhooks")
    page.wait_for("waiting for confirmation", ".receiver")
    page.click("Activate receiver 1001")
    page.wait_for("active", ".receiver .badge.good")
    assert records(page.client, "WebhookReceivers")[0]["status"] == "ACTIVE"


def test_a_delivery_shows_each_answer_and_can_be_sent_again(page: Console, receiver: Receiver) -> None:
    receiver.status = 500
    page.client.put("/__admin/clock", json={"frozen": True})
    subscribe(page.client, receiver.url, "PAYMENT_CREATED")
    page.open("webhooks")
    page.wait_for(receiver.url)
    payment = pay(page.client)
    page.wait_for("in 10 s", "table[aria-label=Deliveries]")
    page.follow("PAYMENT_CREATED")

    page.wait_for("Attempt 1", "dialog")
    assert "500" in page.text("dialog .attempt")
    assert f'"object_id": {payment}' in page.text("dialog pre")
    receiver.status = 200
    page.click("Send again")
    page.wait_for("is sent now")
    page.wait_for("Attempt 2", "dialog")
    page.wait_for("delivered", "dialog .facts")
    page.click("Send again")
    page.wait_for("Sent again, as delivery")
    receiver.wait_for_events(3)
    assert len({event["event_id"] for event in receiver.events()}) == 1


def test_deliveries_are_filtered_in_the_address(page: Console, receiver: Receiver) -> None:
    subscribe(page.client, receiver.url, "PAYMENT_CREATED")
    lost = {"when": {"times": 1}, "effect": {"delivery": "lost"}}
    page.client.post("/__admin/faults", json=lost)
    first, second = pay(page.client), pay(page.client)
    receiver.wait_for_events(1)
    page.open("webhooks", status="lost")
    page.wait_for(str(first), "table[aria-label=Deliveries]")
    assert str(second) not in page.text("table[aria-label=Deliveries]")

    page.choose("Status", "delivered")
    page.wait_for(str(second), "table[aria-label=Deliveries]")
    assert "status=delivered" in page.driver.current_url
    page.fill("Event type", "BILL_*")
    page.wait_for("No delivery matches")


def test_there_are_pages_the_newest_first(page: Console, receiver: Receiver) -> None:
    subscribe(page.client, receiver.url, "PAYMENT_CREATED")
    payments = [{"customer_id": 1015, "amount": amount} for amount in range(1, 61)]
    added = page.client.post("/__admin/entities/PAYMENT", json=payments).json()["entities"]
    ids = [str(payment["payment_id"]) for payment in added]
    receiver.wait_for_events(60)
    page.open("webhooks")
    page.wait_for("50 of 60")
    assert ids[-1] in page.text("tbody tr:first-child")
    page.click("Next")
    page.wait_for("60 of 60")
    assert ids[0] in page.text("tbody tr:last-child")


def test_the_view_and_its_dialogs_are_accessible(page: Console, axe: str, receiver: Receiver) -> None:
    receiver.status = 500
    number = subscribe(page.client, receiver.url, "PAYMENT_CREATED")
    page.client.post("/v1/WebhookReceivers", json={"url": "http://127.0.0.1:9/hook"})
    pay(page.client)
    receiver.wait_for_events(1)
    page.open("webhooks")
    page.wait_for("500", "table[aria-label=Deliveries]")
    check(page, axe)
    page.click(f"Change receiver {number}")
    page.wait_for("1 event chosen")
    check(page, axe)
    page.click("Cancel")
    page.follow("PAYMENT_CREATED")
    page.wait_for("Attempt 1", "dialog")
    check(page, axe)
