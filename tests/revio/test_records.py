"""Adding, replacing and removing entities, all or none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import EntityExists, FixtureError
from mockrevio.revio.resources import BUILT_IN
from mockrevio.world.world import World
from tests.world.common import AGENT, CUSTOMER, fixture_file, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(fixture_file(tmp_path), clock=NOW) as world:
        yield world


NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
STAMPS = {
    "created_by": None,
    "created_date": "2026-01-05T09:30:00.000",
    "updated_date": "2026-01-05T09:30:00.000",
}
"""What the server sets in a customer that is added at the time of the world's clock."""


def customers(world: World) -> list[int]:
    return [record["customer_id"] for record in world.listings.stored(CUSTOMER)]


def test_exactly_the_records_of_the_fixture_exist(world: World) -> None:
    assert world.records.exists(CUSTOMER, 1015)
    assert not world.records.exists(CUSTOMER, 1001)
    assert not world.records.exists(AGENT, 1015)
    assert (world.records.count(AGENT), world.records.count(CUSTOMER)) == (1, 2)
    assert world.records.get(CUSTOMER, 1015) == {
        "customer_id": 1015,
        "status": "ACTIVE",
        "agent_id": 1001,
        **STAMPS,
    }
    assert world.records.get(CUSTOMER, 1) is None


@pytest.mark.parametrize(("target", "nearest"), [(1, 1015), (1015, 1015), (1016, 1016), (9999, 1016)])
def test_the_nearest_id_may_be_smaller_or_larger(world: World, target: int, nearest: int) -> None:
    assert world.records.nearest_id(CUSTOMER, target) == nearest
    world.records.clear(CUSTOMER)
    assert world.records.nearest_id(CUSTOMER, target) is None


def test_entities_are_added_from_ids_and_from_objects_with_or_without_id(world: World) -> None:
    added = world.records.add(
        CUSTOMER, [7, {"id": 8, "status": "CLOSED"}, {"customer_id": 2000}, {"status": "ACTIVE"}, {}]
    )
    assert added == [
        {"customer_id": 7, **STAMPS},
        {"customer_id": 8, "status": "CLOSED", **STAMPS},
        {"customer_id": 2000, **STAMPS},
        {"customer_id": 2001, "status": "ACTIVE", **STAMPS},
        {"customer_id": 2002, **STAMPS},
    ]
    assert customers(world) == [7, 8, 1015, 1016, 2000, 2001, 2002]


def test_assigned_ids_start_at_1001_and_are_never_reused(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path, entities={})) as world:
        assert world.records.add(CUSTOMER, [{}])[0]["customer_id"] == 1001
        assert world.records.add(CUSTOMER, [{}])[0]["customer_id"] == 1002
        world.records.remove(CUSTOMER, 1002)
        assert world.records.add(CUSTOMER, [{}])[0]["customer_id"] == 1003


def test_unknown_fields_of_an_entity_are_kept(world: World) -> None:
    world.records.add(CUSTOMER, [{"id": 1, "favourite_colour": ["red", {"or": "blue"}]}])
    assert world.records.get(CUSTOMER, 1) == {
        "customer_id": 1,
        "favourite_colour": ["red", {"or": "blue"}],
        **STAMPS,
    }


@pytest.mark.parametrize("items", [[3, 1015], [3, 4, 3], [{"id": 3}, {"customer_id": 1016}]])
def test_nothing_is_added_if_one_id_is_taken(world: World, items: list[Any]) -> None:
    with pytest.raises(EntityExists, match=r"already exists; replace it with PUT|appears twice in the list"):
        world.records.add(CUSTOMER, items)
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
        ({"close_date": "2026-02-30"}, "[1].close_date"),
        ({"finance": {"balance": "x"}}, "[1].finance.balance"),
        ({"fields": [{}, {"field_id": "x"}]}, "[1].fields[1].field_id"),
    ],
)
def test_nothing_is_added_if_one_item_is_invalid_and_the_error_names_it(
    world: World, invalid: Any, place: str
) -> None:
    with pytest.raises(FixtureError) as caught:
        world.records.add(CUSTOMER, [3, invalid])
    assert [mistake.place for mistake in caught.value.mistakes] == [place]
    assert customers(world) == [1015, 1016]


