"""Records and key links of generated documents, including the shipped ones, fit together."""

from __future__ import annotations

import pytest

from mockrevio.revio.resources import ENTITIES, INTEGRATION_KEY_LINK
from mockrevio.seeding.batch import LAST_DAY
from mockrevio.seeding.fake_data import salesforce_id
from mockrevio.seeding.generator import make_document
from tests.seeding.common import Document, broken_references, by_id, dates_in, shipped_document


@pytest.fixture(scope="module", params=["generated", "default", "demo"])
def document(request: pytest.FixtureRequest, generated: Document) -> Document:
    """Every document that must be coherent: one that was just generated, and the shipped ones."""
    return generated if request.param == "generated" else shipped_document(request.param)


# --- records


def test_every_reference_resolves(document: Document) -> None:
    assert list(broken_references(document["entities"])) == []


@pytest.mark.parametrize("type_name", ["CHARGE", "CREDIT"])
def test_charges_and_credits_belong_to_the_customer_of_their_bill(document: Document, type_name: str) -> None:
    bills = by_id(document, "BILL")

    for record in document["entities"][type_name]:
        assert record["customer_id"] == bills[record["bill_id"]]["customer_id"]


def test_a_service_product_copies_its_product_and_has_the_customer_of_its_service(
    document: Document,
) -> None:
    products, services = by_id(document, "PRODUCT"), by_id(document, "SERVICE")

    for record in document["entities"]["SERVICE_PRODUCT"]:
        product = products[record["product_id"]]
        assert record["customer_id"] == services[record["service_id"]]["customer_id"]
        for name in ("description", "code_1", "code_2", "rate", "cost"):
            assert record[name] == product[name]


def test_products_cost_less_than_their_price(document: Document) -> None:
    for product in document["entities"]["PRODUCT"]:
        assert product["cost"] < product["buy_rate"] < product["rate"]


def test_only_closed_customers_have_a_close_date(document: Document) -> None:
    for customer in document["entities"]["CUSTOMER"]:
        assert (customer["status"] == "CLOSED") == (customer["close_date"] is not None)


@pytest.mark.parametrize("type_name", ["AGENT", "CUSTOMER"])
def test_some_records_have_parents_and_these_have_lower_ids(generated: Document, type_name: str) -> None:
    parent_field = f"parent_{ENTITIES[type_name].id_field}"
    parents = {
        record_id: record[parent_field]
        for record_id, record in by_id(generated, type_name).items()
        if record[parent_field] is not None
    }

    assert parents
    assert all(parent < child for child, parent in parents.items())


def test_dates_are_in_chronological_order(document: Document) -> None:
    in_order = ("created_date", "activated_date", "canceled_date", "disconnected_date", "close_date")
    for type_name, records in document["entities"].items():
        for record in records:
            dates = dates_in(record)
            lifetime = [dates[name] for name in in_order if name in dates]
            assert lifetime == sorted(lifetime), (type_name, record)
            past = [date for name, date in dates.items() if name != "due_date"]
            assert all(date <= LAST_DAY for date in past), (type_name, record)


def test_nothing_happens_to_a_customer_before_activation(document: Document) -> None:
    customers = by_id(document, "CUSTOMER")
    for type_name in ("BILL", "SERVICE", "SERVICE_PRODUCT", "CHARGE", "CREDIT", "PAYMENT"):
        for record in document["entities"][type_name]:
            start = dates_in(customers[record["customer_id"]])["activated_date"]
            assert min(dates_in(record).values()) >= start, (type_name, record)


def test_bills_are_due_after_their_cycle_date_and_have_unique_numbers(document: Document) -> None:
    bills = document["entities"]["BILL"]

    assert all(dates_in(bill)["cycle_date"] < dates_in(bill)["due_date"] for bill in bills)
    assert len({bill["bill_number"] for bill in bills}) == len(bills)


def test_the_first_contact_of_a_customer_is_the_person_on_its_bills(document: Document) -> None:
    names: dict[int, list[tuple[str, str]]] = {}
    for contact in document["entities"]["CONTACT"]:
        names.setdefault(contact["customer_id"], []).append((contact["first_name"], contact["last_name"]))

    for customer_id, customer in by_id(document, "CUSTOMER").items():
        address = customer["billing_address"]
        assert names[customer_id][0] == (address["first_name"], address["last_name"])


# --- key links


def test_key_links_resolve_and_are_distinct(document: Document) -> None:
    type_names = {
        record["integration_entity_type_id"]: record["entity_type_name"]
        for record in document["integration_entity_types"]
    }
    systems = {record["integration_system_id"] for record in document["integration_systems"]}
    links = document["key_links"]

    for number, link in enumerate(links, 1):
        assert link["integration_key_link_id"] == number
        assert link["integration_system_id"] in systems
        assert link["internal_id"] in by_id(document, type_names[link["integration_entity_type_id"]])
    keys = {tuple(link[name] for name in list(INTEGRATION_KEY_LINK.fields)[1:5]) for link in links}
    assert len(keys) == len(links)


def test_a_key_link_has_a_valid_value_in_every_field(generated: Document) -> None:
    for link in generated["key_links"]:
        assert list(link) == list(INTEGRATION_KEY_LINK.fields)
        assert None not in link.values()
        assert all(field.accepts(link[name]) for name, field in INTEGRATION_KEY_LINK.fields.items())


def test_there_are_as_many_key_links_as_requested_but_none_without_records() -> None:
    assert len(make_document({"AGENT": 1}, key_links=30, seed=1)["key_links"]) == 30
    assert make_document({}, key_links=30, seed=1)["key_links"] == []


def test_the_checksum_of_a_salesforce_id_matches_the_documented_example() -> None:
    assert salesforce_id("0012D00000dAsFz") == "0012D00000dAsFzQAK"


@pytest.mark.parametrize(("type_id", "prefix"), [(2, "001"), (4, "003")])
def test_customers_are_salesforce_accounts_and_contacts_are_contacts(
    generated: Document, type_id: int, prefix: str
) -> None:
    ids = [
        link["external_id"]
        for link in generated["key_links"]
        if (link["integration_system_id"], link["integration_entity_type_id"]) == (4, type_id)
    ]

    assert ids
    assert all(text.startswith(prefix) and salesforce_id(text[:15]) == text for text in ids)
