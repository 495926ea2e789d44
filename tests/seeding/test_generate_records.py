"""More records for a world that already has some."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from random import Random

import pytest

from mockrevio.revio.resources import ENTITIES, Record
from mockrevio.seeding.generator import generate_records
from tests.seeding.common import Document, broken_references, by_id


@pytest.mark.parametrize("type_name", ENTITIES)
def test_new_records_refer_to_existing_ones_and_do_not_change_them(
    generated: Document, type_name: str
) -> None:
    existing = copy.deepcopy(generated["entities"])

    records = generate_records(type_name, 80, existing, 5001, Random(1))

    assert existing == generated["entities"]
    assert [record[ENTITIES[type_name].id_field] for record in records] == list(range(5001, 5081))
    assert list(broken_references({**existing, type_name: [*existing[type_name], *records]})) == []


def test_new_charges_belong_to_the_customer_of_their_bill(generated: Document) -> None:
    bills = by_id(generated, "BILL")

    for charge in generate_records("CHARGE", 80, generated["entities"], 5001, Random(1)):
        assert charge["customer_id"] == bills[charge["bill_id"]]["customer_id"]


@pytest.mark.parametrize("type_name", ENTITIES)
def test_without_other_records_new_ones_refer_only_to_each_other(type_name: str) -> None:
    records = generate_records(type_name, 5, {}, 1001, Random(1))

    for name, field in ENTITIES[type_name].fields.items():
        if field.refers_to and field.refers_to != type_name:
            assert {record[name] for record in records} == {None}


@pytest.mark.parametrize("type_name", ENTITIES)
@pytest.mark.parametrize("bare", [True, False], ids=["ids", "records with only an id"])
def test_ids_are_enough_to_refer_to(type_name: str, bare: bool) -> None:
    records = {
        name: [{resource.id_field: record_id} for record_id in (7, 9)] for name, resource in ENTITIES.items()
    }
    existing: Mapping[str, list[Record | int]] = {
        name: [7, 9] if bare else [*records[name]] for name in ENTITIES
    }

    for record in generate_records(type_name, 20, existing, 11, Random(1)):
        for name, field in ENTITIES[type_name].fields.items():
            if field.refers_to and field.refers_to != type_name:
                assert record[name] in (7, 9, None)
            assert field.accepts(record[name])


def test_unusual_dates_in_existing_records_do_no_harm() -> None:
    dates = (
        "yesterday",
        "",
        "0001-01-01",
        "9999-12-31",
        "2027-03-01",
        "2020-02-30",
        "2024-05-06T07:08:09Z",
    )
    existing = {
        "CUSTOMER": [{"customer_id": n, "activated_date": date} for n, date in enumerate(dates, 1)],
        "BILL": [{"bill_id": n, "created_date": date, "cycle_date": date} for n, date in enumerate(dates, 1)],
        "SERVICE": [{"service_id": n, "activated_date": date} for n, date in enumerate(dates, 1)],
    }

    for type_name in ENTITIES:
        assert len(generate_records(type_name, 30, existing, 1001, Random(1))) == 30


def test_the_random_source_alone_determines_the_records() -> None:
    random = Random(4)
    first, second = (generate_records("CUSTOMER", 3, {}, 1001, random) for _ in range(2))

    assert first == generate_records("CUSTOMER", 3, {}, 1001, Random(4))
    assert first != second


def test_records_of_a_user_defined_type_have_only_an_id() -> None:
    assert generate_records("TOWER", 2, {"TOWER": [1001]}, 1002, Random(1)) == [
        {"tower_id": 1002},
        {"tower_id": 1003},
    ]
