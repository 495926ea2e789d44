"""Worlds whose fixture, or whose state, declares resources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import DataDamaged, FixtureError
from mockrevio.storage import stores
from tests.world.common import CUSTOMER, fixture_file, open_world
from tests.world.declaring import GADGETS, PARTS, WIDGETS, folder_in, found, widgets


def test_records_of_a_declared_resource_are_read_searched_and_written_like_all(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path, **PARTS)) as world:
        shown = world.record(widgets(world), 3)
        assert (shown["made_date"], shown["size"]) == ("2026-01-05T00:00:00.000", {"width": 2})
        assert shown["created_date"] > "2026"
        assert found(world, "colour=red") == found(world, "width=2.0") == [3]
        assert found(world, "made_date_end=2026-01-05") == [3]
        assert found(world, "sort=colour") == [4, 3]
        assert world.records.create(widgets(world), {"colour": "red"}, "tester") == 1001
        assert found(world, "colour=red") == [3, 1001]
        assert world.resolve("widgets") is widgets(world)


def test_a_declared_entity_type_can_be_linked(tmp_path: Path) -> None:
    types = [{"integration_entity_type_id": 40, "entity_type_name": "WIDGET"}]
    parts: dict[str, Any] = {
        "resources": {"Widgets": {**WIDGETS, "entity_type": "WIDGET"}},
        "entities": {"WIDGET": PARTS["records"]["Widgets"]},
        "integration_entity_types": types,
    }
    with open_world(fixture_file(tmp_path, **parts)) as world:
        link = {"integration_system_id": 4, "integration_entity_type_id": 40, "external_id": "x"}
        assert world.key_links.create({**link, "internal_id": 3}, None) == 1
        assert found(world, "colour=red") == [3]
        assert world.resolve("widget") is world.resolve("Widgets") is widgets(world)


@pytest.mark.parametrize("crash", [True, False])
def test_a_restart_keeps_them(tmp_path: Path, crash: bool) -> None:
    fixture, data, copy = fixture_file(tmp_path, **PARTS), folder_in(tmp_path), tmp_path / "copy"
    copy.mkdir()
    with open_world(fixture, folder=data) as world:
        found(world, "colour=red&sort=made_date")  # builds indexes
        world.records.create(widgets(world), {"colour": "green"}, None)
        before = world.state()
        for path in data.glob("default.json*"):
            (copy / path.name).write_bytes(path.read_bytes())
    with open_world(fixture, folder=copy if crash else data) as world:
        assert world.state() == before
        assert found(world, "colour=green") == [1001]


@pytest.mark.parametrize("crash", [True, False])
def test_a_restart_keeps_those_of_a_state_that_was_put(tmp_path: Path, crash: bool) -> None:
    fixture, data, copy = fixture_file(tmp_path), folder_in(tmp_path), tmp_path / "copy"
    copy.mkdir()
    with open_world(fixture, folder=data) as world:
        world.replace_state(PARTS)
        world.records.create(widgets(world), {"colour": "green"}, None)
        before = world.state()
        for path in data.glob("default.json*"):
            (copy / path.name).write_bytes(path.read_bytes())
    with open_world(fixture, folder=copy if crash else data) as world:
        assert world.state() == before
        assert found(world, "colour=green") == [1001]
        world.reset()
        assert world.resources.at("widgets") is None
    with open_world(fixture, folder=data if not crash else copy) as world:
        assert world.resources.at("widgets") is None


def test_another_fixture_keeps_those_that_the_data_has_until_a_reset(tmp_path: Path) -> None:
    first = fixture_file(tmp_path, "one.json", **PARTS)
    second = fixture_file(tmp_path, "two.json", resources={"Gadgets": GADGETS}, records={"Gadgets": [7]})
    data = folder_in(tmp_path)
    with open_world(first, folder=data):
        pass
    warnings: list[str] = []
    with open_world(second, folder=data, warnings=warnings) as world:
        assert len(warnings) == 1
        assert found(world, "colour=red") == [3]
        assert world.resources.at("gadgets") is None
        world.reset()
        assert world.resources.at("widgets") is None
        assert found(world, "", "Gadgets") == [7]
    with open_world(second, folder=data) as world:
        assert found(world, "", "Gadgets") == [7]


def test_a_snapshot_has_them(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path, **PARTS), folder=folder_in(tmp_path)) as world:
        before = world.state()
        world.save_snapshot("widgets")
        world.replace_state({"resources": {"Gadgets": GADGETS}, "records": {"Gadgets": [7]}})
        assert world.resources.at("widgets") is None
        world.restore_snapshot("widgets")
        assert world.resources.at("gadgets") is None
        assert world.state() == before
        world.records.create(widgets(world), {}, None)
        (added,) = world.diff_snapshot("widgets")["added"]
        assert (added["table"], added["id"]) == ("records.Widgets", 1001)


def test_a_state_read_from_one_world_makes_another_equal(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path, **PARTS)) as first, open_world("empty") as second:
        first.records.create(widgets(first), {"colour": "green"}, "tester")
        document = json.loads(json.dumps(first.state()))
        assert document["resources"] == {"Widgets": WIDGETS}
        assert [record["widget_id"] for record in document["records"]["Widgets"]] == [3, 4, 1001]
        second.replace_state(document)
        assert second.state() == first.state()
        assert second.records.next_id(widgets(second)) == 1002


def test_the_state_of_a_world_without_them_says_nothing_of_them(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path)) as world:
        assert "resources" not in world.state()


def test_an_invalid_declaration_changes_nothing(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path, **PARTS)) as world:
        before = world.state()
        resources: Any
        for resources in (
            {"Widgets": {}},
            {"Customers": WIDGETS},
            [],
            {"Widgets": {**WIDGETS, "id": "colour"}},
        ):
            with pytest.raises(FixtureError):
                world.replace_state({"resources": resources})
        assert world.state() == before


def test_a_data_file_with_an_invalid_declaration_is_damaged(tmp_path: Path) -> None:
    data = folder_in(tmp_path)
    with open_world(fixture_file(tmp_path, **PARTS), folder=data):
        pass
    content = json.loads((data / "default.json").read_text("utf-8"))
    content["world"]["1"]["resources"]["Widgets"]["fields"]["colour"] = "paint"
    (data / "default.json").write_text(json.dumps(content), "utf-8")
    with (
        pytest.raises(DataDamaged, match=r"at world\.1\.resources: Widgets: colour: must be declared as"),
        open_world(fixture_file(tmp_path, **PARTS), folder=data),
    ):
        pass


def test_worlds_have_their_own() -> None:
    with open_world("empty") as first, open_world("empty") as second:
        first.replace_state(PARTS)
        other = {"id": "widget_id", "fields": {"widget_id": "whole", "colour": "whole"}}
        second.replace_state(
            {"resources": {"Widgets": other}, "records": {"Widgets": [{"widget_id": 3, "colour": 5}]}}
        )
        assert found(first, "colour=red") == [3]
        assert found(second, "colour=05") == [3]
        assert list(first.record(widgets(first), 3)) != list(second.record(widgets(second), 3))


def test_declared_records_survive_checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MIN_CHECKPOINT_SIZE", 500)
    fixture, data = fixture_file(tmp_path), folder_in(tmp_path)
    with open_world(fixture, folder=data) as world:
        for turn in range(5):
            world.replace_state(PARTS if turn % 2 == 0 else {"resources": {"Gadgets": GADGETS}})
            for _ in range(10):
                world.records.create(CUSTOMER, {"status": "x" * 100}, None)
        before = world.state()
    with open_world(fixture, folder=data) as world:
        assert world.state() == before
        assert found(world, "colour=red") == [3]
