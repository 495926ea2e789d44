"""More records for a world that already has some."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest

from mockrevio.revio.fields import Record
from mockrevio.revio.resources import BUILT_IN, ENTITIES, Resources
from mockrevio.seeding.generator import GENERATED, generate_records
from tests.seeding.common import Document, broken_references, by_id, has_kind, tables_of, values_in

CUSTOMERS, CHARGES, BILLS = ENTITIES["CUSTOMER"], ENTITIES["CHARGE"], ENTITIES["BILL"]

DECLARED: Mapping[str, Any] = {
    "Towers": {
        "id": "tower_id",
        "entity_type": "TOWER",
        "fields": {
            "tower_id": "whole",
            "name": "text",
            "height": "decimal",
            "active": "flag",
            "customer_id": "whole -> Customers",
            "service_id": "whole -> Services",
            "parent_tower_id": "whole -> Towers",
            "created_date": "date",
            "updated_date": "date",
            "site": {"city": "text", "country": {"code": "text"}},
            "antennas": [{"position": "whole", "user_id": "whole -> Users"}],
            "colors": ["text"],
            "inspected_by": ["whole -> Users"],
        },
    },
    "TowerVisits": {
        "id": "tower_visit_id",
        "fields": {"tower_visit_id": "whole", "tower_id": "whole -> Towers", "odd": [{"deep": ["date"]}]},
    },
}


@pytest.mark.parametrize("name", GENERATED)
def test_new_records_refer_to_existing_ones_and_do_not_change_them(generated: Document, name: str) -> None:
    resource = GENERATED[name]
    existing = tables_of(generated)
    before = copy.deepcopy(existing)

    records = generate_records(resource, 80, existing, 5001, Random(1))

    assert existing == before
    assert len(records) == 80
    if not resource.id_repeats:
        assert [record[resource.id_field] for record in records] == list(range(5001, 5081))
    new = {**existing, resource.table: [*existing[resource.table], *records]}
    assert list(broken_references(new)) == []
    for record in records:
        assert all(has_kind(field, value) for _, field, value in values_in(resource.fields, record))


@pytest.mark.parametrize("name", ["OrderServices", "OrderServiceProducts", "ServiceInventory"])
def test_new_pairs_have_the_ids_of_existing_records(generated: Document, name: str) -> None:
    resource = GENERATED[name]
    owner = "INVENTORY_ITEM" if name == "ServiceInventory" else "Orders"

    for record in generate_records(resource, 20, tables_of(generated), 5001, Random(1)):
        assert record[resource.id_field] in by_id(generated, owner)


def test_new_charges_belong_to_the_customer_of_their_bill(generated: Document) -> None:
    bills = by_id(generated, "BILL")

    for charge in generate_records(CHARGES, 80, tables_of(generated), 5001, Random(1)):
        assert charge["customer_id"] == bills[charge["bill_id"]]["customer_id"]


def test_new_inventory_is_not_assigned_since_no_service_uses_it(generated: Document) -> None:
    items = generate_records(ENTITIES["INVENTORY_ITEM"], 80, tables_of(generated), 5001, Random(1))

    assert {item["status"] for item in items} == {"AVAILABLE", "UNAVAILABLE"}


@pytest.mark.parametrize("name", GENERATED)
def test_without_other_records_new_ones_refer_only_to_each_other(name: str) -> None:
    resource = GENERATED[name]
    records = generate_records(resource, 5, {}, 1001, Random(1))

    assert [record[resource.id_field] for record in records] == list(range(1001, 1006))
    assert list(broken_references({resource.table: records})) == []


@pytest.mark.parametrize("name", GENERATED)
@pytest.mark.parametrize("bare", [True, False], ids=["ids", "records with only an id"])
def test_ids_are_enough_to_refer_to(name: str, bare: bool) -> None:
    existing: dict[str, list[Record | int]] = {
        resource.table: [7, 9] if bare else [{resource.id_field: 7}, {resource.id_field: 9}]
        for resource in GENERATED.values()
    }
    resource = GENERATED[name]

    for record in generate_records(resource, 20, existing, 11, Random(1)):
        for path, field, value in values_in(resource.fields, record):
            own = path.startswith("parent_") or field.refers_to == resource.path
            if field.refers_to and not own:
                assert value in (7, 9) or field.kind == "list", path
            assert has_kind(field, value), path


def test_unusual_values_in_existing_records_do_no_harm() -> None:
    dates = (
        "yesterday",
        "",
        "0001-01-01",
        "9999-12-31",
        "2027-03-01",
        "2020-02-30",
        "2024-05-06T07:08:09Z",
        None,
    )
    existing = {
        resource.table: [
            {
                resource.id_field: n,
                **{name: date for name, field in resource.fields.items() if field.kind == "date"},
                **{name: None for name, field in resource.fields.items() if field.kind in ("object", "text")},
                **{name: 2**31 - 1 for name in ("free_months", "service_type_id") if name in resource.fields},
            }
            for n, date in enumerate(dates, 1)
        ]
        for resource in GENERATED.values()
    }

    for resource in GENERATED.values():
        assert len(generate_records(resource, 30, existing, 1001, Random(1))) == 30


def test_the_random_source_alone_determines_the_records() -> None:
    random = Random(4)
    first, second = (generate_records(CUSTOMERS, 3, {}, 1001, random) for _ in range(2))

    assert first == generate_records(CUSTOMERS, 3, {}, 1001, Random(4))
    assert first != second


def test_few_records_for_a_large_world_do_not_visit_each_record_many_times() -> None:
    size = 30_000
    customers = [{"customer_id": n, "status": "ACTIVE"} for n in range(size)]
    bills = [CountedRecord(bill_id=n, customer_id=n, cycle_date="2025-01-01") for n in range(size)]

    generate_records(CHARGES, 300, {"CUSTOMER": customers, "BILL": bills}, 1001, Random(1))

    assert CountedRecord.reads < 10 * size


class CountedRecord(dict[str, Any]):
    """A record that counts how often any of them is read."""

    reads = 0

    def get(self, name: str, default: Any = None) -> Any:
        CountedRecord.reads += 1
        return super().get(name, default)


# --- resources that a user declares


def test_the_fields_of_a_declared_resource_are_filled_by_kind_and_refer_to_existing_records(
    generated: Document,
) -> None:
    resources = Resources(DECLARED)
    towers, visits = (resource for resource in resources if resource.path in DECLARED)
    existing: dict[str, Sequence[Record | int]] = {**tables_of(generated), "TOWER": [7]}
    services = by_id(generated, "SERVICE")

    records = generate_records(towers, 40, existing, 1001, Random(1), resources=resources)

    for record in records:
        assert set(towers.fields) - {"parent_tower_id", "service_id"} <= record.keys()
        assert all(has_kind(field, value) for _, field, value in values_in(towers.fields, record))
        assert record["created_date"] <= record["updated_date"]
        service = services.get(record.get("service_id", 0), {"customer_id": record["customer_id"]})
        assert service["customer_id"] == record["customer_id"]
        assert {antenna["user_id"] for antenna in record["antennas"]} <= by_id(generated, "Users").keys()
    assert any("parent_tower_id" in record for record in records)
    for visit in generate_records(visits, 5, existing, 1, Random(1), resources=resources):
        assert visit["tower_id"] == 7


def test_records_of_a_type_that_only_has_a_name_have_only_an_id() -> None:
    tower = BUILT_IN.of_entity_type("TOWER")

    assert generate_records(tower, 2, {"TOWER": [1001]}, 1002, Random(1)) == [
        {"tower_id": 1002},
        {"tower_id": 1003},
    ]
