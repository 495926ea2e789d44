"""Integration systems and entity types, which key links refer to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockrevio.errors import UnknownEntityType
from mockrevio.world.world import World
from tests.world.common import fixture_file, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(fixture_file(tmp_path)) as world:
        yield world


def test_systems_are_looked_up_by_id(world: World) -> None:
    assert world.catalog.has_system(4)
    assert not world.catalog.has_system(6)


def test_entity_types_are_looked_up_by_id_or_case_insensitive_name(world: World) -> None:
    assert world.catalog.type_name(2) == "CUSTOMER"
    assert world.catalog.type_name(9) is None
    assert world.catalog.resolve("customer") == "CUSTOMER"


def test_an_unknown_entity_type_error_lists_the_known_types(world: World) -> None:
    with pytest.raises(UnknownEntityType, match="unknown entity type 'order'; known types: AGENT, CUSTOMER"):
        world.catalog.resolve("order")


def test_systems_and_types_are_listed_by_id(world: World) -> None:
    assert world.catalog.format_systems() == "4 SALESFORCE, 5 NETSUITE"
    assert world.catalog.format_types() == "1 AGENT, 2 CUSTOMER"
    assert world.catalog.type_names() == ["AGENT", "CUSTOMER"]


def test_names_can_be_read_while_the_world_is_being_replaced(world: World) -> None:
    stop = threading.Event()

    def replace() -> None:
        for turn in range(300):
            first = turn % 2 * 10 + 1
            types = [
                {"integration_entity_type_id": first, "entity_type_name": "AGENT"},
                {"integration_entity_type_id": first + 1, "entity_type_name": "CUSTOMER"},
            ]
            world.replace_state({"integration_entity_types": types})
        stop.set()

    thread = threading.Thread(target=replace)
    thread.start()
    while not stop.is_set():
        assert world.catalog.type_names() == ["AGENT", "CUSTOMER"]
        assert "CUSTOMER" in world.catalog.format_types()
        assert world.records.counts().keys() == {"AGENT", "CUSTOMER"}
    thread.join()
