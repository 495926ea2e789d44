"""Assigning inventory items to services, and what happens to the assignments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mockrevio.revio.fields import Record
from mockrevio.revio.resources import ASSIGNMENTS, INVENTORY_ITEMS, SERVICES
from mockrevio.storage import Change
from mockrevio.world.world import World
from tests.world.common import fixture_file, open_world

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
ITEM, OTHER, SERVICE, SECOND = 501, 502, 601, 602
PARTS: dict[str, Any] = {
    "integration_entity_types": [
        {"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"},
        {"integration_entity_type_id": 8, "entity_type_name": "SERVICE"},
        {"integration_entity_type_id": 12, "entity_type_name": "INVENTORY_ITEM"},
    ],
    "entities": {
        "CUSTOMER": [1015, 1016],
        "SERVICE": [
            {"service_id": SERVICE, "customer_id": 1015},
            {"service_id": SECOND, "customer_id": 1016},
        ],
        "INVENTORY_ITEM": [
            {
                "inventory_item_id": ITEM,
                "identifier": "00:1B:63:84:45:E6",
                "inventory_type_id": 3,
                "status": "AVAILABLE",
                "note": "new",
            },
            OTHER,
        ],
    },
    "records": {"InventoryTypes": [{"inventory_type_id": 3, "name": "Router"}]},
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(fixture_file(tmp_path, **PARTS), clock=NOW) as world:
        yield world


def assignments(world: World) -> list[tuple[int, int]]:
    """The item and the service of each assignment."""
    return [(record["inventory_item_id"], record["line_id"]) for record in world.listings.stored(ASSIGNMENTS)]


def item(world: World, item_id: int = ITEM) -> Record:
    record = world.records.get(INVENTORY_ITEMS, item_id)
    assert record is not None
    return record


def is_free(world: World, item_id: int = ITEM) -> bool:
    record = item(world, item_id)
    assert (record["status"] == "AVAILABLE") == (record["customer_id"] is None)
    return record["customer_id"] is None


def test_an_assigned_item_belongs_to_the_customer_of_its_service(world: World) -> None:
    world.records.assign(ITEM, SERVICE, "tester")
    assert (item(world)["status"], item(world)["customer_id"]) == ("ASSIGNED", 1015)


def test_an_assignment_records_item_service_user_and_date(world: World) -> None:
    world.records.assign(ITEM, SERVICE, "tester")
    (assignment,) = world.listings.stored(ASSIGNMENTS)
    expected = {
        "inventory_item_id": ITEM,
        "line_id": SERVICE,
        "line_type": "SERVICE",
        "inventory_type": "Router",
        "identifier": "00:1B:63:84:45:E6",
        "customer_id": 1015,
        "status": "ASSIGNED",
        "note": "new",
        "assigned_date": "2026-01-05T09:30:00.000",
        "assigned_by": 1001,
    }
    assert {name: assignment[name] for name in expected} == expected
    assert assignment.keys() <= ASSIGNMENTS.fields.keys()


def test_assigning_an_item_again_moves_it(world: World) -> None:
    world.records.assign(ITEM, SERVICE, None)
    world.records.assign(ITEM, SECOND, None)
    assert assignments(world) == [(ITEM, SECOND)]
    assert item(world)["customer_id"] == 1016


def test_a_service_may_have_several_items(world: World) -> None:
    world.records.assign(ITEM, SERVICE, None)
    world.records.assign(OTHER, SERVICE, None)
    assert assignments(world) == [(ITEM, SERVICE), (OTHER, SERVICE)]


def test_taking_an_item_away_makes_it_available(world: World) -> None:
    world.records.assign(ITEM, SERVICE, None)
    world.records.assign(OTHER, SERVICE, None)
    world.records.assign(ITEM, None, None)
    assert assignments(world) == [(OTHER, SERVICE)]
    assert is_free(world)
    assert not is_free(world, OTHER)


@pytest.mark.parametrize("service_id", [SERVICE, None])
def test_repeating_a_change_changes_nothing(world: World, service_id: int | None) -> None:
    world.records.assign(ITEM, service_id, None)
    before = world.state()
    world.clock.advance(60)
    world.records.assign(ITEM, service_id, None)
    assert world.state() == before


@pytest.mark.parametrize("way", ["disconnect", "put", "remove", "clear"])
def test_the_end_of_a_service_takes_its_items_away_from_it(world: World, way: str) -> None:
    for item_id, service_id in ((ITEM, SERVICE), (OTHER, SERVICE)):
        world.records.assign(item_id, service_id, None)
    if way == "disconnect":
        world.records.change(SERVICES, SERVICE, {"disconnected_date": "2026-02-01T00:00:00.000"}, None)
    elif way == "put":
        world.records.put(SERVICES, SERVICE, {"disconnected_date": "2026-02-01"})
    elif way == "remove":
        world.records.remove(SERVICES, SERVICE)
    else:
        world.records.clear(SERVICES)
    assert assignments(world) == []
    assert is_free(world)
    assert is_free(world, OTHER)


def test_other_changes_of_a_service_leave_its_items(world: World) -> None:
    world.records.assign(ITEM, SERVICE, None)
    world.records.change(SERVICES, SERVICE, {"description": "x"}, None)
    world.records.remove(SERVICES, SECOND)
    assert assignments(world) == [(ITEM, SERVICE)]


def test_an_item_assigned_to_a_service_that_is_over_stays_when_the_service_changes(world: World) -> None:
    over = {"disconnected_date": "2026-02-01T00:00:00.000"}
    world.records.change(SERVICES, SERVICE, over, None)
    world.records.assign(ITEM, SERVICE, None)
    world.records.change(SERVICES, SERVICE, {"description": "x"}, None)
    assert assignments(world) == [(ITEM, SERVICE)]


def test_deleting_an_item_ends_its_assignment(world: World) -> None:
    world.records.assign(ITEM, SERVICE, None)
    world.records.remove(INVENTORY_ITEMS, ITEM)
    assert assignments(world) == []
    world.records.remove(SERVICES, SERVICE)  # finds no item, and is no error


def test_an_assignment_shows_its_item_as_it_is_now(world: World) -> None:
    world.records.assign(ITEM, SERVICE, None)
    world.records.change(INVENTORY_ITEMS, ITEM, {"note": "broken", "status": "FAULTY"}, None)
    (assignment,) = world.listings.stored(ASSIGNMENTS)
    assert (assignment["note"], assignment["status"], assignment["line_id"]) == ("broken", "FAULTY", SERVICE)
    assert assignment["identifier"] == "00:1B:63:84:45:E6"


def test_an_item_changes_with_its_assignment(world: World) -> None:
    before = item(world)
    world.clock.advance(60)
    world.records.assign(ITEM, SERVICE, None)
    assert item(world)["created_date"] == before["created_date"]


class Events:
    """A listener that collects events."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int]] = []

    def changes_for(self, events: Any) -> list[Change]:
        self.events += getattr(events, "events", events)
        return []

    def committed(self) -> None:
        pass


