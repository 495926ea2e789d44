"""What the server sets in a record: who created it, when, and when it changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mockrevio.revio.fields import Record
from mockrevio.revio.resources import BUILT_IN, ENTITIES, INTEGRATION_KEY_LINK, Resource
from mockrevio.world.world import World
from tests.world.common import CUSTOMER, fixture_file, open_world

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
FIRST, SECOND = "2026-01-05T09:30:00.000", "2026-01-05T09:31:00.000"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(fixture_file(tmp_path), clock=NOW) as world:
        yield world


def stored(world: World, resource: Resource, record_id: int) -> Record:
    record = world.records.get(resource, record_id)
    assert record is not None
    return record


def stamps(record: Record) -> dict[str, Any]:
    return {name: record.get(name) for name in ("created_date", "created_by", "updated_date")}


def test_a_created_record_has_the_time_of_the_worlds_clock_and_the_id_of_its_creator(world: World) -> None:
    record_id = world.records.create(CUSTOMER, {"status": "ACTIVE"}, "tester")
    assert stored(world, CUSTOMER, record_id) == {
        "customer_id": record_id,
        "status": "ACTIVE",
        "created_date": FIRST,
        "created_by": 1001,
        "updated_date": FIRST,
    }


CREATED_BY_CLIENTS = [
    each for each in BUILT_IN if "POST" in each.methods and each is not INTEGRATION_KEY_LINK
]


@pytest.mark.parametrize("resource", CREATED_BY_CLIENTS, ids=lambda resource: resource.path)
def test_every_field_that_the_server_sets_is_set(world: World, resource: Resource) -> None:
    record = stored(world, resource, world.records.create(resource, {}, "tester"))
    expected = {
        name: FIRST if resource.fields[name].kind == "date" else 1001 for name in resource.set_by_server
    }
    assert {name: record[name] for name in expected} == expected


@pytest.mark.parametrize("way", ["replace", "change"])
def test_a_change_keeps_the_creation_and_moves_the_date_of_the_change(world: World, way: str) -> None:
    record_id = world.records.create(CUSTOMER, {"status": "ACTIVE"}, "tester")
    world.clock.advance(60)
    getattr(world.records, way)(CUSTOMER, record_id, {"status": "CLOSED"}, "another")
    assert stamps(stored(world, CUSTOMER, record_id)) == {
        "created_date": FIRST,
        "created_by": 1001,
        "updated_date": SECOND,
    }


@pytest.mark.parametrize(
    ("type_name", "name"), [("ADDRESS", "modified_date"), ("SERVICE_PRODUCT", "status_date")]
)
def test_the_other_dates_of_a_change_move_too(world: World, type_name: str, name: str) -> None:
    resource = ENTITIES[type_name]
    record_id = world.records.create(resource, {}, None)
    assert stored(world, resource, record_id)[name] == FIRST
    world.clock.advance(60)
    world.records.change(resource, record_id, {}, None)
    assert stored(world, resource, record_id)[name] == SECOND
    assert stored(world, resource, record_id)["created_date"] == FIRST


def test_without_a_login_created_by_is_null(world: World) -> None:
    record_id = world.records.create(CUSTOMER, {}, None)
    assert stored(world, CUSTOMER, record_id)["created_by"] is None


def test_the_admin_api_may_set_any_field_and_the_server_sets_the_rest(world: World) -> None:
    dates = {"created_date": "2019-01-01", "created_by": 5}
    (added,) = world.records.add(CUSTOMER, [{"id": 7, **dates}])
    assert stamps(added) == {
        "created_date": "2019-01-01T00:00:00.000",
        "created_by": 5,
        "updated_date": FIRST,
    }


def test_the_admin_api_may_replace_the_dates_and_keeps_those_that_it_does_not_name(world: World) -> None:
    world.records.add(CUSTOMER, [{"id": 7, "created_date": "2019-01-01", "created_by": 5}])
    world.clock.advance(60)
    assert stamps(world.records.put(CUSTOMER, 7, {})) == {
        "created_date": "2019-01-01T00:00:00.000",
        "created_by": 5,
        "updated_date": SECOND,
    }
    changed = world.records.put(CUSTOMER, 7, {"created_date": "2020-01-01", "updated_date": "2021-01-01"})
    assert stamps(changed) == {
        "created_date": "2020-01-01T00:00:00.000",
        "created_by": 5,
        "updated_date": "2021-01-01T00:00:00.000",
    }


def test_a_record_put_back_by_the_admin_api_as_it_was_read_counts_as_changed_now(world: World) -> None:
    record = stored(world, CUSTOMER, world.records.create(CUSTOMER, {}, "tester"))
    world.clock.advance(60)
    assert stamps(world.records.put(CUSTOMER, record["customer_id"], record)) == {
        "created_date": FIRST,
        "created_by": 1001,
        "updated_date": SECOND,
    }


def test_generated_records_keep_the_dates_that_they_are_made_with(world: World) -> None:
    generated = world.generate_records(CUSTOMER, 20)
    assert all(record["created_date"] for record in generated)
    assert all(record["created_date"] <= record["updated_date"] for record in generated)
    assert FIRST not in {record["updated_date"] for record in generated}


def test_records_of_a_fixture_without_dates_get_its_load_time_and_nulls_stay(tmp_path: Path) -> None:
    customers = [
        1015,
        {"customer_id": 1016, "created_date": None, "updated_date": "2019-1-1", "created_by": None},
    ]
    with open_world(fixture_file(tmp_path, entities={"CUSTOMER": customers}), clock=NOW) as world:
        assert stamps(stored(world, CUSTOMER, 1015)) == {
            "created_date": FIRST,
            "created_by": None,
            "updated_date": FIRST,
        }
        assert stamps(stored(world, CUSTOMER, 1016)) == {
            "created_date": None,
            "created_by": None,
            "updated_date": "2019-01-01T00:00:00.000",
        }


def test_a_restart_keeps_them(tmp_path: Path) -> None:
    fixture, data = fixture_file(tmp_path), tmp_path / "data"
    data.mkdir()
    with open_world(fixture, folder=data, clock=NOW) as world:
        record_id = world.records.create(CUSTOMER, {}, "tester")
        before = stored(world, CUSTOMER, record_id), stored(world, CUSTOMER, 1015)
    with open_world(fixture, folder=data) as world:
        assert (stored(world, CUSTOMER, record_id), stored(world, CUSTOMER, 1015)) == before
        world.records.change(CUSTOMER, record_id, {"status": "X"}, "tester")
        after = stored(world, CUSTOMER, record_id)
        assert (after["created_date"], after["created_by"]) == (FIRST, 1001)
        assert after["updated_date"] > FIRST


def test_a_reset_gives_the_records_of_the_fixture_their_dates_again(world: World) -> None:
    before = world.state()
    world.clock.advance(60)
    world.records.change(CUSTOMER, 1015, {"status": "X"}, "tester")
    assert stored(world, CUSTOMER, 1015)["updated_date"] == SECOND
    world.reset()
    assert world.state() == before
