"""Data files that mockrevio did not write, or cannot write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB

from mockrevio.errors import DataDamaged, DataUnwritable
from mockrevio.revio.resources import INTEGRATION_KEY_LINK
from tests.support import serving
from tests.world.common import AGENT, create_links, link, open_world


def test_a_stock_tinydb_file_opens_and_stays_readable_by_stock_tinydb(tmp_path: Path) -> None:
    with TinyDB(tmp_path / "default.json") as stock:
        stock.table("integration_systems").insert({"system_name": "SALESFORCE"})
        stock.table("integration_entity_types").insert({"entity_type_name": "CUSTOMER"})
        stock.table("CUSTOMER").insert({})
        stock.table("key_links").insert(
            link(integration_system_id=1, integration_entity_type_id=1, internal_id=1)
        )
        stock.table("notes").insert({"text": "mine"})
    with open_world(folder=tmp_path) as world:
        fields = link(integration_system_id=1, integration_entity_type_id=1, internal_id=1, external_id="x")
        assert world.key_links.create(fields, None) == 2
        assert world.record(INTEGRATION_KEY_LINK, 1)["external_id"] == link()["external_id"]
        assert world.record(INTEGRATION_KEY_LINK, 1)["created_date"] is None
        state = world.state()
        assert "notes" not in state["entities"]
        world.replace_state(state)  # reads back
    with TinyDB(tmp_path / "default.json") as stock:
        assert [document.doc_id for document in stock.table("key_links")] == [1, 2]


def test_other_tables_in_the_data_file_are_kept(tmp_path: Path) -> None:
    with TinyDB(tmp_path / "default.json") as stock:
        stock.table("notes").insert({"text": "mine"})
        stock.insert({"x": 1})
        stock.table("CUSTOMER").insert({})
    with open_world(folder=tmp_path) as world:
        (agent,) = world.records.add(AGENT, [1])
    with TinyDB(tmp_path / "default.json") as stock:
        assert stock.table("notes").all() == [{"text": "mine"}]
        assert stock.all() == [{"x": 1}]
        assert stock.table("AGENT").all() == [agent]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"key_links": {"1": {**link(), "internal_id": "x"}}}, "at key_links.1.internal_id: must be a whole"),
        ({"key_links": {"1": {**link(), "integration_key_link_id": 2}}}, "at key_links.1.integration_key"),
        ({"CUSTOMER": {"1": {"status": []}}}, "at CUSTOMER.1.status: must be text"),
        ({"world": {"1": {"settings": {"duplicates": 7}}}}, "at world.1.settings.duplicates"),
    ],
)
def test_a_data_file_with_invalid_records_is_rejected_and_unchanged(
    tmp_path: Path, data: Any, message: str
) -> None:
    path = tmp_path / "default.json"
    path.write_text(json.dumps(data))
    with pytest.raises(DataDamaged) as raised, open_world(folder=tmp_path):
        pass
    assert f"{path} is damaged {message}" in str(raised.value)
    assert [file.name for file in tmp_path.iterdir()] == ["default.json"]
    assert json.loads(path.read_text()) == data


def test_an_unwritable_world_fails_to_open_and_leaves_no_files(tmp_path: Path) -> None:
    (tmp_path / "default.json.tmp").mkdir()  # blocks writing the data file
    blocked = pytest.raises(DataUnwritable, match=r"default\.json\.tmp cannot be written")
    with blocked, open_world(folder=tmp_path):
        pass
    (tmp_path / "default.json.tmp").rmdir()
    assert list(tmp_path.iterdir()) == []
    with open_world(folder=tmp_path) as world:
        create_links(world, "a")


def test_dates_in_an_edited_data_file_are_stored_in_the_one_form(tmp_path: Path) -> None:
    (tmp_path / "default.json").write_text('{"CUSTOMER": {"7": {"activated_date": "2016-1-5Z"}}}')
    with serving(data=tmp_path) as client:
        found = client.get("/v1/Customers", params={"activated_date": "2016-01-05"}).json()
        assert [record["activated_date"] for record in found["records"]] == ["2016-01-05T00:00:00.000"]
        [customer] = client.get("/__admin/state").json()["entities"]["CUSTOMER"]
        assert customer["activated_date"] == "2016-01-05T00:00:00.000"