def test_assigning_and_taking_away_are_events_of_the_item(world: World) -> None:
    listener = world.records.listener = Events()
    world.records.assign(ITEM, SERVICE, None)
    assert listener.events == [("INVENTORY_ASSIGNED", ITEM), ("INVENTORY_ITEM_UPDATED", ITEM)]
    listener.events.clear()
    world.records.assign(ITEM, SECOND, None)
    assert listener.events == [
        ("INVENTORY_UNASSIGNED", ITEM),
        ("INVENTORY_ASSIGNED", ITEM),
        ("INVENTORY_ITEM_UPDATED", ITEM),
    ]
    listener.events.clear()
    world.records.remove(SERVICES, SECOND)
    assert listener.events == [
        ("SERVICE_DELETED", SECOND),
        ("INVENTORY_UNASSIGNED", ITEM),
        ("INVENTORY_ITEM_UPDATED", ITEM),
    ]


def test_assignments_survive_a_restart_and_the_state(tmp_path: Path) -> None:
    fixture, data = fixture_file(tmp_path, **PARTS), tmp_path / "data"
    data.mkdir()
    with open_world(fixture, folder=data) as world:
        world.records.assign(ITEM, SERVICE, "tester")
        state = world.state()
    with open_world(fixture, folder=data) as world:
        assert world.state() == state
        world.records.assign(ITEM, SECOND, "tester")
        assert assignments(world) == [(ITEM, SECOND)]
        world.replace_state(state)
        assert world.state() == state
        world.records.remove(SERVICES, SERVICE)
        assert (assignments(world), is_free(world)) == ([], True)
