"""The records that are served, field by field."""

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

EVERY = [INTEGRATION_SYSTEM, INTEGRATION_ENTITY_TYPE, INTEGRATION_KEY_LINK, *ENTITIES.values()]


@pytest.mark.parametrize("resource", EVERY, ids=lambda each: each.table)
def test_every_resource_has_a_whole_number_id_and_fields_in_lower_case(resource: Resource) -> None:
    assert resource.id_field.endswith("_id")
    assert resource.fields[resource.id_field].kind == "whole"
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in resource.fields)
    assert all(field.name == name for name, field in resource.fields.items())
    assert not {"page", "page_size", "sort", "ok"} & set(resource.fields)


@pytest.mark.parametrize("resource", EVERY, ids=lambda each: each.table)
def test_a_field_that_refers_to_a_type_refers_to_one_there_is(resource: Resource) -> None:
    assert {field.refers_to for field in resource.fields.values()} <= {None, *ENTITIES}


def test_paths_and_tables_are_distinct() -> None:
    assert len({each.path.lower() for each in EVERY}) == len({each.table for each in EVERY}) == len(EVERY)


def test_the_fields_of_a_key_link_are_those_of_the_documentation() -> None:
    assert list(INTEGRATION_KEY_LINK.fields) == [
        "integration_key_link_id",
        "integration_system_id",
        "integration_entity_type_id",
        "internal_id",
        "external_id",
        "created_date",
        "created_by",
    ]


def test_a_type_that_a_fixture_invented_has_an_id_and_nothing_else() -> None:
    assert list(resource_of_entity_type("WIDGET").fields) == ["widget_id"]
    assert resource_of_entity_type("CUSTOMER") is ENTITIES["CUSTOMER"]
