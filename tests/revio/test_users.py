"""The users of a world, and the one that a caller is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mockrevio.errors import IdsExhausted
from mockrevio.revio.fields import MAX_INTEGER
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, USERS
from mockrevio.world.world import World
from tests.world.common import CUSTOMER, fixture_file, link, open_world

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
PEOPLE = [{"user_id": 7, "login_name": "ann"}, {"user_id": 9, "login_name": "bob@example.test"}]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(fixture_file(tmp_path, records={"Users": PEOPLE}), clock=NOW) as world:
        yield world


def creator(world: World, login: str | None) -> int | None:
    """The user who creates a customer with a login, as the customer says."""
    record = world.records.get(CUSTOMER, world.records.create(CUSTOMER, {}, login))
    assert record is not None
    user_id: int | None = record["created_by"]
    return user_id


def logins(world: World) -> dict[int, str]:
    return {user["user_id"]: user["login_name"] for user in world.listings.stored(USERS)}


@pytest.mark.parametrize(("login", "user_id"), [("ann", 7), ("bob@example.test", 9)])
def test_a_caller_is_the_user_with_the_login(world: World, login: str, user_id: int) -> None:
    assert creator(world, login) == user_id
    assert logins(world).keys() == {7, 9}


def test_a_caller_with_a_new_login_becomes_a_user_once(world: World) -> None:
    assert creator(world, "carla") == creator(world, "carla") == 1001
    assert creator(world, "dora") == 1002
    assert logins(world) == {7: "ann", 9: "bob@example.test", 1001: "carla", 1002: "dora"}
    assert world.records.get(USERS, 1001) == {
        "user_id": 1001,
        "login_name": "carla",
        "active": True,
        "created_date": "2026-01-05T09:30:00.000",
        "created_by": 1001,
    }


def test_logins_are_compared_exactly(world: World) -> None:
    assert creator(world, "ANN") == 1001


def test_without_a_login_there_is_no_user(world: World) -> None:
    assert creator(world, None) is None
    assert logins(world).keys() == {7, 9}


def test_key_links_have_the_same_creators(world: World) -> None:
    first = world.key_links.create(link(), "ann")
    second = world.key_links.create(link(external_id="x"), "carla")
    assert world.record(INTEGRATION_KEY_LINK, first)["created_by"] == 7
    assert world.record(INTEGRATION_KEY_LINK, second)["created_by"] == creator(world, "carla") == 1001


def test_a_rejected_write_adds_no_user(world: World) -> None:
    with pytest.raises(KeyError):
        world.records.replace(CUSTOMER, 99999, {}, "carla")
    assert logins(world).keys() == {7, 9}


def test_a_user_who_was_renamed_or_deleted_is_looked_up_again(world: World) -> None:
    world.records.put(USERS, 7, {"login_name": "anna"})
    assert creator(world, "anna") == 7
    assert creator(world, "ann") == 1001
    world.records.remove(USERS, 1001)
    assert creator(world, "ann") == 1002  # ids are never reused


def test_no_id_is_left_after_the_largest_one(tmp_path: Path) -> None:
    fixture = fixture_file(tmp_path, next_ids={"Users": MAX_INTEGER + 1})
    with open_world(fixture) as world:
        before = world.state()
        with pytest.raises(IdsExhausted, match="Users has no id left"):
            creator(world, "ann")
        with pytest.raises(IdsExhausted, match="Users has no id left"):
            world.key_links.create(link(), "ann")
        assert world.state() == before


def test_threads_with_one_new_login_are_one_user(world: World) -> None:
    creators: list[int | None] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        creators.extend(creator(world, "carla") for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert creators == [1001] * 80


def test_users_survive_a_restart_and_are_gone_after_a_reset(tmp_path: Path) -> None:
    fixture, data = fixture_file(tmp_path), tmp_path / "data"
    data.mkdir()
    with open_world(fixture, folder=data) as world:
        assert creator(world, "ann") == 1001
    with open_world(fixture, folder=data) as world:
        assert creator(world, "ann") == 1001
        assert creator(world, "bob") == 1002
        world.reset()
        assert logins(world) == {}
        assert creator(world, "bob") == 1001
