"""Generated documents are reproducible and have the fields that revio.resources declares."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from mockrevio.documents import dump_document
from mockrevio.errors import UnknownEntityType
from mockrevio.revio.resources import ENTITIES
from mockrevio.seeding.generator import make_document
from tests.seeding.common import Document, by_id

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}")
ADDRESS_FIELDS = list(ENTITIES["ADDRESS"].fields)[2:]


# --- seeds


def test_the_same_seed_gives_the_same_bytes() -> None:
    texts = {dump_document(make_document({"CUSTOMER": 5, "BILL": 9}, seed=3)) for _ in range(2)}

    assert len(texts) == 1


def test_the_order_of_the_counts_does_not_matter() -> None:
    counts = {"BILL": 4, "CUSTOMER": 3}

    assert make_document(counts, seed=3) == make_document(dict(reversed(counts.items())), seed=3)


def test_another_seed_gives_other_data() -> None:
    first, second = (make_document({"CUSTOMER": 5}, seed=seed) for seed in (1, 2))

    assert first["entities"] != second["entities"]


def test_without_a_seed_every_document_is_different() -> None:
    first, second = (make_document({"CUSTOMER": 5}) for _ in range(2))

    assert first["entities"] != second["entities"]


# --- form


def test_a_document_has_a_list_for_each_of_the_twelve_types_even_without_a_count() -> None:
    document = make_document({"AGENT": 1}, seed=1)

    assert {name: len(records) for name, records in document["entities"].items()} == {
        **dict.fromkeys(ENTITIES, 0),
        "AGENT": 1,
    }
    assert document["key_links"] == []


def test_a_count_for_an_unknown_type_is_rejected_with_its_name() -> None:
    with pytest.raises(UnknownEntityType, match="CUSTOMRE"):
        make_document({"CUSTOMRE": 5})


@pytest.mark.parametrize("type_name", ENTITIES)
def test_a_record_has_every_field_with_a_valid_value(generated: Document, type_name: str) -> None:
    fields = ENTITIES[type_name].fields

    for record in generated["entities"][type_name]:
        assert list(record) == list(fields)
        assert [name for name, field in fields.items() if not field.accepts(record[name])] == []


@pytest.mark.parametrize("type_name", ENTITIES)
def test_only_the_package_of_a_service_product_is_always_null(generated: Document, type_name: str) -> None:
    records = generated["entities"][type_name]
    empty = {name for name in ENTITIES[type_name].fields if all(record[name] is None for record in records)}

    assert empty <= {"package_id"}


def test_the_addresses_in_a_customer_have_the_fields_of_an_address(generated: Document) -> None:
    for customer in generated["entities"]["CUSTOMER"]:
        for name in ("billing_address", "service_address", "listing_address"):
            assert list(customer[name]) == ADDRESS_FIELDS
        assert list(customer["finance"]) == ["bill_profile_id", "balance"]


@pytest.mark.parametrize("type_name", ENTITIES)
def test_ids_start_at_1001_and_have_no_gaps(generated: Document, type_name: str) -> None:
    assert list(by_id(generated, type_name)) == list(range(1001, 1061))


def test_dates_have_milliseconds_and_no_time_zone(generated: Document) -> None:
    for records in (generated["key_links"], *generated["entities"].values()):
        for record in records:
            dates = [value for name, value in record.items() if name.endswith("_date") and value]
            assert all(DATE.fullmatch(date) for date in dates)


def test_email_addresses_and_phone_numbers_are_reserved_for_examples(generated: Document) -> None:
    for contact in generated["entities"]["CONTACT"]:
        assert re.fullmatch(r"[a-z.]+@example\.(com|org|net)", contact["email"])
        assert re.fullmatch(r"\d{3}55501\d\d", contact["phone"])
    for service in generated["entities"]["SERVICE"]:
        assert re.fullmatch(r"\d{3}55501\d\d|CKT-\d+", service["number"])


def test_a_postal_code_has_five_digits_and_a_state_two_letters(generated: Document) -> None:
    for address in generated["entities"]["ADDRESS"]:
        assert re.fullmatch(r"\d{5}", address["postal_code"])
        assert re.fullmatch(r"[A-Z]{2}", address["state_or_province"])


# --- dumping


def test_a_dumped_document_parses_back_and_has_one_record_per_line(generated: Document) -> None:
    text = dump_document(generated)
    lines = [line.strip().rstrip(",") for line in text.splitlines()]

    assert json.loads(text) == generated
    assert text.endswith("}\n")
    for records in (generated["key_links"], *generated["entities"].values()):
        assert all(json.dumps(record) in lines for record in records)


@pytest.mark.parametrize("value", [{}, {"schema": 1}, {"entities": {}}, {"entities": {"AGENT": [7, 8]}}])
def test_a_dumped_document_with_few_parts_parses_back(value: Document) -> None:
    assert json.loads(dump_document(value)) == value


# --- import time


def test_importing_the_generator_does_not_import_faker() -> None:
    program = "import sys, mockrevio.seeding.generator; sys.exit('faker' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
