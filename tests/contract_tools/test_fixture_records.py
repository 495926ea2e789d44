"""Records of a service become records that a fixture may have."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.contract.fixture_records import FixtureRecords, type_name
from mockrevio.revio.resources import BUILT_IN

CUSTOMERS, PACKAGES = BUILT_IN.at_path("Customers"), BUILT_IN.at_path("Packages")
SYSTEMS, LINKS = BUILT_IN.at_path("IntegrationSystem"), BUILT_IN.at_path("IntegrationKeyLink")
LEFT_OUT = object()


@pytest.mark.parametrize(
    ("field", "value", "converted"),
    [
        ("agent_id", "12", 12),
        ("agent_id", 12.0, 12),
        ("agent_id", " ", None),
        ("agent_id", 12.5, LEFT_OUT),
        ("agent_id", [12], LEFT_OUT),
        ("status", 3, "3"),
        ("status", True, "true"),
        ("status", {"code": 3}, LEFT_OUT),
        ("is_parent", "False", False),
        ("is_parent", 1, LEFT_OUT),
        ("close_date", "2026-1-5", "2026-1-5"),
        ("close_date", "soon", LEFT_OUT),
        ("finance", {"balance": "1.5", "due_date": 7, "extra": 1}, {"balance": 1.5, "extra": 1}),
        ("finance", {"balance": "NaN"}, {}),
        ("finance", [], LEFT_OUT),
        ("fields", [{"field_id": "1"}, None, 5], [{"field_id": 1}]),
        ("unknown", {"a": [1, None]}, {"a": [1, None]}),
        ("unknown", {"a": [float("nan")]}, LEFT_OUT),
        ("links", [{"rel": "self"}], LEFT_OUT),
        ("ok", True, LEFT_OUT),
    ],
)
def test_a_value_is_converted_if_it_says_the_same_or_else_left_out(
    field: str, value: Any, converted: Any
) -> None:
    record = FixtureRecords().convert(CUSTOMERS, {"customer_id": 7, field: value})
    assert record is not None
    assert record.get(field, LEFT_OUT) == converted


def test_what_is_left_out_is_counted() -> None:
    records = FixtureRecords()
    for number in (1, 2):
        records.convert(CUSTOMERS, {"customer_id": number, "agent_id": "somebody"})
        assert records.convert(CUSTOMERS, {"customer_id": number + 2**31}) is None
    assert records.problems == {
        "Customers.agent_id: the value is not a whole number; left out": 2,
        "Customers.customer_id: must be a whole number from 1 to 2147483647; the record is left out": 2,
    }


def test_fields_that_the_mock_would_set_are_null_if_the_service_lacks_them() -> None:
    record = FixtureRecords().convert(PACKAGES, {"package_id": 7, "created_date": "2026-01-05"})
    assert record == {"package_id": 7, "created_date": "2026-01-05", "created_by": None}


@pytest.mark.parametrize(
    ("others", "link_id"),
    [
        ({"integration_key_link_id": 5, "link_id": 6}, 5),
        ({"link_id": 6}, 6),
        ({"id": 6, "tenant": 7}, 6),
        ({"link_id": 6, "tenant_id": 7}, None),
        ({"id": "x"}, None),
    ],
)
def test_the_id_of_a_key_link_may_have_another_name(others: dict[str, Any], link_id: int | None) -> None:
    link = {"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": 7, "external_id": "a"}
    record = FixtureRecords().convert(LINKS, {**link, **others})
    assert record is not None
    assert record.get("integration_key_link_id") == link_id
    assert record.keys() <= LINKS.fields.keys()


def test_a_system_needs_its_name_and_has_no_unknown_fields() -> None:
    records = FixtureRecords()
    system = {"integration_system_id": 4, "system_name": "SALESFORCE"}
    assert records.convert(SYSTEMS, {**system, "ok": True, "colour": "blue"}) == system
    assert records.convert(SYSTEMS, {**system, "system_name": " " * 300}) is None


@pytest.mark.parametrize(
    "name", ["SERVICE_PRODUCT", "Service Product", "serviceProduct", " Service-product "]
)
def test_entity_types_are_named_like_those_of_the_mock(name: str) -> None:
    assert type_name(name) == "SERVICE_PRODUCT"
