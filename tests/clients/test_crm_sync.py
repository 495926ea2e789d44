"""A CRM that pushes its accounts to Rev.io as customers and its receipts as payments.

Where the CRM hears of changes by webhook is apart from this: tests/clients/test_crm_webhooks.py.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.clients.common import PATCH, CallFailed, Clock, Record, RevIo, custom_field
from tests.support import TESTER, serving

ACCOUNT: Record = {
    "account_number": "ACC-77001",
    "email": "billing@lovelace.example",
    "is_parent": True,
    "security_pin": "0042",
    "source": "Salesforce",
    "suspended": False,
    "status": "PROSPECT",
    "billing_address": {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "company_name": "Analytical Engines Ltd",
        "line_1": "12 St James's Square",
        "city": "Portland",
        "state_or_province": "ME",
        "postal_code": "04101",
        "country_code": "USA",
    },
    "finance": {"bill_profile_id": 2, "payment_terms_days": "30", "late_fees_enabled": True},
    "profile": {"class": "BUSINESS", "tax_id": "00-1234567"},
    "fields": [
        {"field_id": 31, "label": "Tier", "value": "Gold"},
        {"field_id": 32, "label": "Manager", "value": "Grace"},
        {"field_id": 33, "label": "SFDC Id", "value": ""},
    ],
}
SALESFORCE_ID = "0012D00000dAsFzQAK"
SAMPLE = '[{"op":"replace","path":"fields/2/value","value":"0012D00000dAsFzQAK"},]'
"""As on the portal: no leading slash, and a comma after the last operation."""


@pytest.fixture
def account(revio: RevIo) -> int:
    """The customer of a new account of the CRM's."""
    return revio.create("Customers", **ACCOUNT)


def sends(sent: Any, shown: Any) -> bool:
    """Whether everything that was sent is shown; numbers may have come as text."""
    if isinstance(sent, dict):
        return all(sends(value, shown[name]) for name, value in sent.items())
    if isinstance(sent, list):
        return len(sent) == len(shown) and all(map(sends, sent, shown))
    return bool(sent == shown) or (isinstance(shown, int) and sent == str(shown))


def test_nothing_of_a_new_account_is_lost(revio: RevIo, account: int, clock: Clock) -> None:
    customer = revio.get(f"Customers/{account}")

    assert sends(ACCOUNT, customer)
    assert customer["finance"]["payment_terms_days"] == 30
    assert (customer["created_date"], customer["updated_date"]) == (clock.now, clock.now)
    assert customer["created_by"] == TESTER


def test_a_sent_creation_date_and_creator_are_ignored(revio: RevIo, clock: Clock) -> None:
    number = revio.create(
        "Customers", **ACCOUNT, created_date="2019-01-01", created_by="someone", customer_id=7, surprise=[{}]
    )

    customer = revio.get(f"Customers/{number}")
    assert (customer["customer_id"], customer["created_date"], customer["created_by"]) == (
        number,
        clock.now,
        TESTER,
    )
    assert "surprise" not in customer


@pytest.mark.parametrize(
    "search",
    [
        {"search.account_number": "ACC-77001"},
        {"ACCOUNT_NUMBER": "ACC-77001"},
        {"name": "analytical"},
        {"search.name": "ENGINES LTD"},
        {"search.name": "ada love"},
        {"search.status": "PROSPECT", "email": "billing@lovelace.example"},
        {"search.bill_profile_id": "2", "source": "Salesforce"},
        {"payment_terms_days": "30", "search.Company_Name": "Analytical Engines Ltd"},
        {"account_number": ["ACC-1", "ACC-77001"], "search.email": ""},
    ],
)
def test_an_account_is_found_by_the_fields_that_the_crm_stores(
    revio: RevIo, account: int, search: Record
) -> None:
    assert [customer["customer_id"] for customer in revio.records("Customers", **search)] == [account]


@pytest.mark.parametrize(
    "search", [{"account_number": "acc-77001"}, {"account_number": "ACC-7700"}, {"name": "analytical x"}]
)
def test_an_account_number_is_compared_exactly_and_a_name_by_its_parts(
    revio: RevIo, account: int, search: Record
) -> None:
    assert account
    assert revio.records("Customers", **search) == []


