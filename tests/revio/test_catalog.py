"""Systems and entity types: what key links may name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockrevio.errors import UnknownEntityType
from mockrevio.world.world import World
from tests.world.common import a_world, fixture_file


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(fixture_file(tmp_path)) as found:
        yield found


def test_a_system_is_known_by_its_id(world: World) -> None:
    assert world.catalog.has_system(4)
    assert not world.catalog.has_system(6)


def test_a_type_is_found_by_its_id_and_by_its_name_whatever_the_case(world: World) -> None:
    assert world.catalog.type_name(2) == "CUSTOMER"
    assert world.catalog.type_name(9) is None
    assert world.catalog.resolve("customer") == "CUSTOMER"


def test_an_unknown_type_is_refused_with_those_that_there_are(world: World) -> None:
    with pytest.raises(UnknownEntityType, match="no entity type 'order'; there are AGENT, CUSTOMER"):
        world.catalog.resolve("order")


def test_what_there_is_is_said_in_the_order_of_ids(world: World) -> None:
    assert world.catalog.format_systems() == "4 SALESFORCE, 5 NETSUITE"
    assert world.catalog.format_types() == "1 AGENT, 2 CUSTOMER"
    assert world.catalog.type_names() == ["AGENT", "CUSTOMER"]


def test_names_can_be_asked_for_while_the_world_is_being_replaced(world: World) -> None:
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

    replacing = threading.Thread(target=replace)
    replacing.start()
    while not stop.is_set():
        assert world.catalog.type_names() == ["AGENT", "CUSTOMER"]
        assert "CUSTOMER" in world.catalog.format_types()
        assert world.records.counts().keys() == {"AGENT", "CUSTOMER"}
    replacing.join()
