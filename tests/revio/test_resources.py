"""The table of resources: what it declares, and what it has in common with the contract."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mockrevio.revio.field_names import METHODS, SET_BY_SERVER
from mockrevio.revio.fields import Field
from mockrevio.revio.resources import (
    BUILT_IN,
    ENTITIES,
    INTEGRATION_KEY_LINK,
    KEY_LINK_RESOURCES,
    Resource,
)
from mockrevio.revio.search import search_fields

CONTRACT: dict[str, Any] = json.loads(Path(__file__).with_name("revio_fields.json").read_text("utf-8"))
"""55 endpoints as client programs know them: id field, entity type, kinds, and what fields refer to."""

LISTS_OF_IDS = {
    # A: the contract has just `whole` for the items of these lists; their names say whose ids they are.
    ("Products", "bill_profile_ids"): ["whole -> BillProfiles"],
    ("UserGroups", "users"): ["whole -> Users"],
}

RESOURCES = list(BUILT_IN)
by_path = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.path)


def declaration(field: Field) -> Any:
    """A field in the form of the contract."""
    if field.kind == "object":
        return {name: declaration(member) for name, member in field.fields.items()}
    if field.kind == "list" and field.fields:
        return [{name: declaration(member) for name, member in field.fields.items()}]
    kind = "text" if field.kind == "name" else field.items or field.kind
    text = f"{kind} -> {field.refers_to}" if field.refers_to else kind
    return [text] if field.kind == "list" else text


# --- the contract


def test_the_contract_has_55_endpoints_and_618_fields() -> None:
    assert len(CONTRACT) == 55
    assert sum(len(endpoint["fields"]) for endpoint in CONTRACT.values()) == 618


@pytest.mark.parametrize("path", CONTRACT)
def test_an_endpoint_has_the_id_the_entity_type_and_the_fields_of_the_contract(path: str) -> None:
    resource, contract = BUILT_IN.at_path(path), CONTRACT[path]
    assert (resource.path, resource.id_field) == (path, contract["id"])
    assert resource.entity_type == contract.get("entity_type")
    expected = {name: LISTS_OF_IDS.get((path, name), kind) for name, kind in contract["fields"].items()}
    assert {name: declaration(field) for name, field in resource.fields.items()} == expected
    assert list(resource.fields) == list(contract["fields"])


def test_beyond_the_contract_there_are_only_key_links_and_webhooks() -> None:
    key_links = {resource.path for resource in KEY_LINK_RESOURCES}
    assert {resource.path for resource in RESOURCES} - CONTRACT.keys() == {
        *key_links,
        "WebhookReceivers",
        "WebhookSubscriptions",
    }


def test_the_entity_types_have_the_ids_1_to_12_in_the_order_of_the_contract() -> None:
    assert list(ENTITIES) == [
        "AGENT",
        "CUSTOMER",
        "BILL",
        "CONTACT",
        "SERVICE_PRODUCT",
        "CREDIT",
        "CHARGE",
        "SERVICE",
        "PAYMENT",
        "PRODUCT",
        "ADDRESS",
        "INVENTORY_ITEM",
    ]


def test_the_records_that_key_links_point_at_take_every_method_and_few_others_take_any() -> None:
    writable = {
        resource.path: resource.methods
        for resource in RESOURCES
        if resource.path in CONTRACT and not resource.entity_type and resource.methods != {"GET"}
    }
    assert all(resource.methods == set(METHODS) for resource in ENTITIES.values())
    assert writable == {
        "Orders": {"GET", "PUT"},
        "Notes": {"GET", "POST"},
        "Tickets": {"GET", "POST"},
        "TicketJournals": {"GET", "POST"},
    }


def test_the_ids_of_lists_of_pairs_repeat() -> None:
    assert {resource.path for resource in RESOURCES if resource.id_repeats} == {
        "OrderServices",
        "OrderServiceProducts",
        "ServiceInventory",
    }


def test_unset_fields_are_null_except_some_texts_of_products_and_some_ids() -> None:
    shown = {
        (resource.path, name): field.unset
        for resource in RESOURCES
        for name, field in resource.fields.items()
        if field.unset is not None
    }
    texts = ("description", "code_1", "code_2", "customer_class", "long_description", "wholesale_description")
    assert shown == {
        ("Agents", "parent_agent_id"): 0,
        ("Products", "provider_id"): 0,
        **{("Products", name): "" for name in texts},
        ("Addresses", "customer_id"): 0,
        ("Addresses", "line_2"): "",
    }


def test_key_links_have_the_documented_fields() -> None:
    assert {name: declaration(field) for name, field in INTEGRATION_KEY_LINK.fields.items()} == {
        "integration_key_link_id": "whole",
        "integration_system_id": "whole -> IntegrationSystem",
        "integration_entity_type_id": "whole -> IntegrationEntityType",
        "internal_id": "whole",
        "external_id": "text",
        "created_date": "date",
        "created_by": "whole -> Users",
    }
    assert INTEGRATION_KEY_LINK.methods == {"GET", "POST", "PUT", "DELETE"}


# --- the table itself


@by_path
def test_every_resource_has_an_integer_id_and_fields_that_no_parameter_is_named_after(
    resource: Resource,
) -> None:
    assert resource.fields[resource.id_field].kind == "whole"
    assert all(re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]*", name) for name in resource.fields)
    assert all(field.name == name for name, field in resource.fields.items())
    assert not {"page", "page_size", "sort", "ok", "links"} & set(resource.fields)


@by_path
def test_fields_refer_to_resources_of_the_table(resource: Resource) -> None:
    def targets(fields: list[Field]) -> set[str]:
        return {field.refers_to for field in fields if field.refers_to}.union(
            *(targets(list(field.fields.values())) for field in fields)
        )

    assert targets(list(resource.fields.values())) <= {each.path for each in RESOURCES}


@by_path
def test_the_declarations_of_a_resource_name_existing_fields(resource: Resource) -> None:
    required = [*resource.required, *(name for group in resource.required_one_of for name in group)]
    assert {name.lower() for name in required} <= resource.writable.keys()
    assert search_fields(resource)  # raises KeyError if an alias names no field
    assert resource.methods <= set(METHODS)
    assert resource.evidence in ("documented", "observed", "assumed")
    assert re.fullmatch(r"(D|A|C[1-6])?( C[1-6])*", resource.sources)


@by_path
def test_a_client_may_write_every_field_but_the_id_and_those_that_the_server_sets(resource: Resource) -> None:
    """The id of pairs is no id of their own, so a client writes it, too."""
    names = resource.fields.keys() - SET_BY_SERVER
    names -= set() if resource.id_repeats else {resource.id_field}
    assert resource.writable.keys() == {name.lower() for name in names}
    assert resource.set_by_server == resource.fields.keys() & SET_BY_SERVER


def test_a_note_needs_one_of_its_parents() -> None:
    notes = BUILT_IN.at_path("Notes")
    assert notes.required == []
    assert notes.required_one_of == [["customer_id", "order_id", "request_id", "task_id"]]


def test_paths_and_tables_are_distinct() -> None:
    assert (
        len({resource.path.lower() for resource in RESOURCES})
        == len({resource.table for resource in RESOURCES})
        == len(RESOURCES)
    )


def test_a_resource_is_found_by_path_table_and_entity_type() -> None:
    customers = ENTITIES["CUSTOMER"]
    assert BUILT_IN.at("customers") is BUILT_IN.at_path("CUSTOMERS") is customers
    assert BUILT_IN.of_table("CUSTOMER") is BUILT_IN.of_entity_type("CUSTOMER") is customers
    assert BUILT_IN.of_table("key_links") is INTEGRATION_KEY_LINK
    assert BUILT_IN.of_table("Orders") is BUILT_IN.at("orders")
    assert BUILT_IN.at("Customers") is None  # `at` takes paths in lowercase
    assert BUILT_IN.at("nothing") is None
    with pytest.raises(KeyError):
        BUILT_IN.at_path("Nothing")


def test_an_entity_type_defined_by_a_fixture_has_only_an_id() -> None:
    widget = BUILT_IN.of_entity_type("ORDER_LINE")
    assert (list(widget.fields), widget.id_field, widget.table) == (
        ["order_line_id"],
        "order_line_id",
        "ORDER_LINE",
    )


@pytest.mark.parametrize("table", ["world", "mockrevio", "_default", "notes", "Customer", "", "FOO BAR"])
def test_other_tables_have_no_resource(table: str) -> None:
    assert BUILT_IN.of_table(table) is None
    with pytest.raises(KeyError):
        BUILT_IN.of_entity_type(table)