@pytest.mark.parametrize("name", ["Grace Hopper", "grace b hopper", "B HOP", "hopp", "grace b"])
def test_a_person_is_found_with_and_without_the_middle_initial(revio: RevIo, name: str) -> None:
    person = {"first_name": "Grace", "middle_initial": "B", "last_name": "Hopper"}
    number = revio.create("Customers", billing_address=person)

    assert number in [customer["customer_id"] for customer in revio.records("Customers", name=name)]


def test_accounts_without_a_name_are_found_by_a_blank_one_where_that_is_switched_on() -> None:
    with serving(blank_search="match") as client:
        revio = RevIo(client)
        addresses = (
            {"city": "Bangor"},
            {"company_name": "", "first_name": ""},
            None,
            {"last_name": "Hopper"},
        )
        numbers = [revio.create("Customers", billing_address=address) for address in addresses]

        found = revio.records("Customers", **{"search.name": ""})

        assert [customer["customer_id"] for customer in found] == numbers[:3]


def test_a_bill_profile_finds_exactly_the_customers_that_are_billed_by_it(revio: RevIo, account: int) -> None:
    everyone = revio.records("Customers")
    wanted = [item["customer_id"] for item in everyone if item["finance"]["bill_profile_id"] == 2]

    found = revio.records("Customers", **{"search.bill_profile_id": 2})

    assert [customer["customer_id"] for customer in found] == wanted
    assert account in wanted
    assert len(wanted) < len(everyone)


@pytest.mark.parametrize("content_type", [PATCH, f"{PATCH}; charset=utf-8", "application/json", "text/json"])
def test_the_sample_of_the_portal_patches_a_custom_field_by_its_index(
    revio: RevIo, account: int, content_type: str, clock: Clock
) -> None:
    before = revio.get(f"Customers/{account}")
    clock.wait(60)

    answer = revio.call("PATCH", f"Customers/{account}", SAMPLE, headers={"Content-Type": content_type})

    after = revio.get(f"Customers/{account}")
    assert answer == {"ok": True, "id": account}
    assert custom_field(after, "SFDC Id") == SALESFORCE_ID
    assert after == {**before, "fields": after["fields"], "updated_date": clock.now}
    assert after["fields"][:2] == before["fields"][:2]


@pytest.mark.parametrize("end", ["},]", "} ,]", "}\n,\n]\n", "}]"])
def test_blanks_around_the_last_comma_of_a_patch_do_not_matter(revio: RevIo, account: int, end: str) -> None:
    revio.call("PATCH", f"Customers/{account}", SAMPLE.replace("},]", end), headers={"Content-Type": PATCH})

    assert custom_field(revio.get(f"Customers/{account}"), "SFDC Id") == SALESFORCE_ID


def test_a_custom_field_that_the_customer_does_not_have_cannot_be_replaced(
    revio: RevIo, account: int
) -> None:
    before = revio.get(f"Customers/{account}")

    with pytest.raises(CallFailed) as failed:
        revio.patch(f"Customers/{account}", fields__7__value="x")

    assert failed.value.status == 400
    assert revio.get(f"Customers/{account}") == before


def test_a_change_within_a_nested_object_leaves_its_other_members(revio: RevIo, account: int) -> None:
    revio.patch(f"Customers/{account}", billing_address__city="Bangor", finance__bill_profile_id="3")

    customer = revio.get(f"Customers/{account}")
    assert sends({**ACCOUNT["billing_address"], "city": "Bangor"}, customer["billing_address"])
    assert sends({**ACCOUNT["finance"], "bill_profile_id": 3}, customer["finance"])


def test_an_account_is_suspended_and_taken_up_again(revio: RevIo, account: int) -> None:
    place = f"Customers/{account}"
    revio.patch(place, suspended=True, suspended_date="2026-03-02Z", status="CLOSED")
    assert [
        customer["customer_id"]
        for customer in revio.records("Customers", suspended="true", source="Salesforce")
    ] == [account]

    revio.replace(place, revio.get(place) | {"suspended": False, "suspended_date": None, "status": "ACTIVE"})

    customer = revio.get(place)
    assert sends({**ACCOUNT, "status": "ACTIVE"}, customer)
    assert customer["suspended_date"] is None


