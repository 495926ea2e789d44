"""Validation of data files, whoever wrote them."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.world.baseline import METADATA
from mockrevio.world.data_checks import check_tables, resource_of
from tests.world.common import link


@pytest.mark.parametrize(
    ("table", "id_field"),
    [
        ("key_links", "integration_key_link_id"),
        ("integration_systems", "integration_system_id"),
        ("CUSTOMER", "customer_id"),
        ("ORDER_LINE", "order_line_id"),
    ],
)
def test_tables_of_rev_io_records_have_a_resource(table: str, id_field: str) -> None:
    resource = resource_of(table)
    assert resource is not None
    assert (resource.table, resource.id_field) == (table, id_field)


@pytest.mark.parametrize("table", [METADATA, "mockrevio", "_default", "notes", "Customer", "", "FOO BAR"])
def test_other_tables_have_no_resource(table: str) -> None:
    assert resource_of(table) is None


def test_a_missing_id_field_is_filled_in_from_the_key() -> None:
    tables: dict[str, Any] = {"key_links": {3: link()}, "CUSTOMER": {9: {}}, "notes": {1: {"text": "x"}}}
    assert check_tables(tables) is None
    assert tables["key_links"][3]["integration_key_link_id"] == 3
    assert tables["CUSTOMER"][9] == {"customer_id": 9}
    assert tables["notes"] == {1: {"text": "x"}}


@pytest.mark.parametrize(
    ("table", "record", "message"),
    [
        ("key_links", link(integration_key_link_id=4), "key_links.3.integration_key_link_id: must be 3"),
        ("key_links", link(integration_key_link_id="3"), "key_links.3.integration_key_link_id: must be 3"),
        ("key_links", link(internal_id="x"), "key_links.3.internal_id: must be a whole number, not 'x'"),
        ("key_links", {}, "key_links.3.integration_system_id: is missing"),
        ("key_links", link(colour="red"), "key_links.3.colour: unknown field of key_links"),
        ("CUSTOMER", {"status": 5}, "CUSTOMER.3.status: must be text, not 5"),
        ("integration_systems", {}, "integration_systems.3.system_name: is missing"),
        (
            "integration_entity_types",
            {"entity_type_name": "world"},
            ".3.entity_type_name: must be an entity type name",
        ),
        (METADATA, {"settings": []}, "world.3.settings: must be an object"),
        (METADATA, {"settings": {"duplicates": "maybe"}}, "world.3.settings.duplicates"),
        (METADATA, {"settings": {"colour": 1}}, "world.3.settings.colour"),
        (METADATA, {"fixture": "default"}, "world.3.fixture: must be a list of names"),
        (METADATA, {"fixture": [1]}, "world.3.fixture: must be a list of names"),
    ],
)
def test_an_invalid_record_is_reported_with_its_place(table: str, record: Any, message: str) -> None:
    assert message in (check_tables({table: {3: record}}) or "accepted")


def test_unknown_entity_fields_are_accepted() -> None:
    assert check_tables({"CUSTOMER": {1: {"customer_id": 1, "colour": "red"}}}) is None
