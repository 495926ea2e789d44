"""Adding, replacing and removing entities, all or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import EntityExists, FixtureError
from mockrevio.revio.resources import ENTITIES
from mockrevio.world.world import World
from tests.world.common import fixture_file, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(fixture_file(tmp_path)) as world:
        yield world


def customers(world: World) -> list[int]:
    return [record["customer_id"] for record in world.records.all("CUSTOMER")]


def test_exactly_the_records_of_the_fixture_exist(world: World) -> None:
    assert world.records.exists("CUSTOMER", 1015)
    assert not world.records.exists("CUSTOMER", 1001)
    assert not world.records.exists("AGENT", 1015)
    assert world.records.counts() == {"AGENT": 1, "CUSTOMER": 2}
    assert world.records.get("CUSTOMER", 1015) == {
        "customer_id": 1015,
        "status": "ACTIVE",
        "agent_id": 1001,
    }
    assert world.records.get("CUSTOMER", 1) is None


@pytest.mark.parametrize(("target", "nearest"), [(1, 1015), (1015, 1015), (1016, 1016), (9999, 1016)])
def test_the_nearest_id_may_be_smaller_or_larger(world: World, target: int, nearest: int) -> None:
    assert world.records.nearest_id("CUSTOMER", target) == nearest
    world.records.clear("CUSTOMER")
    assert world.records.nearest_id("CUSTOMER", target) is None


def test_entities_are_added_from_ids_and_from_objects_with_or_without_id(world: World) -> None:
    added = world.records.add(
        "CUSTOMER", [7, {"id": 8, "status": "CLOSED"}, {"customer_id": 2000}, {"status": "ACTIVE"}, {}]
    )
    assert added == [
        {"customer_id": 7},
        {"customer_id": 8, "status": "CLOSED"},
        {"customer_id": 2000},
        {"customer_id": 2001, "status": "ACTIVE"},
        {"customer_id": 2002},
    ]
    assert customers(world) == [7, 8, 1015, 1016, 2000, 2001, 2002]


def test_assigned_ids_start_at_1001_and_are_never_reused(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path, entities={})) as world:
        assert world.records.add("CUSTOMER", [{}])[0]["customer_id"] == 1001
        assert world.records.add("CUSTOMER", [{}])[0]["customer_id"] == 1002
        world.records.remove("CUSTOMER", 1002)
        assert world.records.add("CUSTOMER", [{}])[0]["customer_id"] == 1003


def test_unknown_fields_of_an_entity_are_kept(world: World) -> None:
    world.records.add("CUSTOMER", [{"id": 1, "favourite_colour": ["red", {"or": "blue"}]}])
    assert world.records.get("CUSTOMER", 1) == {
        "customer_id": 1,
        "favourite_colour": ["red", {"or": "blue"}],
    }


@pytest.mark.parametrize("items", [[3, 1015], [3, 4, 3], [{"id": 3}, {"customer_id": 1016}]])
def test_nothing_is_added_if_one_id_is_taken(world: World, items: list[Any]) -> None:
    with pytest.raises(EntityExists, match=r"already exists; replace it with PUT|appears twice in the list"):
        world.records.add("CUSTOMER", items)
    assert customers(world) == [1015, 1016]


@pytest.mark.parametrize(
    ("invalid", "place"),
    [
        ("x", "[1].customer_id"),
        (None, "[1].customer_id"),
        (0, "[1].customer_id"),
        (2**31, "[1].customer_id"),
        (True, "[1].customer_id"),
        ({"id": "7"}, "[1].customer_id"),
        ({"id": 7, "status": 5}, "[1].status"),
        ({"agent_id": "x"}, "[1].agent_id"),
    ],
)
def test_nothing_is_added_if_one_item_is_invalid_and_the_error_names_it(
    world: World, invalid: Any, place: str
) -> None:
    with pytest.raises(FixtureError) as caught:
        world.records.add("CUSTOMER", [3, invalid])
    assert [mistake.place for mistake in caught.value.mistakes] == [place]
    assert customers(world) == [1015, 1016]


def test_put_replaces_or_creates_the_whole_entity(world: World) -> None:
    stored = world.records.put("CUSTOMER", 1015, {"status": "CLOSED", "id": 5, "customer_id": 6})
    assert stored == world.records.get("CUSTOMER", 1015) == {"customer_id": 1015, "status": "CLOSED"}
    world.records.put("CUSTOMER", 12, {})
    assert customers(world) == [12, 1015, 1016]
    with pytest.raises(FixtureError, match=r"entity\.status: must be text"):
        world.records.put("CUSTOMER", 1015, {"status": []})


def test_an_entity_can_be_removed_once(world: World) -> None:
    assert world.records.remove("CUSTOMER", 1015)
    assert not world.records.remove("CUSTOMER", 1015)
    assert customers(world) == [1016]


def test_all_entities_of_a_type_can_be_removed(world: World) -> None:
    assert world.records.clear("CUSTOMER") == 2
    assert world.records.clear("CUSTOMER") == 0
    assert world.records.counts() == {"AGENT": 1, "CUSTOMER": 0}


def test_generated_entities_refer_to_existing_entities(world: World) -> None:
    generated = world.generate_records("CUSTOMER", 20)
    assert [record["customer_id"] for record in generated] == list(range(1017, 1037))
    assert {record["agent_id"] for record in generated} <= {1001, None}
    assert world.records.get("CUSTOMER", 1017) == generated[0]
    assert generated[0].keys() <= ENTITIES["CUSTOMER"].fields.keys()


def test_a_seed_generates_the_same_entities_again_after_a_reset(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path), seed=7) as world:
        first = world.generate_records("CUSTOMER", 5)
        world.reset()
        assert world.generate_records("CUSTOMER", 5) == first
        assert world.generate_records("CUSTOMER", 5) != first


def test_ten_thousand_entities_can_be_added_at_once(world: World) -> None:
    assert len(world.records.add("CUSTOMER", [{} for _ in range(10_000)])) == 10_000
