"""The generated types of records and settings have the fields of the tables, and those of real records."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from typing import Any, get_type_hints

import pytest

from mockrevio import MockRevio
from mockrevio.revio.resources import BUILT_IN, KEY_LINK_RESOURCES, WEBHOOK_RESOURCES, Resource
from mockrevio.settings import declared_settings
from mockrevio.types import records
from mockrevio.types.settings import ServerSettings, WorldSettings
from tests.support import ROOT


def _load_script() -> Any:
    """`docs/typed_dicts.py`, which is no module of a package."""
    spec = spec_from_file_location("typed_dicts", ROOT / "docs" / "typed_dicts.py")
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


SCRIPT = _load_script()


def described(resource: Resource) -> Any:
    return getattr(records, SCRIPT.class_name(resource))


@pytest.mark.parametrize("resource", list(BUILT_IN), ids=lambda resource: resource.path)
def test_every_resource_has_a_type_with_its_fields(resource: Resource) -> None:
    assert list(get_type_hints(described(resource))) == list(resource.fields)


def test_generated_records_fit_their_types() -> None:
    with MockRevio() as revio:
        for resource in BUILT_IN:
            if resource in (*KEY_LINK_RESOURCES, *WEBHOOK_RESOURCES):
                continue
            kinds = get_type_hints(described(resource))
            for record in revio.entities.make(resource.path, 2):
                assert described(resource).__required_keys__ <= record.keys()
                for name, value in record.items():
                    assert_value(value, kinds[name], f"{resource.path}.{name}")


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
