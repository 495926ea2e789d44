"""Deliveries in documents."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.errors import DocumentError
from mockrevio.revio.webhooks.deliveries import Delivery, parse_deliveries

DATE = "2026-01-05T09:30:00.000"
NOTIFICATION: dict[str, Any] = {
    "id": 3,
    "webhook_receiver_id": 1001,
    "created_date": DATE,
    "event_id": 2,
    "event_type": "PAYMENT_CREATED",
    "object_id": 1026,
    "attempts": 1,
    "next_attempt": DATE,
}
CONFIRMATION: dict[str, Any] = {"id": 1, "webhook_receiver_id": 1001, "created_date": DATE}


def test_values_are_stored_as_parsed() -> None:
    documents = [CONFIRMATION, NOTIFICATION, {**NOTIFICATION, "id": 4, "held": True, "fault": "fault 1"}]
    assert [each.as_document() for each in parse_deliveries(documents, "deliveries")] == documents


def test_a_delivery_without_an_event_is_a_confirmation() -> None:
    assert Delivery(**CONFIRMATION).is_confirmation
    assert not Delivery(**NOTIFICATION).is_confirmation


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"id": None}, "d[0].id", "must be a whole number from 1"),
        ({"event_type": ...}, "d[0].event_type", "is missing"),
        ({"event_id": ...}, "d[0].event_id", "is missing"),
        ({"webhook_receiver_id": ...}, "d[0].webhook_receiver_id", "is missing"),
        ({"created_date": "2026-01-05"}, "d[0].created_date", "must be a date such as"),
        ({"next_attempt": "2026-13-05T09:30:00.000"}, "d[0].next_attempt", "must be a date such as"),
        ({"attempts": -1}, "d[0].attempts", "must be a whole number from 0"),
        ({"held": 1}, "d[0].held", "must be true or false"),
        ({"code": "secret"}, "d[0].code", "unknown"),
    ],
)
def test_a_mistake_is_reported_with_its_place(change: dict[str, Any], place: str, message: str) -> None:
    document = {name: value for name, value in {**NOTIFICATION, **change}.items() if value is not ...}
    with pytest.raises(DocumentError) as caught:
        parse_deliveries([document], "d")
    [mistake] = caught.value.mistakes
    assert mistake.place == place
    assert message in mistake.message


def test_an_id_must_not_be_used_twice() -> None:
    with pytest.raises(DocumentError, match=r"d\[1\]\.id: id 3 is already used by d\[0\]"):
        parse_deliveries([NOTIFICATION, NOTIFICATION], "d")
