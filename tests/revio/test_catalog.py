"""Integration systems and entity types, which key links refer to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockrevio.errors import UnknownEntityType
from mockrevio.revio.resources import BUILT_IN
from mockrevio.world.world import World
from tests.world.common import CUSTOMER, fixture_file, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(fixture_file(tmp_path)) as world:
        yield world


def test_systems_are_looked_up_by_id(world: World) -> None:
    assert world.catalog.has_system(4)
    assert not world.catalog.has_system(6)


def test_entity_types_are_looked_up_by_id(world: World) -> None:
    assert world.catalog.type_name(2) == "CUSTOMER"
    assert world.catalog.type_name(9) is None


@pytest.mark.parametrize("name", ["CUSTOMER", "customer", "Customers", "customers"])
def test_a_resource_is_looked_up_by_its_entity_type_or_its_path_in_any_case(world: World, name: str) -> None:
    assert world.resolve(name) is CUSTOMER


def test_a_resource_without_an_entity_type_is_looked_up_by_its_path(world: World) -> None:
    assert world.resolve("orders") is world.resolve("Orders") is BUILT_IN.at_path("Orders")


@pytest.mark.parametrize("name", ["order", "IntegrationKeyLink", "key_links", "WIDGET", ""])
def test_an_unknown_name_is_an_error_that_lists_the_known_ones(world: World, name: str) -> None:
    with pytest.raises(UnknownEntityType) as caught:
        world.resolve(name)
    message = str(caught.value)
    assert message.startswith(f"unknown entity type or endpoint {name!r}; known: AGENT, CUSTOMER, ")
    assert message.endswith("Users, WebhookReceivers, WebhookSubscriptions")
    assert "Customers" not in message


def test_an_entity_type_that_only_the_fixture_has_is_looked_up_too(tmp_path: Path) -> None:
    types = [{"integration_entity_type_id": 30, "entity_type_name": "ORDER_LINE"}]
    with open_world(fixture_file(tmp_path, integration_entity_types=types, entities={})) as world:
        assert world.resolve("order_line").id_field == "order_line_id"


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
        assert world.resolve("customer") is CUSTOMER
    thread.join()
