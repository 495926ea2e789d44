"""Generated documents are reproducible and have what was asked for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from mockrevio.documents import dump_document
from mockrevio.errors import UnknownEntityType
from mockrevio.revio.resources import BUILT_IN, ENTITIES
from mockrevio.seeding.factories.lookups import lookup_rows
from mockrevio.seeding.generator import GENERATED, make_document
from tests.seeding.common import Document, all_records, broken_references, records_of, tables_of

NEVER_GENERATED = {
    "IntegrationSystem",
    "IntegrationEntityType",
    "IntegrationKeyLink",
    "WebhookReceivers",
    "WebhookSubscriptions",
}


# --- seeds


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    program = (
        "from mockrevio.seeding.generator import *; from mockrevio.documents import dump_document; "
        "print(dump_document(make_document(dict.fromkeys(GENERATED, 9), key_links=9, seed=3)), end='')"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
        ).stdout
        for hash_seed in ("1", "2")
    }

    assert texts == {dump_document(make_document(dict.fromkeys(GENERATED, 9), key_links=9, seed=3))}


def test_the_order_of_the_counts_does_not_matter() -> None:
    counts = {"BILL": 4, "CUSTOMER": 3, "Notes": 2}

    assert make_document(counts, seed=3) == make_document(dict(reversed(counts.items())), seed=3)


def test_another_seed_gives_other_data() -> None:
    first, second = (make_document({"CUSTOMER": 5}, seed=seed) for seed in (1, 2))

    assert first["entities"] != second["entities"]


def test_without_a_seed_every_document_is_different() -> None:
    first, second = (make_document({"CUSTOMER": 5}) for _ in range(2))

    assert first["entities"] != second["entities"]


# --- counts


def test_every_resource_is_generated_but_key_links_and_webhooks() -> None:
    assert {resource.path for resource in BUILT_IN} - NEVER_GENERATED == {
        resource.path for resource in GENERATED.values()
    }


def test_there_are_as_many_records_as_counted(generated: Document) -> None:
    counts = {name: len(records) for name, _, records in all_records(generated)}

    assert counts.pop("ServiceInventory") <= 60  # one for each item that a service uses
    assert set(counts.values()) == {60}


@pytest.mark.parametrize("name", GENERATED)
def test_each_resource_can_be_generated_alone(name: str) -> None:
    document = make_document({name: 3}, seed=1)

    assert len(records_of(document, name)) == 3
    assert list(broken_references(tables_of(document))) == []


def test_a_document_has_a_list_for_each_of_the_twelve_types_even_without_a_count() -> None:
    document = make_document({"AGENT": 1}, seed=1)

    assert {name: len(records) for name, records in document["entities"].items()} == {
        **dict.fromkeys(ENTITIES, 0),
        "AGENT": 1,
    }
    assert document["key_links"] == []


def test_only_look_up_tables_that_something_refers_to_are_filled_without_a_count() -> None:
    assert set(make_document({"AGENT": 1}, seed=1)["records"]) == {"BillProfiles", "Users"}
    assert make_document({}, seed=1)["records"] == {}
    assert "Notes" not in make_document({"CUSTOMER": 3, "NoteTypes": 1}, seed=1)["records"]


def test_a_counted_look_up_table_has_that_many_rows() -> None:
    few, many = (make_document({"PRODUCT": 20, "ProductTypes": n}, seed=1) for n in (2, 9))

    assert list(broken_references(tables_of(few))) == []
    assert len(few["records"]["ProductTypes"]) == 2
    descriptions = [row["description"] for row in many["records"]["ProductTypes"]]
    assert descriptions[7:] == [f"{name} 2" for name in descriptions[:2]]


@pytest.mark.parametrize("spelling", ["CUSTOMER", "customer", "Customers", "customers"])
def test_a_count_may_name_a_type_or_an_endpoint_in_any_case(spelling: str) -> None:
    assert make_document({spelling: 2}, seed=1) == make_document({"CUSTOMER": 2}, seed=1)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CUSTOMRE", "did you mean CUSTOMER"),
        ("billprofile", "did you mean BillProfiles"),
        ("X", "one of AGENT"),
    ],
)
def test_a_count_for_an_unknown_type_is_rejected_with_the_nearest_name(name: str, hint: str) -> None:
    with pytest.raises(UnknownEntityType, match=f"'{name}'.*{hint}.*Users"):
        make_document({name: 5})


@pytest.mark.parametrize("name", sorted(NEVER_GENERATED))
def test_key_links_and_webhooks_cannot_be_counted(name: str) -> None:
    with pytest.raises(UnknownEntityType, match=name):
        make_document({name: 1})


# --- ids


def test_ids_start_at_1001_those_of_look_up_tables_at_1_and_have_no_gaps(generated: Document) -> None:
    for name, resource, records in all_records(generated):
        first = 1 if name in lookup_rows() and name != "Users" else 1001
        if not resource.id_repeats:
            ids = [record[resource.id_field] for record in records]
            assert ids == list(range(first, first + 60)), name


# --- dumping


def test_a_dumped_document_parses_back_and_has_one_record_per_line(generated: Document) -> None:
    text = dump_document(generated)
    lines = {line.strip().rstrip(",") for line in text.splitlines()}

    assert json.loads(text) == generated
    assert text.endswith("}\n")
    for _, _, records in all_records(generated):
        assert all(json.dumps(record) in lines for record in records)


@pytest.mark.parametrize("value", [{}, {"schema": 1}, {"entities": {}}, {"entities": {"AGENT": [7, 8]}}])
def test_a_dumped_document_with_few_parts_parses_back(value: Document) -> None:
    assert json.loads(dump_document(value)) == value


# --- import time


def test_importing_the_generator_does_not_import_faker() -> None:
    program = "import sys, mockrevio.seeding.generator; sys.exit('faker' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# --- precautions


def test_email_addresses_and_phone_numbers_are_reserved_for_examples(generated: Document) -> None:
    text = dump_document(generated)

    assert re.findall(r'"[^" ]+@(?!example\.(?:com|org|net)")[^"]*"', text) == []
    for _, _, records in all_records(generated):
        for record in records:
            for name in ("phone", "fax", "mobile", "contact_phone"):
                assert re.fullmatch(r"\d{3}55501\d\d", record.get(name, "2125550100"))
    for service in generated["entities"]["SERVICE"]:
        assert re.fullmatch(r"\d{3}55501\d\d|CKT-\d+", service["number"])


def test_no_account_card_or_tax_number_can_be_real(generated: Document) -> None:
    for account in generated["records"]["PaymentAccounts"]:
        assert account["token"].startswith("tok_test_")
        assert account.get("bank_account", {"routing_number": "0000"})["routing_number"].startswith("0000")
    for agent in generated["entities"]["AGENT"]:
        assert agent["tax_identification_number"].startswith("00-")
