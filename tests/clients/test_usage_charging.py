"""A job that charges customers for usage: it finds a service by its number and posts a charge, once."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.clients.common import CallFailed, Clock, Record, RevIo, custom_field, lose_next_answer
from tests.support import Client

CALL_RECORD = "cdr-2026-03-02-000017"
RATING = 9
"""The integration system that the job's key links belong to."""


@pytest.fixture
def service(revio: RevIo) -> Record:
    """The service of a phone number, found by it."""
    number: str = revio.records("Services")[0]["number"]
    return revio.first("Services", number=number)


def post_charge(revio: RevIo, service: Record, **changes: Any) -> int:
    """Charge a customer for a call."""
    charge: Record = {
        "customer_id": service["customer_id"],
        "service_id": service["service_id"],
        "product_id": revio.records("Products", code_1=revio.get("Products/1001")["code_1"])[0]["product_id"],
        "description": f"Usage {CALL_RECORD}",
        "quantity": 37,
        "rate": 0.015,
        "amount": 0.56,
        "start_date": "2026-03-01",
        "end_date": "2026-03-01T23:59:59",
    }
    return revio.create("Charges", **{**charge, **changes})


def charge_once(revio: RevIo, service: Record, call_record: str) -> int:
    """Charge for a call unless a link says that this was done. A lost answer is looked for by description."""
    known = revio.linked_id("CHARGE", call_record, RATING)
    if known is not None:
        return known
    posted = revio.records("Charges", service_id=service["service_id"], description=f"Usage {call_record}")
    number = (
        posted[0]["charge_id"] if posted else post_charge(revio, service, description=f"Usage {call_record}")
    )
    revio.link("CHARGE", number, call_record, RATING)
    return number


def test_a_charge_is_posted_to_the_service_with_a_number(revio: RevIo, service: Record, clock: Clock) -> None:
    charge = revio.get(f"Charges/{post_charge(revio, service)}")

    assert charge["service_id"] == service["service_id"]
    assert (charge["quantity"], charge["rate"], charge["amount"]) == (37, 0.015, 0.56)
    assert (charge["start_date"], charge["end_date"]) == (
        "2026-03-01T00:00:00.000",
        "2026-03-01T23:59:59.000",
    )
    assert charge["created_date"] == clock.now


def test_a_number_that_no_service_has_finds_nothing(revio: RevIo) -> None:
    assert revio.records("Services", **{"search.number": "0000000000"}) == []


def test_a_429_in_the_middle_delays_the_charges_and_loses_none(
    server: Client, revio: RevIo, clock: Clock, service: Record
) -> None:
    server.patch("/__admin/settings", json={"rate_limit": "5/30"}).raise_for_status()

    charges = [post_charge(revio, service, description=f"Usage {number}") for number in range(4)]

    today = {"search.service_id": service["service_id"], "search.created_date_start": "2026-03-02"}
    found = revio.records("Charges", **today)
    assert [charge["charge_id"] for charge in found] == charges
    assert clock.waits
    assert set(clock.waits) == {31}


def test_the_job_that_runs_twice_charges_once(revio: RevIo, service: Record) -> None:
    first = charge_once(revio, service, CALL_RECORD)

    assert charge_once(revio, service, CALL_RECORD) == first
    assert len(revio.records("Charges", description=f"Usage {CALL_RECORD}")) == 1


@pytest.mark.parametrize("path", ["/v1/Charges", "/v1/IntegrationKeyLink"])
def test_a_response_that_is_lost_after_the_commit_does_not_charge_twice(
    server: Client, revio: RevIo, service: Record, path: str
) -> None:
    lose_next_answer(server, path)
    with pytest.raises(requests.ConnectionError):
        charge_once(revio, service, CALL_RECORD)

    number = charge_once(revio, service, CALL_RECORD)

    assert len(revio.records("Charges", description=f"Usage {CALL_RECORD}")) == 1
    assert revio.linked_id("CHARGE", CALL_RECORD, RATING) == number


def test_a_link_posted_again_after_a_lost_response_is_rejected_as_a_duplicate(
    server: Client, revio: RevIo, service: Record
) -> None:
    number = post_charge(revio, service)
    lose_next_answer(server, "/v1/IntegrationKeyLink")
    with pytest.raises(requests.ConnectionError):
        revio.link("CHARGE", number, CALL_RECORD, RATING)

    with pytest.raises(CallFailed) as failed:
        revio.link("CHARGE", number, CALL_RECORD, RATING)

    assert (failed.value.status, failed.value.code) == (400, "duplicate")


def test_a_link_to_a_charge_that_does_not_exist_is_refused(revio: RevIo) -> None:
    with pytest.raises(CallFailed) as failed:
        revio.link("CHARGE", 999_999, CALL_RECORD, RATING)

    assert (failed.value.status, failed.value.code) == (400, "entity_not_found")


def processed(service: Record) -> list[str]:
    """The call records that a custom field of a service lists."""
    return (custom_field(service, "Processed usage") or "").split()


def test_a_custom_field_of_the_service_can_mark_processed_usage(revio: RevIo, service: Record) -> None:
    place = f"Services/{service['service_id']}"
    service_fields = [*(service["fields"] or []), {"field_id": 77, "label": "Processed usage", "value": ""}]
    revio.patch(place, fields=service_fields)

    for _ in range(2):
        service = revio.get(place)
        if CALL_RECORD not in processed(service):
            post_charge(revio, service)
            index = [field["label"] for field in service["fields"]].index("Processed usage")
            revio.patch(place, **{f"fields__{index}__value": " ".join([*processed(service), CALL_RECORD])})

    assert processed(revio.get(place)) == [CALL_RECORD]
    assert len(revio.records("Charges", description=f"Usage {CALL_RECORD}")) == 1


def test_a_charge_on_a_wrong_amount_is_refused_and_names_the_field(revio: RevIo, service: Record) -> None:
    for amount in ("much", True, {"value": 1}):
        with pytest.raises(CallFailed) as failed:
            post_charge(revio, service, amount=amount)
        assert (failed.value.status, failed.value.code, failed.value.field) == (400, "invalid", "amount")


def test_charges_of_a_day_are_found_for_several_services_at_once(revio: RevIo) -> None:
    services = revio.records("Services")[:3]
    charges = [post_charge(revio, service) for service in services]
    wanted = [service["service_id"] for service in services[:2]]

    found = revio.records(
        "Charges",
        **{"search.service_id": wanted, "created_date_start": "2026-03-02", "created_date_end": "2026-03-02"},
    )

    assert [charge["charge_id"] for charge in found] == charges[:2]