def test_links_lead_from_the_crm_to_the_customer_and_differ_by_case_alone(revio: RevIo, account: int) -> None:
    other = revio.create("Customers", **ACCOUNT)
    revio.link("CUSTOMER", account, "0012D00000dAsFz")
    revio.link("CUSTOMER", other, "0012D00000dasfz")
    revio.link("CUSTOMER", account, SALESFORCE_ID)

    assert revio.linked_id("CUSTOMER", "0012D00000dAsFz") == account
    assert revio.linked_id("CUSTOMER", "0012D00000dasfz") == other
    assert revio.linked_id("CUSTOMER", "0012D00000DASFZ") is None
    links = revio.records("IntegrationKeyLink", **{"search.internal_id": account})
    assert [link["external_id"] for link in links] == ["0012D00000dAsFz", SALESFORCE_ID]


def test_new_links_are_found_by_the_date_of_their_creation(revio: RevIo, account: int, clock: Clock) -> None:
    revio.link("CUSTOMER", account, "old")
    clock.wait(86_400)
    number = revio.link("CUSTOMER", account, SALESFORCE_ID)

    (link,) = revio.records("IntegrationKeyLink", **{"search.created_date_start": clock.now[:10]})

    assert link == {
        "integration_key_link_id": number,
        "integration_system_id": 4,
        "integration_entity_type_id": 2,
        "internal_id": account,
        "external_id": SALESFORCE_ID,
        "created_date": clock.now,
        "created_by": TESTER,
    }


def test_the_contacts_of_an_account_are_created_linked_and_found_by_part_of_a_name(
    revio: RevIo, account: int
) -> None:
    number = revio.create("Contacts", name="Charles Babbage", customer_id=account, mobile="2075550123")
    revio.link("CONTACT", number, "0032D00000aBcDeQAK")

    found = revio.records("Contacts", name="babb", customer_id=account)

    assert [contact["contact_id"] for contact in found] == [number]
    assert (found[0]["name"], found[0]["mobile"]) == ("Charles Babbage", "2075550123")
    assert revio.linked_id("CONTACT", "0032D00000aBcDeQAK") == number


def test_a_receipt_is_posted_once_linked_and_found_by_its_reference(
    revio: RevIo, account: int, clock: Clock
) -> None:
    for _ in range(2):
        if revio.linked_id("PAYMENT", "a0P2D00000xYz") is None:
            payment = revio.create(
                "Payments",
                customer_id=account,
                amount="125.50",
                received_date="2026-3-1",
                reference_number="RCPT-9",
                method="CHECK",
                source="Salesforce",
            )
            revio.link("PAYMENT", payment, "a0P2D00000xYz")

    found = revio.first("Payments", reference_number="RCPT-9", customer_id=account)

    assert (found["payment_id"], found["amount"]) == (payment, 125.5)
    assert (found["received_date"], found["created_date"]) == ("2026-03-01T00:00:00.000", clock.now)
    assert revio.get(f"Payments/{revio.linked_id('PAYMENT', 'a0P2D00000xYz')}")["method"] == "CHECK"


def test_payments_go_back_to_the_crm_by_the_date_of_their_creation(
    revio: RevIo, account: int, clock: Clock
) -> None:
    clock.wait(3600)
    since = clock.now
    payment = revio.create("Payments", customer_id=account, amount=10)
    revio.link("CUSTOMER", account, SALESFORCE_ID)

    (row,) = revio.records("Payments", **{"search.created_date_start": since + "+00:00"})

    links = revio.records("IntegrationKeyLink", internal_id=row["customer_id"], integration_entity_type_id=2)
    assert row["payment_id"] == payment
    assert [link["external_id"] for link in links] == [SALESFORCE_ID]


def test_an_account_can_be_deleted(revio: RevIo, account: int) -> None:
    response: requests.Response = revio.response("DELETE", f"customers/{account}/")

    assert (response.status_code, response.json()["ok"]) == (200, True)
    with pytest.raises(CallFailed) as failed:
        revio.get(f"Customers/{account}")
    assert (failed.value.status, failed.value.code) == (404, "not_found")
