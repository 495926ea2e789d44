"""`mock_revio.webhooks`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockrevio import MockRevio
from mockrevio.errors import AdminCallRefused, CheckFailed
from tests.receivers import Receiver, eventually, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def mock() -> Iterator[MockRevio]:
    with MockRevio(fixture="empty", clock="2030-01-02T03:04:05") as mock:
        yield mock


def test_deliveries_can_be_iterated_counted_and_indexed(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    for _ in range(3):
        mock.entities.add("PAYMENT")
    mock.webhooks.assert_delivered(times=3)
    assert len(mock.webhooks) == 3
    assert [each["object_id"] for each in mock.webhooks] == [1001, 1002, 1003]
    assert mock.webhooks[-1]["object_id"] == 1003
    assert mock.webhooks.redeliver(1)["id"] == 4
    mock.webhooks.assert_delivered(event_type="PAYMENT_CREATED", object_id=1001, times=2)


def test_subscribing_needs_no_confirmation(mock: MockRevio, receiver: Receiver) -> None:
    receiver_id = mock.webhooks.subscribe(receiver.url, "payment_created")
    mock.entities.add("PAYMENT")
    mock.webhooks.assert_delivered(receiver=receiver_id)
    assert not receiver.confirmations()
    with pytest.raises(AdminCallRefused, match="unknown event type NOPE"):
        mock.webhooks.subscribe(receiver.url, "NOPE")


def test_a_failure_lists_what_was_delivered(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    mock.entities.add("PAYMENT")
    mock.webhooks.assert_delivered()
    with pytest.raises(CheckFailed) as caught:
        mock.webhooks.assert_delivered(event_type="BILL_CREATED", timeout="10ms")
    assert str(caught.value) == (
        "0 matching notifications were delivered, expected at least 1: event_type='BILL_CREATED'\n"
        f"  PAYMENT_CREATED 1001 to {receiver.url}: delivered"
    )


def test_a_failure_says_why_something_is_pending(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    receiver.status = 503
    mock.entities.add("PAYMENT")
    mock.entities.add("PAYMENT")
    eventually(lambda: mock.webhooks[0]["attempts"])
    with pytest.raises(CheckFailed) as caught:
        mock.webhooks.assert_delivered(event_type="PAYMENT_CREATED", times=2, timeout="10ms")
    answer = "the receiver responded with 503; next attempt at 2030-01-02T03:04:15.000 (mock clock)"
    assert str(caught.value).splitlines() == [
        "0 matching notifications were delivered, expected 2: event_type='PAYMENT_CREATED'",
        f"  PAYMENT_CREATED 1001 to {receiver.url}: pending ({answer})",
        f"  PAYMENT_CREATED 1002 to {receiver.url}: pending (not sent yet)",
    ]


def test_a_failure_without_any_delivery_says_what_may_be_missing(mock: MockRevio) -> None:
    with pytest.raises(CheckFailed, match="is an active receiver subscribed"):
        mock.webhooks.assert_delivered(timeout="10ms")


def test_too_many_fail_at_once(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    for _ in range(2):
        mock.entities.add("PAYMENT")
    mock.webhooks.assert_delivered(times=2)
    with pytest.raises(CheckFailed, match="2 matching notifications were delivered, expected 1"):
        mock.webhooks.assert_delivered(times=1, timeout="50s")