def test_put_replaces_or_creates_the_whole_entity(world: World) -> None:
    stored = world.records.put(CUSTOMER, 1015, {"status": "CLOSED", "id": 5, "customer_id": 6})
    assert stored == world.records.get(CUSTOMER, 1015)
    assert stored == {"customer_id": 1015, "status": "CLOSED", **STAMPS}
    world.records.put(CUSTOMER, 12, {})
    assert customers(world) == [12, 1015, 1016]
    with pytest.raises(FixtureError, match=r"entity\.status: must be text"):
        world.records.put(CUSTOMER, 1015, {"status": []})


def test_an_entity_can_be_removed_once(world: World) -> None:
    assert world.records.remove(CUSTOMER, 1015)
    assert not world.records.remove(CUSTOMER, 1015)
    assert customers(world) == [1016]


def test_all_entities_of_a_type_can_be_removed(world: World) -> None:
    assert world.records.clear(CUSTOMER) == 2
    assert world.records.clear(CUSTOMER) == 0
    assert (world.records.count(AGENT), world.records.count(CUSTOMER)) == (1, 0)


def test_generated_entities_refer_to_existing_entities(world: World) -> None:
    generated = world.generate_records(CUSTOMER, 20)
    assert [record["customer_id"] for record in generated] == list(range(1017, 1037))
    assert {record["agent_id"] for record in generated if "agent_id" in record} == {1001}
    assert world.records.get(CUSTOMER, 1017) == generated[0]
    assert generated[0].keys() <= CUSTOMER.fields.keys()


def test_a_seed_generates_the_same_entities_again_after_a_reset(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path), seed=7) as world:
        first = world.generate_records(CUSTOMER, 5)
        world.reset()
        assert world.generate_records(CUSTOMER, 5) == first
        assert world.generate_records(CUSTOMER, 5) != first


def test_ten_thousand_entities_can_be_added_at_once(world: World) -> None:
    assert len(world.records.add(CUSTOMER, [{} for _ in range(10_000)])) == 10_000


def test_dates_of_added_records_are_stored_in_one_form(world: World) -> None:
    fields = {"close_date": "2026-1-5", "finance": {"due_date": "2026-01-05T01:00:00+02:00"}}
    (added,) = world.records.add(CUSTOMER, [{"id": 7, **fields}])
    assert added["close_date"] == "2026-01-05T00:00:00.000"
    assert added["finance"] == {"due_date": "2026-01-04T23:00:00.000"}
    assert world.records.put(CUSTOMER, 7, fields)["close_date"] == "2026-01-05T00:00:00.000"


# --- endpoints whose ids repeat

PAIRS = BUILT_IN.at_path("OrderServices")


def test_the_ids_of_pairs_may_repeat_and_the_first_one_is_found(world: World) -> None:
    id_field = PAIRS.id_field
    world.records.add(PAIRS, [{id_field: 7, "status": "one"}, 8, {id_field: 7, "status": "two"}])
    assert [record[id_field] for record in world.listings.stored(PAIRS)] == [7, 8, 7]
    assert world.records.ids(PAIRS) == [7, 8]
    first = world.records.get(PAIRS, 7)
    assert first is not None
    assert first["status"] == "one"
    assert world.records.exists(PAIRS, 8)
    assert not world.records.exists(PAIRS, 9)
    assert world.records.get(PAIRS, 9) is None
    assert world.records.nearest_id(PAIRS, 99) == 8


def test_changing_a_pair_changes_the_first_one_with_its_id(world: World) -> None:
    world.records.add(PAIRS, [{"order_id": 7, "service_id": 1}, 8, {"order_id": 7, "service_id": 2}])
    world.records.replace(PAIRS, 7, {"service_id": 3}, None)
    world.records.change(PAIRS, 7, {"status": "DONE"}, None)
    world.records.replace(PAIRS, 8, {"service_id": 4}, None)
    pairs = [
        (each["order_id"], each["service_id"], each.get("status")) for each in world.listings.stored(PAIRS)
    ]
    assert pairs == [(7, 3, "DONE"), (8, 4, None), (7, 2, None)]


def test_removing_a_pair_removes_all_with_its_id(world: World) -> None:
    world.records.add(PAIRS, [7, 8, 7])
    assert world.records.remove(PAIRS, 7)
    assert not world.records.remove(PAIRS, 7)
    assert world.records.ids(PAIRS) == [8]
    assert world.records.clear(PAIRS) == 1
