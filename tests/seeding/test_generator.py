"""Made-up data is coherent, repeatable and of the shape that wire.schema describes."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import faker
import pytest

from mockrevio.documents import dump_document
from mockrevio.errors import UnknownEntityType
from mockrevio.revio.resources import ENTITIES, INTEGRATION_KEY_LINK, Record
from mockrevio.seeding import generator
from mockrevio.seeding.batch import LAST_DAY
from mockrevio.seeding.fake_data import salesforce_id

FIXTURES = Path(__file__).parents[2] / "fixtures"
SHIPPED_WITH_FAKER = "40.63.0"
"""The Faker that made the shipped fixtures. If another makes others, make them again and name it here."""

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}")
ADDRESS_FIELDS = list(ENTITIES["ADDRESS"].fields)[2:]
COUNTS = dict.fromkeys(ENTITIES, 60)

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    return generator.make_document(COUNTS, key_links=120, seed=7)


@pytest.fixture(scope="module", params=["made", "default", "demo"])
def coherent(request: pytest.FixtureRequest, document: Document) -> Document:
    """Every document that must hang together: one just made, and those that are shipped."""
    return document if request.param == "made" else shipped(request.param)


def shipped(name: str) -> Document:
    document: Document = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return document


def by_id(document: Mapping[str, Any], type_name: str) -> dict[int, Record]:
    return {record[ENTITIES[type_name].id_field]: record for record in document["entities"][type_name]}


def lost_references(entities: Mapping[str, list[Record]]) -> Iterator[str]:
    ids = {name: {record[ENTITIES[name].id_field] for record in entities[name]} for name in entities}
    for name, records in entities.items():
        for field in ENTITIES[name].fields.values():
            for record in records:
                target = record[field.name]
                if field.refers_to and target is not None and target not in ids[field.refers_to]:
                    yield f"{name} {record[ENTITIES[name].id_field]}: {field.name} {target}"


def dates_in(record: Record) -> dict[str, datetime]:
    return {
        name: datetime.fromisoformat(value)
        for name, value in record.items()
        if name.endswith("_date") and value is not None
    }


# --- the same and not the same


def test_the_same_seed_makes_the_same_bytes() -> None:
    texts = {dump_document(generator.make_document({"CUSTOMER": 5, "BILL": 9}, seed=3)) for _ in range(2)}

    assert len(texts) == 1


def test_the_order_of_the_counts_does_not_matter() -> None:
    counts = {"BILL": 4, "CUSTOMER": 3}

    assert generator.make_document(counts, seed=3) == generator.make_document(
        dict(reversed(counts.items())), seed=3
    )


def test_another_seed_makes_other_data() -> None:
    one, other = (generator.make_document({"CUSTOMER": 5}, seed=seed) for seed in (1, 2))

    assert one["entities"] != other["entities"]


def test_without_a_seed_every_document_is_another_one() -> None:
    one, other = (generator.make_document({"CUSTOMER": 5}) for _ in range(2))

    assert one["entities"] != other["entities"]


# --- shape


def test_a_document_has_a_list_for_each_of_the_twelve_types_even_without_a_count() -> None:
    document = generator.make_document({"AGENT": 1}, seed=1)

    assert {name: len(records) for name, records in document["entities"].items()} == {
        **dict.fromkeys(ENTITIES, 0),
        "AGENT": 1,
    }
    assert document["key_links"] == []


def test_a_count_of_an_unknown_type_is_refused_by_name() -> None:
    with pytest.raises(UnknownEntityType, match="CUSTOMRE"):
        generator.make_document({"CUSTOMRE": 5})


@pytest.mark.parametrize("type_name", ENTITIES)
def test_every_field_of_the_schema_is_there_and_of_its_kind(document: Document, type_name: str) -> None:
    fields = ENTITIES[type_name].fields

    for record in document["entities"][type_name]:
        assert list(record) == list(fields)
        assert [name for name, field in fields.items() if not field.accepts(record[name])] == []


@pytest.mark.parametrize("type_name", ENTITIES)
def test_only_the_package_of_a_service_product_is_never_filled(document: Document, type_name: str) -> None:
    records = document["entities"][type_name]
    empty = {name for name in ENTITIES[type_name].fields if all(record[name] is None for record in records)}

    assert empty <= {"package_id"}


def test_the_addresses_inside_a_customer_have_the_fields_of_an_address(document: Document) -> None:
    for customer in document["entities"]["CUSTOMER"]:
        for name in ("billing_address", "service_address", "listing_address"):
            assert list(customer[name]) == ADDRESS_FIELDS
        assert list(customer["finance"]) == ["bill_profile_id", "balance"]


@pytest.mark.parametrize("type_name", ENTITIES)
def test_ids_count_up_from_1001_without_gaps(document: Document, type_name: str) -> None:
    assert list(by_id(document, type_name)) == list(range(1001, 1061))


def test_dates_have_milliseconds_and_no_zone(document: Document) -> None:
    for records in (document["key_links"], *document["entities"].values()):
        for record in records:
            dates = [value for name, value in record.items() if name.endswith("_date") and value]
            assert all(DATE.fullmatch(date) for date in dates)


def test_mail_and_telephone_numbers_are_of_the_kinds_reserved_for_examples(document: Document) -> None:
    for contact in document["entities"]["CONTACT"]:
        assert re.fullmatch(r"[a-z.]+@example\.(com|org|net)", contact["email"])
        assert re.fullmatch(r"\d{3}55501\d\d", contact["phone"])
    for service in document["entities"]["SERVICE"]:
        assert re.fullmatch(r"\d{3}55501\d\d|CKT-\d+", service["number"])


def test_a_postal_code_has_five_digits_and_a_state_two_letters(document: Document) -> None:
    for address in document["entities"]["ADDRESS"]:
        assert re.fullmatch(r"\d{5}", address["postal_code"])
        assert re.fullmatch(r"[A-Z]{2}", address["state_or_province"])


# --- coherence, of what is made and of what is shipped


def test_every_reference_resolves(coherent: Document) -> None:
    assert list(lost_references(coherent["entities"])) == []


@pytest.mark.parametrize("type_name", ["CHARGE", "CREDIT"])
def test_charges_and_credits_belong_to_the_customer_of_their_bill(coherent: Document, type_name: str) -> None:
    bills = by_id(coherent, "BILL")

    for record in coherent["entities"][type_name]:
        assert record["customer_id"] == bills[record["bill_id"]]["customer_id"]


def test_a_service_product_copies_its_product_and_shares_the_customer_of_its_service(
    coherent: Document,
) -> None:
    products, services = by_id(coherent, "PRODUCT"), by_id(coherent, "SERVICE")

    for record in coherent["entities"]["SERVICE_PRODUCT"]:
        product = products[record["product_id"]]
        assert record["customer_id"] == services[record["service_id"]]["customer_id"]
        for name in ("description", "code_1", "code_2", "rate", "cost"):
            assert record[name] == product[name]


def test_products_cost_less_than_they_are_sold_for(coherent: Document) -> None:
    for product in coherent["entities"]["PRODUCT"]:
        assert product["cost"] < product["buy_rate"] < product["rate"]


def test_closed_customers_alone_have_a_close_date(coherent: Document) -> None:
    for customer in coherent["entities"]["CUSTOMER"]:
        assert (customer["status"] == "CLOSED") == (customer["close_date"] is not None)


@pytest.mark.parametrize("type_name", ["AGENT", "CUSTOMER"])
def test_parents_have_lower_ids_and_there_are_some(document: Document, type_name: str) -> None:
    parent_field = f"parent_{ENTITIES[type_name].id_field}"
    families = {
        each: record[parent_field]
        for each, record in by_id(document, type_name).items()
        if record[parent_field] is not None
    }

    assert families
    assert all(parent < child for child, parent in families.items())


def test_dates_come_in_their_natural_order(coherent: Document) -> None:
    in_order = ("created_date", "activated_date", "canceled_date", "disconnected_date", "close_date")
    for type_name, records in coherent["entities"].items():
        for record in records:
            dates = dates_in(record)
            lived = [dates[name] for name in in_order if name in dates]
            assert lived == sorted(lived), (type_name, record)
            past = [date for name, date in dates.items() if name != "due_date"]
            assert all(date <= LAST_DAY for date in past), (type_name, record)


def test_nothing_happens_to_a_customer_before_the_activation(coherent: Document) -> None:
    customers = by_id(coherent, "CUSTOMER")
    for type_name in ("BILL", "SERVICE", "SERVICE_PRODUCT", "CHARGE", "CREDIT", "PAYMENT"):
        for record in coherent["entities"][type_name]:
            start = dates_in(customers[record["customer_id"]])["activated_date"]
            assert min(dates_in(record).values()) >= start, (type_name, record)


def test_bills_are_due_after_their_cycle_and_are_numbered_once(coherent: Document) -> None:
    bills = coherent["entities"]["BILL"]

    assert all(dates_in(bill)["cycle_date"] < dates_in(bill)["due_date"] for bill in bills)
    assert len({bill["bill_number"] for bill in bills}) == len(bills)


def test_the_first_contact_of_a_customer_is_the_person_on_its_bills(coherent: Document) -> None:
    names: dict[int, list[tuple[str, str]]] = {}
    for contact in coherent["entities"]["CONTACT"]:
        names.setdefault(contact["customer_id"], []).append((contact["first_name"], contact["last_name"]))

    for customer_id, customer in by_id(coherent, "CUSTOMER").items():
        address = customer["billing_address"]
        assert names[customer_id][0] == (address["first_name"], address["last_name"])


# --- key links


def test_key_links_resolve_and_none_is_there_twice(coherent: Document) -> None:
    type_names = {
        record["integration_entity_type_id"]: record["entity_type_name"]
        for record in coherent["integration_entity_types"]
    }
    systems = {record["integration_system_id"] for record in coherent["integration_systems"]}
    links = coherent["key_links"]

    for number, link in enumerate(links, 1):
        assert link["integration_key_link_id"] == number
        assert link["integration_system_id"] in systems
        assert link["internal_id"] in by_id(coherent, type_names[link["integration_entity_type_id"]])
    keys = {tuple(link[name] for name in list(INTEGRATION_KEY_LINK.fields)[1:5]) for link in links}
    assert len(keys) == len(links)


def test_every_field_of_a_key_link_is_filled(document: Document) -> None:
    for link in document["key_links"]:
        assert list(link) == list(INTEGRATION_KEY_LINK.fields)
        assert None not in link.values()
        assert all(field.accepts(link[name]) for name, field in INTEGRATION_KEY_LINK.fields.items())


def test_there_are_as_many_key_links_as_asked_for_and_none_without_records() -> None:
    assert len(generator.make_document({"AGENT": 1}, key_links=30, seed=1)["key_links"]) == 30
    assert generator.make_document({}, key_links=30, seed=1)["key_links"] == []


def test_the_checksum_of_a_salesforce_id_is_that_of_the_documented_example() -> None:
    assert salesforce_id("0012D00000dAsFz") == "0012D00000dAsFzQAK"


@pytest.mark.parametrize(("type_id", "prefix"), [(2, "001"), (4, "003")])
def test_salesforce_customers_are_accounts_and_contacts_are_contacts(
    document: Document, type_id: int, prefix: str
) -> None:
    ids = [
        link["external_id"]
        for link in document["key_links"]
        if (link["integration_system_id"], link["integration_entity_type_id"]) == (4, type_id)
    ]

    assert ids
    assert all(each.startswith(prefix) and salesforce_id(each[:15]) == each for each in ids)


# --- more records for a world that exists


@pytest.mark.parametrize("type_name", ENTITIES)
def test_more_records_refer_to_what_exists_and_leave_it_alone(document: Document, type_name: str) -> None:
    existing = copy.deepcopy(document["entities"])

    more = generator.generate_records(type_name, 80, existing, 5001, Random(1))

    assert existing == document["entities"]
    assert [record[ENTITIES[type_name].id_field] for record in more] == list(range(5001, 5081))
    assert list(lost_references({**existing, type_name: [*existing[type_name], *more]})) == []


def test_more_charges_belong_to_the_customer_of_their_bill(document: Document) -> None:
    bills = by_id(document, "BILL")

    for charge in generator.generate_records("CHARGE", 80, document["entities"], 5001, Random(1)):
        assert charge["customer_id"] == bills[charge["bill_id"]]["customer_id"]


@pytest.mark.parametrize("type_name", ENTITIES)
def test_more_records_of_a_world_without_others_refer_to_nothing_but_each_other(type_name: str) -> None:
    records = generator.generate_records(type_name, 5, {}, 1001, Random(1))

    for name, field in ENTITIES[type_name].fields.items():
        if field.refers_to and field.refers_to != type_name:
            assert {record[name] for record in records} == {None}


@pytest.mark.parametrize("type_name", ENTITIES)
@pytest.mark.parametrize("bare", [True, False], ids=["ids", "records of an id alone"])
def test_ids_alone_are_enough_to_refer_to(type_name: str, bare: bool) -> None:
    records = {name: [{resource.id_field: each} for each in (7, 9)] for name, resource in ENTITIES.items()}
    existing: Mapping[str, list[Record | int]] = {
        name: [7, 9] if bare else [*records[name]] for name in ENTITIES
    }

    for record in generator.generate_records(type_name, 20, existing, 11, Random(1)):
        for name, field in ENTITIES[type_name].fields.items():
            if field.refers_to and field.refers_to != type_name:
                assert record[name] in (7, 9, None)
            assert field.accepts(record[name])


def test_dates_that_a_person_wrote_in_a_way_of_their_own_do_no_harm() -> None:
    odd = ("yesterday", "", "0001-01-01", "9999-12-31", "2027-03-01", "2020-02-30", "2024-05-06T07:08:09Z")
    existing = {
        "CUSTOMER": [{"customer_id": n, "activated_date": date} for n, date in enumerate(odd, 1)],
        "BILL": [{"bill_id": n, "created_date": date, "cycle_date": date} for n, date in enumerate(odd, 1)],
        "SERVICE": [{"service_id": n, "activated_date": date} for n, date in enumerate(odd, 1)],
    }

    for type_name in ENTITIES:
        assert len(generator.generate_records(type_name, 30, existing, 1001, Random(1))) == 30


def test_the_random_source_that_is_passed_in_decides_alone() -> None:
    random = Random(4)
    first, second = (generator.generate_records("CUSTOMER", 3, {}, 1001, random) for _ in range(2))

    assert first == generator.generate_records("CUSTOMER", 3, {}, 1001, Random(4))
    assert first != second


def test_of_a_type_that_a_user_invented_records_have_just_an_id() -> None:
    assert generator.generate_records("TOWER", 2, {"TOWER": [1001]}, 1002, Random(1)) == [
        {"tower_id": 1002},
        {"tower_id": 1003},
    ]


# --- files


def test_a_dump_reads_back_and_holds_one_record_a_line(document: Document) -> None:
    text = dump_document(document)
    lines = [line.strip().rstrip(",") for line in text.splitlines()]

    assert json.loads(text) == document
    assert text.endswith("}\n")
    for records in (document["key_links"], *document["entities"].values()):
        assert all(json.dumps(record) in lines for record in records)


@pytest.mark.parametrize("value", [{}, {"schema": 1}, {"entities": {}}, {"entities": {"AGENT": [7, 8]}}])
def test_a_dump_of_a_document_with_few_parts_reads_back(value: Document) -> None:
    assert json.loads(dump_document(value)) == value


@pytest.mark.parametrize("name", ["default", "empty", "demo"])
def test_the_shipped_catalogs_hold_what_is_documented(name: str) -> None:
    document = shipped(name)

    assert [record["entity_type_name"] for record in document["integration_entity_types"]] == list(ENTITIES)
    assert {"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"} in document[
        "integration_entity_types"
    ]
    assert {"integration_system_id": 4, "system_name": "SALESFORCE"} in document["integration_systems"]


@pytest.mark.parametrize("name", ["default", "demo"])
def test_customer_1015_of_the_worked_example_is_there_and_active(name: str) -> None:
    assert by_id(shipped(name), "CUSTOMER")[1015]["status"] == "ACTIVE"


def test_the_default_fixture_has_25_of_each_type_and_no_key_links() -> None:
    document = shipped("default")

    assert {len(records) for records in document["entities"].values()} == {25}
    assert document["key_links"] == []


def test_the_empty_fixture_is_the_catalog_alone() -> None:
    document = shipped("empty")

    assert (document["entities"], document["key_links"]) == ({}, [])


def test_the_demo_fixture_has_key_links_of_several_systems() -> None:
    links = shipped("demo")["key_links"]

    assert len(links) == 260
    assert {4, 6, 9} <= {link["integration_system_id"] for link in links}


@pytest.mark.skipif(faker.VERSION != SHIPPED_WITH_FAKER, reason="another Faker has other words")
def test_the_shipped_fixtures_are_what_their_recipes_make(tmp_path: Path) -> None:
    generator.write_shipped_fixtures(tmp_path)

    for name in ("default.json", "empty.json", "demo.json"):
        assert (tmp_path / name).read_bytes() == (FIXTURES / name).read_bytes(), name


# --- start-up


def test_importing_it_does_not_import_faker() -> None:
    program = "import sys, mockrevio.seeding.generator; sys.exit('faker' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
