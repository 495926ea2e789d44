"""The generated types of records and settings have the fields of the tables, and those of real records."""

from __future__ import annotations

from typing import Any, get_type_hints

import pytest

from docs.typed_dicts import class_name
from mockrevio import MockRevio
from mockrevio.revio.resources import BUILT_IN, KEY_LINK_RESOURCES, WEBHOOK_RESOURCES, Resource
from mockrevio.settings import declared_settings
from mockrevio.types import records
from mockrevio.types.settings import ServerSettings, WorldSettings


def described(resource: Resource) -> Any:
    return getattr(records, class_name(resource))


@pytest.mark.parametrize("resource", list(BUILT_IN), ids=lambda resource: resource.path)
def test_every_resource_has_a_type_with_its_fields(resource: Resource) -> None:
    assert list(get_type_hints(described(resource))) == list(resource.fields)


def test_generated_records_fit_their_types() -> None:
    with MockRevio() as revio:
        for resource in BUILT_IN:
            if resource in (*KEY_LINK_RESOURCES, *WEBHOOK_RESOURCES):
                continue
            for record in revio.entities.make(resource.path, 2):
                for name, kind in get_type_hints(described(resource)).items():
                    assert_value(record[name], kind, f"{resource.path}.{name}")


def assert_value(value: object, kind: Any, place: str) -> None:
    """Whether a value is of a type, as far as it goes: of objects and lists only their own."""
    allowed = getattr(kind, "__args__", (kind,)) if not hasattr(kind, "__origin__") else (kind.__origin__,)
    classes = tuple(
        dict if hasattr(each, "__required_keys__") else getattr(each, "__origin__", each) for each in allowed
    )
    accepted = (*classes, int) if float in classes else classes
    assert isinstance(value, accepted), f"{place}: {value!r} is no {kind}"


def test_every_setting_is_an_argument_but_those_that_have_parameters_of_their_own() -> None:
    table = {name: metadata for name, _, metadata in declared_settings()}
    world = {name for name, metadata in table.items() if metadata["scope"] == "world"}
    assert WorldSettings.__optional_keys__ == world
    assert ServerSettings.__optional_keys__ == table.keys() - {"fixture", "data", "port"}
