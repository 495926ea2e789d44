"""Validation of data files, whoever wrote them."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.revio.resources import BUILT_IN, Resources
from mockrevio.world.baseline import METADATA
from mockrevio.world.data_checks import check_tables, declared_resources
from tests.world.common import link


def test_a_missing_id_field_is_filled_in_from_the_key() -> None:
    tables: dict[str, Any] = {
        "key_links": {3: link()},
        "CUSTOMER": {9: {}},
        "ORDER_LINE": {5: {}},
        "Orders": {8: {}},
        "notes": {1: {"text": "x"}},
    }
    assert check_tables(tables, BUILT_IN) is None
    assert tables["key_links"][3]["integration_key_link_id"] == 3
    assert tables["CUSTOMER"][9] == {"customer_id": 9}
    assert tables["ORDER_LINE"][5] == {"order_line_id": 5}
    assert tables["Orders"][8] == {"order_id": 8}
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
        ("CUSTOMER", {"finance": {"balance": "x"}}, "CUSTOMER.3.finance.balance: must be a number, not 'x'"),
        ("CUSTOMER", {"fields": [{}, None]}, "CUSTOMER.3.fields[1]: must be an object, not null"),
        ("CUSTOMER", {"close_date": "2026-02-30"}, "CUSTOMER.3.close_date: must be a date such as"),
        ("Orders", {"order_id": 4}, "Orders.3.order_id: must be 3, the key of the record"),
        ("Orders", {"due_date": 5}, "Orders.3.due_date: must be a date such as"),
        ("ServiceInventory", {"line_id": 1}, "ServiceInventory.3.inventory_item_id: is missing"),
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
    assert message in (check_tables({table: {3: record}}, BUILT_IN) or "accepted")


def test_unknown_entity_fields_are_accepted() -> None:
    assert check_tables({"CUSTOMER": {1: {"customer_id": 1, "colour": "red"}}}, BUILT_IN) is None


def test_the_ids_of_pairs_need_not_be_their_keys() -> None:
    pairs = {1: {"inventory_item_id": 7, "line_id": 1}, 2: {"inventory_item_id": 7, "line_id": 2}}
    assert check_tables({"ServiceInventory": pairs}, BUILT_IN) is None


WIDGETS = {"Widgets": {"id": "widget_id", "fields": {"widget_id": "whole", "made_date": "date"}}}


def test_a_data_file_says_which_resources_it_declares() -> None:
    resources = declared_resources({METADATA: {1: {"resources": WIDGETS}}})
    assert isinstance(resources, Resources)
    assert resources.declared == WIDGETS
    tables: dict[str, Any] = {"Widgets": {3: {"made_date": "soon"}}}
    assert "Widgets.3.made_date: must be a date" in (check_tables(tables, resources) or "accepted")
    assert check_tables(tables, BUILT_IN) is None  # a table that mockrevio does not know


def test_a_data_file_without_metadata_says_nothing_of_resources() -> None:
    assert declared_resources({}) is None
    assert declared_resources({METADATA: {}}) is None
    others = declared_resources({METADATA: {1: {"fixture": ["default"]}}})
    assert isinstance(others, Resources)
    assert others.declared == {}


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ([], "world.1.resources: must be an object"),
        ({"Widgets": {}}, "world.1.resources: Widgets: must have id"),
        ({"Customers": WIDGETS["Widgets"]}, "world.1.resources: Customers: this path is taken"),
    ],
)
def test_an_invalid_declaration_in_a_data_file_is_reported(declared: Any, message: str) -> None:
    assert message in str(declared_resources({METADATA: {1: {"resources": declared}}}))
