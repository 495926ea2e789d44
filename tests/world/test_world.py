"""One world: what a restart keeps, what a reset brings back, and its state as a document."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB

from mockrevio.errors import ApiError, DataDamaged, DataUnwritable, FixtureError
from mockrevio.revio.resources import ENTITIES, INTEGRATION_KEY_LINK, INTEGRATION_SYSTEM
from mockrevio.revio.wire.query import Query
from mockrevio.storage import stores
from mockrevio.world.world import World
from tests.world.common import a_world, fixture_file, link


def links(world: World) -> dict[int, str]:
    return {each["integration_key_link_id"]: each["external_id"] for each in world.state()["key_links"]}


def duplicates(world: World) -> str:
    return world.settings.duplicates


def make(world: World, *names: str) -> None:
    for name in names:
        world.key_links.create(link(external_id=name), None)


# Reading.


def test_a_page_has_records_as_revio_shows_them_and_says_whether_more_follow(tmp_path: Path) -> None:
    with a_world(fixture_file(tmp_path)) as world:
        make(world, "a", "b", "c")
        records, has_more = world.page(INTEGRATION_KEY_LINK, Query({}, page=1, page_size=2))
        assert [each["external_id"] for each in records] == ["a", "b"]
        assert has_more
        records, has_more = world.page(INTEGRATION_KEY_LINK, Query({}, page=2, page_size=2))
        assert ([each["external_id"] for each in records], has_more) == (["c"], False)
        assert world.page(INTEGRATION_KEY_LINK, Query({}, page=3, page_size=2)) == ([], False)
        wanted = Query({"external_id": frozenset(["c"])})
        assert [each["external_id"] for each in world.page(INTEGRATION_KEY_LINK, wanted)[0]] == ["c"]


def test_names_are_searched_whatever_their_case_and_external_ids_exactly(tmp_path: Path) -> None:
    with a_world(fixture_file(tmp_path)) as world:
        make(world, "Abc")
        (system,), _ = world.page(INTEGRATION_SYSTEM, Query({"system_name": frozenset(["salesforce"])}))
        assert system == {"integration_system_id": 4, "system_name": "SALESFORCE"}
        assert world.page(INTEGRATION_KEY_LINK, Query({"external_id": frozenset(["abc"])})) == ([], False)


def test_a_record_shows_every_field_null_where_there_is_none(tmp_path: Path) -> None:
    with a_world(fixture_file(tmp_path)) as world:
        record = world.record(ENTITIES["CUSTOMER"], 1016)
        assert list(record) == list(ENTITIES["CUSTOMER"].fields)
        assert record == {**dict.fromkeys(record), "customer_id": 1016}


@pytest.mark.parametrize("record_id", [None, 0, 99])
def test_a_record_that_is_not_there_is_refused(tmp_path: Path, record_id: int | None) -> None:
    with a_world(fixture_file(tmp_path)) as world:
        with pytest.raises(ApiError) as caught:
            world.record(INTEGRATION_KEY_LINK, record_id)
        assert [each.code for each in caught.value.problems] == ["not_found"]


# What a restart keeps.


def test_the_data_file_is_there_from_the_first_moment(tmp_path: Path) -> None:
    with a_world(folder=tmp_path), TinyDB(tmp_path / "default.json") as stock:
        assert len(stock.table("CUSTOMER")) == 25


def test_a_restart_keeps_data_ids_and_settings(tmp_path: Path) -> None:
    fixture = fixture_file(tmp_path, settings={"duplicates": "allow"}, next_ids={"key_links": 10})
    data = tmp_path / "data"
    data.mkdir()
    with a_world(fixture, folder=data) as world:
        make(world, "a", "a", "b")
        world.key_links.delete(12)
        world.records.add("CUSTOMER", [{}, {}])
        world.records.remove("CUSTOMER", 1018)
        before = world.state()
    with a_world(fixture, folder=data) as world:
        assert world.state() == before
        assert duplicates(world) == "allow"
        make(world, "a")
        assert links(world) == {10: "a", 11: "a", 13: "a"}
        assert world.records.add("CUSTOMER", [{}])[0]["customer_id"] == 1019


def test_a_deleted_link_of_the_fixture_does_not_lend_its_id_after_a_reset_and_a_crash(
    tmp_path: Path,
) -> None:
    fixture = fixture_file(tmp_path, key_links=[link(), link(external_id="last")])
    data, crash = tmp_path / "data", tmp_path / "crash"
    data.mkdir()
    crash.mkdir()
    with a_world(fixture, folder=data) as world:
        world.reset()
        world.key_links.delete(2)
        for name in ("default.json", "default.jsonl"):
            (crash / name).write_bytes((data / name).read_bytes())
    with a_world(fixture, folder=crash) as world:
        assert world.key_links.create(link(external_id="new"), None) == 3


def test_another_fixture_keeps_the_data_and_warns_that_a_reset_would_use_it(tmp_path: Path) -> None:
    first, second = fixture_file(tmp_path, "one.json"), fixture_file(tmp_path, "two.json", entities={})
    data = tmp_path / "data"
    data.mkdir()
    with a_world(first, folder=data) as world:
        make(world, "kept")
    warnings: list[str] = []
    with a_world(second, folder=data, warnings=warnings) as world:
        assert links(world) == {1: "kept"}
        (warning,) = warnings
        assert warning == (
            f"the data of world 'default' is kept, though it began as {first}; "
            f"POST /__admin/reset makes it what {second} describes"
        )
        world.reset()
        assert links(world) == {}
        assert not world.records.exists("CUSTOMER", 1015)
    with a_world(second, folder=data):
        pass  # no warning any more


def test_a_fixture_that_changed_keeps_the_data_and_warns(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with a_world(fixture_file(tmp_path), folder=data) as world:
        make(world, "kept")
    warnings: list[str] = []
    changed = fixture_file(tmp_path, settings={"duplicates": "allow"})
    with a_world(changed, folder=data, warnings=warnings) as world:
        assert links(world) == {1: "kept"}
        assert duplicates(world) == "reject"
        assert "has changed since" in warnings[0]
        world.reset()
        assert duplicates(world) == "allow"


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        with a_world() as world:
            make(world, "a")
            assert links(world) == {1: "a"}
    assert list(tmp_path.iterdir()) == []


# Files of others.


def test_a_file_of_stock_tinydb_is_taken_as_it_is_and_stays_readable_to_it(tmp_path: Path) -> None:
    with TinyDB(tmp_path / "default.json") as stock:
        stock.table("integration_systems").insert({"system_name": "SALESFORCE"})
        stock.table("integration_entity_types").insert({"entity_type_name": "CUSTOMER"})
        stock.table("CUSTOMER").insert({})
        stock.table("key_links").insert(
            link(integration_system_id=1, integration_entity_type_id=1, internal_id=1)
        )
        stock.table("notes").insert({"text": "mine"})
    with a_world(folder=tmp_path) as world:
        fields = link(integration_system_id=1, integration_entity_type_id=1, internal_id=1, external_id="x")
        assert world.key_links.create(fields, None) == 2
        assert world.record(INTEGRATION_KEY_LINK, 1)["external_id"] == link()["external_id"]
        assert world.record(INTEGRATION_KEY_LINK, 1)["created_date"] is None
        state = world.state()
        assert "notes" not in state["entities"]
        world.replace_state(state)  # such a state can be put back
    with TinyDB(tmp_path / "default.json") as stock:
        assert [each.doc_id for each in stock.table("key_links")] == [1, 2]


def test_tables_that_are_none_of_revios_are_kept_until_the_world_is_replaced(tmp_path: Path) -> None:
    with TinyDB(tmp_path / "default.json") as stock:
        stock.table("notes").insert({"text": "mine"})
        stock.insert({"x": 1})
        stock.table("CUSTOMER").insert({})
    with a_world(folder=tmp_path) as world:
        world.records.add("AGENT", [1])
    with TinyDB(tmp_path / "default.json") as stock:
        assert stock.table("notes").all() == [{"text": "mine"}]
        assert stock.all() == [{"x": 1}]
        assert stock.table("AGENT").all() == [{"agent_id": 1}]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"key_links": {"1": {**link(), "internal_id": "x"}}}, "at key_links.1.internal_id: must be a whole"),
        ({"key_links": {"1": {**link(), "integration_key_link_id": 2}}}, "at key_links.1.integration_key"),
        ({"CUSTOMER": {"1": {"status": []}}}, "at CUSTOMER.1.status: must be text"),
        ({"world": {"1": {"settings": {"duplicates": 7}}}}, "at world.1.settings.duplicates"),
    ],
)
def test_a_data_file_with_wrong_field_types_is_refused_and_left_alone(
    tmp_path: Path, data: Any, where: str
) -> None:
    path = tmp_path / "default.json"
    path.write_text(json.dumps(data))
    with pytest.raises(DataDamaged) as caught, a_world(folder=tmp_path):
        pass
    assert f"{path} is damaged {where}" in str(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == ["default.json"]
    assert json.loads(path.read_text()) == data


def test_a_world_that_cannot_be_written_is_refused_and_lets_go_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "default.json.tmp").mkdir()  # where the data file would be made
    with pytest.raises(DataUnwritable, match=r"default\.json cannot be written"), a_world(folder=tmp_path):
        pass
    (tmp_path / "default.json.tmp").rmdir()
    assert list(tmp_path.iterdir()) == []
    with a_world(folder=tmp_path) as world:
        make(world, "a")


# Reset and state.


def test_a_reset_brings_the_fixture_back_ids_and_settings_too(tmp_path: Path) -> None:
    fixture = fixture_file(
        tmp_path,
        key_links=[link(integration_key_link_id=1)],
        next_ids={"key_links": 40},
        settings={"duplicates": "allow"},
    )
    with a_world(fixture) as world:
        before = world.state()
        make(world, "a", "a")
        world.key_links.delete(1)
        world.records.clear("CUSTOMER")
        world.reset()
        assert world.state() == before
        assert world.key_links.create(link(), None) == 40


def test_a_reset_returns_to_the_fixture_even_after_a_state_was_put_and_the_world_restarted(
    tmp_path: Path,
) -> None:
    fixture, data = fixture_file(tmp_path), tmp_path / "data"
    data.mkdir()
    with a_world(fixture, folder=data) as world:
        world.replace_state({"entities": {"CUSTOMER": [1]}, "settings": {"duplicates": "allow"}})
        assert duplicates(world) == "allow"
        assert world.records.exists("CUSTOMER", 1)
        assert not world.catalog.has_system(4)
    with a_world(fixture, folder=data) as world:
        assert duplicates(world) == "allow"
        assert world.records.exists("CUSTOMER", 1)
        world.reset()
        assert duplicates(world) == "reject"
        assert not world.records.exists("CUSTOMER", 1)
        assert world.catalog.has_system(4)


def test_a_setting_that_the_user_chose_wins_over_the_fixture_but_yields_to_a_state_that_is_put(
    tmp_path: Path,
) -> None:
    fixture = fixture_file(tmp_path, settings={"duplicates": "allow", "error_shape": "object"})
    with a_world(fixture, duplicates="reject") as world:
        assert (world.settings.duplicates, world.settings.error_shape) == ("reject", "object")
        world.replace_state({"settings": {"duplicates": "allow"}})
        assert (world.settings.duplicates, world.settings.error_shape) == ("allow", "array")
        world.reset()
        assert (world.settings.duplicates, world.settings.error_shape) == ("reject", "object")


def test_the_state_put_into_another_world_makes_it_equal(tmp_path: Path) -> None:
    with a_world("demo") as first, a_world(fixture_file(tmp_path)) as second:
        first.records.add("CUSTOMER", [{"id": 5, "own": {"deep": [1]}}])
        first.key_links.delete(max(links(first)))
        second.replace_state(json.loads(json.dumps(first.state())))
        assert second.state() == first.state()
        fields = link(internal_id=5)
        assert second.key_links.create(fields, None) == first.key_links.create(fields, None) == 261


def test_a_state_of_the_wrong_form_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with a_world(fixture_file(tmp_path)) as world:
        before = world.state()
        wrong: Any
        for wrong in ([], {"key_links": [{}]}, {"settings": {"port": 1}}, {"colour": 1}):
            with pytest.raises(FixtureError):
                world.replace_state(wrong)
        assert world.state() == before


def test_looking_changes_no_state(tmp_path: Path) -> None:
    with a_world(fixture_file(tmp_path, entities={})) as world:
        before = world.state()
        world.records.exists("CUSTOMER", 1)
        world.records.all("AGENT")
        assert world.state() == before


def test_links_of_a_fixture_without_a_date_get_that_of_the_start(tmp_path: Path) -> None:
    dated = link(external_id="dated", created_date="2020-01-02T03:04:05.678", created_by="me")
    with a_world(fixture_file(tmp_path, key_links=[dated, link()])) as world:
        first, second = world.state()["key_links"]
        assert (first["created_date"], first["created_by"]) == ("2020-01-02T03:04:05.678", "me")
        assert second["created_date"] > "2026"
        assert second["created_by"] is None


def test_resets_states_and_writes_at_once_keep_the_world_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "MIN_FOLD_SIZE", 5_000)
    fixture, data = fixture_file(tmp_path), tmp_path / "data"
    data.mkdir()
    with a_world(fixture, folder=data) as world:

        def work(number: int) -> None:
            for step in range(40):
                if number == 0:
                    world.reset()
                elif number == 1:
                    state = world.state()
                    ids = [each["integration_key_link_id"] for each in state["key_links"]]
                    assert ids == sorted(set(ids))
                    assert [each["customer_id"] for each in state["entities"]["CUSTOMER"]] == [1015, 1016]
                elif number == 2:
                    records, _ = world.page(INTEGRATION_KEY_LINK, Query({}, sort="created_date"))
                    assert [each["created_date"] for each in records] == sorted(
                        each["created_date"] for each in records
                    )
                else:
                    make(world, f"{number}-{step}")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        before = world.state()
    with a_world(fixture, folder=data) as world:
        assert world.state() == before
