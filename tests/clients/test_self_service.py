"""A customer's self-service page: it registers by a code, shows the balance, and takes tickets."""

from __future__ import annotations

import pytest

from tests.clients.common import CallFailed, Clock, Record, RevIo
from tests.support import TESTER

HELP_DESK = 9
CODE = "REG-55-TOP"


@pytest.fixture
def customer(revio: RevIo) -> Record:
    """A customer who has just been sent a registration code."""
    number = revio.create(
        "Customers",
        status="ACTIVE",
        registration_code=CODE,
        email="ada@lovelace.example",
        finance={
            "balance": "87.25",
            "amount_due": 87.25,
            "due_date": "2026-3-21",
            "cycle_date": "2026-03-01",
        },
    )
    return revio.get(f"Customers/{number}")


def open_ticket(revio: RevIo, customer: Record, description: str = "No dial tone") -> int:
    """Open a ticket for a customer."""
    return revio.create(
        "Tickets",
        customer_id=customer["customer_id"],
        description=description,
        priority="HIGH",
        contact_name="Ada Lovelace",
        contact_email=customer["email"],
        due_date_start="2026-03-03",
        due_date_end="2026-03-04T17:00:00",
        status="OPEN",
    )


def test_the_page_asks_for_the_status_before_anything_else(revio: RevIo) -> None:
    assert revio.call("GET", "SystemStatus") == {"ok": True}


def test_a_customer_registers_with_a_code_and_sees_balance_and_dates(revio: RevIo, customer: Record) -> None:
    found = revio.first("Customers", registration_code=CODE)

    assert found["customer_id"] == customer["customer_id"]
    finance = found["finance"]
    assert (finance["balance"], finance["amount_due"]) == (87.25, 87.25)
    assert (finance["due_date"], finance["cycle_date"]) == (
        "2026-03-21T00:00:00.000",
        "2026-03-01T00:00:00.000",
    )


@pytest.mark.parametrize("code", ["reg-55-top", "REG-55", "REG-55-TOP2"])
def test_a_wrong_code_finds_no_customer(revio: RevIo, customer: Record, code: str) -> None:
    assert customer["registration_code"] == CODE
    assert revio.records("Customers", registration_code=code) == []


def test_every_customer_of_the_fixture_has_a_balance_to_show(revio: RevIo) -> None:
    for customer in revio.records("Customers"):
        assert {"balance", "amount_due", "due_date", "cycle_date"} <= customer["finance"].keys()
        assert customer["finance"]["balance"] is not None


def test_a_used_code_is_cleared_and_finds_the_customer_no_more(revio: RevIo, customer: Record) -> None:
    revio.patch(f"Customers/{customer['customer_id']}", registration_code="")

    assert revio.records("Customers", registration_code=CODE) == []
    assert len(revio.records("Customers", registration_code="")) == 26, "a blank parameter is ignored"


def test_the_bills_and_payments_of_the_customer_are_shown_latest_first(revio: RevIo) -> None:
    number = revio.records("Bills")[0]["customer_id"]
    for path in ("Bills", "Payments"):
        mine = [record for record in revio.records(path) if record["customer_id"] == number]
        dates = sorted((record["created_date"] for record in mine), reverse=True)

        shown = revio.records(path, **{"search.customer_id": number, "search.sort": "-created_date"})

        assert [record["created_date"] for record in shown] == dates


def test_a_ticket_has_the_sent_fields_and_can_be_found(revio: RevIo, customer: Record, clock: Clock) -> None:
    number = open_ticket(revio, customer)

    ticket = revio.first("Tickets", customer_id=customer["customer_id"])

    assert ticket["ticket_id"] == number
    assert (ticket["due_date_start"], ticket["due_date_end"]) == (
        "2026-03-03T00:00:00.000",
        "2026-03-04T17:00:00.000",
    )
    assert (ticket["created_date"], ticket["modified_date"]) == (clock.now, clock.now)
    assert (ticket["created_by"], ticket["priority"], ticket["status"]) == (TESTER, "HIGH", "OPEN")


@pytest.mark.parametrize("prefix", ["", "search."])
def test_due_date_start_of_a_ticket_is_a_field_and_no_range(
    revio: RevIo, customer: Record, prefix: str
) -> None:
    number = open_ticket(revio, customer)

    exact = revio.records("Tickets", **{f"{prefix}due_date_start": "2026-03-03"})
    earlier = revio.records("Tickets", **{f"{prefix}due_date_start": "2026-03-02"})
    ranged = revio.records("Tickets", **{f"{prefix}due_date_start_start": "2026-03-02"})

    assert ([ticket["ticket_id"] for ticket in exact], earlier) == ([number], [])
    assert [ticket["ticket_id"] for ticket in ranged] == [number]


def test_the_journal_of_a_ticket_is_written_and_read_in_order(
    revio: RevIo, customer: Record, clock: Clock
) -> None:
    ticket = open_ticket(revio, customer)
    texts = ["We look into it.", "A long story. " * 100, "Solved."]
    for text in texts:
        clock.wait(60)
        revio.create("TicketJournals", ticket_id=ticket, message=text, is_public=True)

    journal = revio.records("TicketJournals", ticket_id=ticket, is_public="true", sort="created_date")

    assert [entry["message"] for entry in journal] == texts
    assert journal[-1]["created_date"] == clock.now


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["Tickets", "TicketJournals"])
def test_a_ticket_and_its_journal_are_opened_and_read_but_not_changed(
    revio: RevIo, method: str, path: str
) -> None:
    number = next(iter(revio.records(path)[0].values()))

    response = revio.response(method, f"{path}/{number}", {})

    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_description_of_any_length_opens_a_ticket(revio: RevIo, customer: Record) -> None:
    text = "It rings and rings. " * 1000

    assert revio.get(f"Tickets/{open_ticket(revio, customer, text)}")["description"] == text


def test_a_contact_link_tells_who_is_logged_in(revio: RevIo, customer: Record) -> None:
    contact = revio.create("Contacts", name="Ada Lovelace", customer_id=customer["customer_id"])
    revio.link("CONTACT", contact, "auth0|5f2", HELP_DESK)
    revio.link("CUSTOMER", customer["customer_id"], "auth0|5f2", HELP_DESK)

    assert revio.linked_id("CONTACT", "auth0|5f2", HELP_DESK) == contact
    assert revio.linked_id("CUSTOMER", "auth0|5f2", HELP_DESK) == customer["customer_id"]


def test_a_person_is_shown_the_message_of_a_failure(revio: RevIo) -> None:
    with pytest.raises(CallFailed, match=r"^Customers 999 was not found\.$"):
        revio.get("Customers/999")
