"""A CRM that hears of payments by webhook, reads them, and books them under its own accounts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockrevio.testing.handle import MockRevio
from tests.clients.common import Record, RevIo
from tests.receivers import CODE_HEADER, Receiver, eventually, receiving
from tests.support import Client

SALESFORCE_ID = "0012D00000dAsFzQAK"


@pytest.fixture
def mock() -> Iterator[MockRevio]:
    with MockRevio() as mock:
        yield mock


@pytest.fixture
def revio(mock: MockRevio) -> Iterator[RevIo]:
    with Client(mock.base_url) as client:
        yield RevIo(client)


@pytest.fixture
def crm() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


class Crm:
    """What the CRM does when a notification comes in."""

    def __init__(self, revio: RevIo) -> None:
        self._revio = revio
        self.receipts: dict[str, float] = {}

    def handle(self, event: Record) -> None:
        """Book a payment once, however often its notification comes."""
        processed = f"event-{event['event_id']}"
        if self._revio.linked_id("PAYMENT", processed) is not None:
            return
        payment = self._revio.get(f"Payments/{event['object_id']}")
        account = self._revio.first(
            "IntegrationKeyLink", internal_id=payment["customer_id"], integration_entity_type_id=2
        )["external_id"]
        self.receipts[account] = self.receipts.get(account, 0) + payment["amount"]
        self._revio.link("PAYMENT", event["object_id"], processed)


def register(revio: RevIo, crm: Receiver, *event_types: str) -> int:
    """Register the CRM's address as its installer does, and return the receiver's id once it is active."""
    receiver_id = revio.create("WebhookReceivers", url=crm.url)
    eventually(lambda: revio.get(f"WebhookReceivers/{receiver_id}")["status"] == "ACTIVE")
    for event_type in event_types:
        revio.create("WebhookSubscriptions", event_type=event_type, webhook_receiver_id=receiver_id)
    return receiver_id


def test_a_payment_is_booked_under_the_account_of_its_customer(revio: RevIo, crm: Receiver) -> None:
    register(revio, crm, "PAYMENT_CREATED")
    revio.link("CUSTOMER", 1015, SALESFORCE_ID)
    program = Crm(revio)

    payment_id = revio.create("Payments", customer_id=1015, amount=49.95, method="ACH")
    (event,) = crm.wait_for_events(1)
    program.handle(event)
    program.handle(event)  # a notification may come twice

    assert (event["event_type"], event["object_id"]) == ("PAYMENT_CREATED", payment_id)
    assert program.receipts == {SALESFORCE_ID: 49.95}


def test_a_payment_that_somebody_enters_in_rev_io_itself_is_notified_too(
    mock: MockRevio, revio: RevIo, crm: Receiver
) -> None:
    register(revio, crm, "PAYMENT_CREATED")
    payment = mock.entities.add("PAYMENT", customer_id=1015, amount=10)
    (event,) = crm.wait_for_events(1)
    assert event["object_id"] == payment["payment_id"]


def test_a_receiver_that_does_not_confirm_is_activated_by_hand(revio: RevIo, crm: Receiver) -> None:
    crm.confirms = False
    receiver_id = revio.create("WebhookReceivers", url=crm.url)
    (confirmation,) = crm.wait_for(1)
    assert revio.get(f"WebhookReceivers/{receiver_id}")["status"] == "PENDING"

    revio.call("POST", f"WebhookReceivers/{receiver_id}/activate")

    assert revio.get(f"WebhookReceivers/{receiver_id}")["status"] == "ACTIVE"
    assert confirmation.headers[CODE_HEADER.lower()]


def test_changes_of_a_customer_arrive_in_order_and_none_after_the_receiver_is_deleted(
    mock: MockRevio, revio: RevIo, crm: Receiver
) -> None:
    receiver_id = register(revio, crm, "CUSTOMER_CREATED", "CUSTOMER_UPDATED", "CUSTOMER_DELETED")
    customer_id = revio.create("Customers", account_number="ACC-1")
    revio.patch(f"Customers/{customer_id}", status="ACTIVE")
    revio.call("DELETE", f"Customers/{customer_id}")
    types = [event["event_type"] for event in crm.wait_for_events(3)]
    assert types == ["CUSTOMER_CREATED", "CUSTOMER_UPDATED", "CUSTOMER_DELETED"]

    revio.call("DELETE", f"WebhookReceivers/{receiver_id}")
    revio.create("Customers", account_number="ACC-2")
    assert [each["status"] for each in mock.webhooks if each["status"] == "pending"] == []
    assert len(crm.events()) == 3


def test_an_item_taken_from_its_service_is_notified(revio: RevIo, crm: Receiver) -> None:
    register(revio, crm, "INVENTORY_ASSIGNED", "INVENTORY_UNASSIGNED")
    item_id = revio.create("InventoryItem", identifier="02:aa:bb:cc:dd:ee")
    assign = "InventoryItem/assignService"
    revio.call("PATCH", assign, {"inventory_item_id": item_id, "service_id": 1001})
    revio.call("PATCH", assign, {"inventory_item_id": item_id, "service_id": None})
    events = [(event["event_type"], event["object_id"]) for event in crm.wait_for_events(2)]
    assert events == [("INVENTORY_ASSIGNED", item_id), ("INVENTORY_UNASSIGNED", item_id)]


def test_the_crm_is_down_for_an_hour_and_misses_nothing(mock: MockRevio, revio: RevIo, crm: Receiver) -> None:
    register(revio, crm, "PAYMENT_CREATED")
    crm.status = 503
    mock.clock.freeze()
    payments = [revio.create("Payments", customer_id=1015, amount=amount) for amount in (1, 2, 3)]
    crm.wait_for_events(1)

    crm.status = 200
    mock.clock.advance("1h")

    delivered = [event["object_id"] for event in crm.wait_for_events(4)[1:]]
    assert delivered == payments
    mock.webhooks.assert_delivered(event_type="PAYMENT_CREATED", times=3)
