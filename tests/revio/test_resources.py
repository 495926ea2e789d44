"""The table of resources and their fields."""

from __future__ import annotations

import re

import pytest

from mockrevio.revio.resources import (
    ENTITIES,
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    Resource,
    resource_of_entity_type,
)

ALL_RESOURCES = [INTEGRATION_SYSTEM, INTEGRATION_ENTITY_TYPE, INTEGRATION_KEY_LINK, *ENTITIES.values()]


@pytest.mark.parametrize("resource", ALL_RESOURCES, ids=lambda resource: resource.table)
def test_every_resource_has_an_integer_id_and_lowercase_fields(resource: Resource) -> None:
    assert resource.id_field.endswith("_id")
    assert resource.fields[resource.id_field].kind == "whole"
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in resource.fields)
    assert all(field.name == name for name, field in resource.fields.items())
    assert not {"page", "page_size", "sort", "ok"} & set(resource.fields)


@pytest.mark.parametrize("resource", ALL_RESOURCES, ids=lambda resource: resource.table)
def test_fields_refer_to_existing_entity_types(resource: Resource) -> None:
    assert {field.refers_to for field in resource.fields.values()} <= {None, *ENTITIES}


def test_paths_and_tables_are_distinct() -> None:
    assert (
        len({resource.path.lower() for resource in ALL_RESOURCES})
        == len({resource.table for resource in ALL_RESOURCES})
        == len(ALL_RESOURCES)
    )


def test_key_links_have_the_documented_fields() -> None:
    assert list(INTEGRATION_KEY_LINK.fields) == [
        "integration_key_link_id",
        "integration_system_id",
        "integration_entity_type_id",
        "internal_id",
        "external_id",
        "created_date",
        "created_by",
    ]


def test_an_entity_type_defined_by_a_fixture_has_only_an_id() -> None:
    assert list(resource_of_entity_type("WIDGET").fields) == ["widget_id"]
    assert resource_of_entity_type("CUSTOMER") is ENTITIES["CUSTOMER"]
