"""Resetting a world, and replacing its state with a document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import FixtureError
from mockrevio.revio.resources import INTEGRATION_KEY_LINK
from mockrevio.storage import Selection, stores
from tests.world.common import (
    CUSTOMER,
    create_links,
    duplicates_setting,
    external_ids,
    fixture_file,
    link,
    open_world,
)


def test_a_reset_restores_data_ids_and_settings_of_the_fixture(tmp_path: Path) -> None:
    fixture = fixture_file(
        tmp_path,
        key_links=[link(integration_key_link_id=1)],
        next_ids={"key_links": 40},
        settings={"duplicates": "allow"},
    )
    with open_world(fixture) as world:
        before = world.state()
        create_links(world, "a", "a")
        world.key_links.delete(1)
        world.records.clear(CUSTOMER)
        world.reset()
        assert world.state() == before
        assert world.key_links.create(link(), None) == 40


def test_a_reset_restores_the_fixture_after_a_replaced_state_and_a_restart(tmp_path: Path) -> None:
    fixture, data = fixture_file(tmp_path), tmp_path / "data"
    data.mkdir()
    with open_world(fixture, folder=data) as world:
        world.replace_state({"entities": {"CUSTOMER": [1]}, "settings": {"duplicates": "allow"}})
        assert duplicates_setting(world) == "allow"
        assert world.records.exists(CUSTOMER, 1)
        assert not world.catalog.has_system(4)
    with open_world(fixture, folder=data) as world:
        assert duplicates_setting(world) == "allow"
        assert world.records.exists(CUSTOMER, 1)
        world.reset()
        assert duplicates_setting(world) == "reject"
        assert not world.records.exists(CUSTOMER, 1)
        assert world.catalog.has_system(4)


def test_the_command_line_overrides_the_fixture_and_a_state_overrides_both(tmp_path: Path) -> None:
    fixture = fixture_file(tmp_path, settings={"duplicates": "allow", "error_shape": "object"})
    with open_world(fixture, duplicates="reject") as world:
        assert (world.settings.duplicates, world.settings.error_shape) == ("reject", "object")
        world.replace_state({"settings": {"duplicates": "allow"}})
        assert (world.settings.duplicates, world.settings.error_shape) == ("allow", "array")
        world.reset()
        assert (world.settings.duplicates, world.settings.error_shape) == ("reject", "object")


def test_a_state_read_from_one_world_makes_another_equal(tmp_path: Path) -> None:
    with open_world("demo") as first, open_world(fixture_file(tmp_path)) as second:
        first.records.add(CUSTOMER, [{"id": 5, "own": {"deep": [1]}}])
        first.key_links.delete(max(external_ids(first)))
        second.replace_state(json.loads(json.dumps(first.state())))
        assert second.state() == first.state()
        fields = link(internal_id=5)
        assert second.key_links.create(fields, None) == first.key_links.create(fields, None) == 261


def test_an_invalid_state_is_rejected_and_changes_nothing(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path)) as world:
        before = world.state()
        wrong: Any
        for wrong in ([], {"key_links": [{}]}, {"settings": {"port": 1}}, {"colour": 1}):
            with pytest.raises(FixtureError):
                world.replace_state(wrong)
        assert world.state() == before


def test_fixture_links_without_a_date_get_the_start_date(tmp_path: Path) -> None:
    dated = link(external_id="dated", created_date="2020-01-02T03:04:05.678", created_by=7)
    with open_world(fixture_file(tmp_path, key_links=[dated, link()])) as world:
        first, second = world.state()["key_links"]
        assert (first["created_date"], first["created_by"]) == ("2020-01-02T03:04:05.678", 7)
        assert second["created_date"] > "2026"
        assert second["created_by"] is None


def test_concurrent_resets_reads_and_writes_stay_consistent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "MIN_CHECKPOINT_SIZE", 5_000)
    fixture, data = fixture_file(tmp_path), tmp_path / "data"
    data.mkdir()
    with open_world(fixture, folder=data) as world:

        def use_world(number: int) -> None:
            for step in range(40):
                if number == 0:
                    world.reset()
                elif number == 1:
                    state = world.state()
                    ids = [record["integration_key_link_id"] for record in state["key_links"]]
                    assert ids == sorted(set(ids))
                    assert [record["customer_id"] for record in state["entities"]["CUSTOMER"]] == [1015, 1016]
                elif number == 2:
                    records, _ = world.page(INTEGRATION_KEY_LINK, Selection({}, sort="created_date"))
                    assert [record["created_date"] for record in records] == sorted(
                        record["created_date"] for record in records
                    )
                else:
                    create_links(world, f"{number}-{step}")

        threads = [threading.Thread(target=use_world, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        before = world.state()
    with open_world(fixture, folder=data) as world:
        assert world.state() == before


def test_a_state_is_the_same_bytes_whatever_the_hash_seed() -> None:
    program = (
        "import hashlib, sys; from datetime import UTC, datetime; from mockrevio.app import create_app;"
        "from mockrevio.settings import Settings;"
        "app = create_app(Settings(ephemeral=True, clock=datetime(2030, 1, 1, tzinfo=UTC)));"
        "print(hashlib.sha256(app.test_client().get('/__admin/state').data).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(digests) == 1
