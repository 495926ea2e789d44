"""What a restart keeps, with the same fixture or another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tinydb import TinyDB

from tests.world.common import (
    CUSTOMER,
    create_links,
    duplicates_setting,
    external_ids,
    fixture_file,
    link,
    open_world,
)


def test_the_data_file_exists_from_the_start(tmp_path: Path) -> None:
    with open_world(folder=tmp_path), TinyDB(tmp_path / "default.json") as stock:
        assert len(stock.table("CUSTOMER")) == 25


def test_a_restart_keeps_data_ids_and_settings(tmp_path: Path) -> None:
    fixture = fixture_file(tmp_path, settings={"duplicates": "allow"}, next_ids={"key_links": 10})
    data = tmp_path / "data"
    data.mkdir()
    with open_world(fixture, folder=data) as world:
        create_links(world, "a", "a", "b")
        world.key_links.delete(12)
        world.records.add(CUSTOMER, [{}, {}])
        world.records.remove(CUSTOMER, 1018)
        before = world.state()
    with open_world(fixture, folder=data) as world:
        assert world.state() == before
        assert duplicates_setting(world) == "allow"
        create_links(world, "a")
        assert external_ids(world) == {10: "a", 11: "a", 13: "a"}
        assert world.records.add(CUSTOMER, [{}])[0]["customer_id"] == 1019


def test_ids_of_deleted_fixture_links_are_not_reused_after_a_reset_and_a_crash(tmp_path: Path) -> None:
    fixture = fixture_file(tmp_path, key_links=[link(), link(external_id="last")])
    data, crash = tmp_path / "data", tmp_path / "crash"
    data.mkdir()
    crash.mkdir()
    with open_world(fixture, folder=data) as world:
        world.reset()
        world.key_links.delete(2)
        for name in ("default.json", "default.jsonl"):
            (crash / name).write_bytes((data / name).read_bytes())
    with open_world(fixture, folder=crash) as world:
        assert world.key_links.create(link(external_id="new"), None) == 3


def test_a_different_fixture_keeps_the_data_and_warns(tmp_path: Path) -> None:
    first, second = fixture_file(tmp_path, "one.json"), fixture_file(tmp_path, "two.json", entities={})
    data = tmp_path / "data"
    data.mkdir()
    with open_world(first, folder=data) as world:
        create_links(world, "kept")
    warnings: list[str] = []
    with open_world(second, folder=data, warnings=warnings) as world:
        assert external_ids(world) == {1: "kept"}
        (warning,) = warnings
        assert warning == (
            f"{data}{os.sep} already contains data from the fixture {first}; it was kept. "
            f"To load {second} instead, POST /__admin/reset"
        )
        world.reset()
        assert external_ids(world) == {}
        assert not world.records.exists(CUSTOMER, 1015)
    with open_world(second, folder=data):
        pass  # no more warning


def test_a_changed_fixture_keeps_the_data_and_warns(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with open_world(fixture_file(tmp_path), folder=data) as world:
        create_links(world, "kept")
    warnings: list[str] = []
    changed = fixture_file(tmp_path, settings={"duplicates": "allow"})
    with open_world(changed, folder=data, warnings=warnings) as world:
        assert external_ids(world) == {1: "kept"}
        assert duplicates_setting(world) == "reject"
        (warning,) = warnings
        assert warning == (
            f"{data}{os.sep} already contains data from the fixture {changed}, which has changed since; "
            "it was kept. To load the new contents instead, POST /__admin/reset"
        )
        world.reset()
        assert duplicates_setting(world) == "allow"


def test_without_a_folder_nothing_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        with open_world() as world:
            create_links(world, "a")
            assert external_ids(world) == {1: "a"}
    assert list(tmp_path.iterdir()) == []
