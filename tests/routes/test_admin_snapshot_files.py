"""Snapshot files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockrevio.cli import cli
from tests.routes.common import LINKS, SNAPSHOTS, assert_error, snapshot_names
from tests.storage.refusals import disk_full, posix_only
from tests.support import process, serving


def saved_file(folder: Path) -> Path:
    """Save a snapshot `mine` of a world with one link, and return its file."""
    with serving(data=folder) as client:
        client.link()
        client.put(f"{SNAPSHOTS}/mine").raise_for_status()
    return folder / "snapshots" / "default" / "mine.json"


def test_a_snapshot_survives_a_restart_outside_the_data_files(tmp_path: Path) -> None:
    saved_file(tmp_path)
    assert [path.name for path in tmp_path.glob("*.json")] == ["default.json"]
    with serving(data=tmp_path) as client:
        client.delete(f"{LINKS}/1").raise_for_status()
        assert snapshot_names(client) == ["mine"]
        client.post(f"{SNAPSHOTS}/mine/restore").raise_for_status()
        assert client.get(f"{LINKS}/1").status_code == 200
        assert client.link(external_id="next") == 2


def test_a_snapshot_file_is_the_state_with_one_record_per_line(tmp_path: Path) -> None:
    path = saved_file(tmp_path)
    text = path.read_text(encoding="ascii")
    record = next(line for line in text.splitlines() if "integration_key_link_id" in line)
    assert json.loads(record.rstrip(",")) == json.loads(text)["key_links"][0]
    with serving(data=tmp_path) as client:
        state = client.get("/__admin/state").text.strip()
        assert json.dumps(json.loads(text), separators=(",", ":")) == state  # in the same order, too
        client.link(external_id="second")
        client.put(f"{SNAPSHOTS}/later").raise_for_status()
    before, after = (set(file.read_text().splitlines()) for file in (path, path.with_name("later.json")))
    assert len(after - before) == 3, "the first link's comma, the second link, the next id"


def test_a_snapshot_file_works_as_a_fixture(tmp_path: Path) -> None:
    path = saved_file(tmp_path)
    checked = CliRunner().invoke(cli, ["fixture", "check", str(path)])
    assert checked.exit_code == 0, checked.output
    assert ": OK: 25 AGENT, 25 CUSTOMER, " in checked.output
    with process("--ephemeral", "--fixture", str(path)) as server:
        assert server.client.get(f"{LINKS}/1").status_code == 200
        assert server.client.link(external_id="next") == 2
        assert server.client.post("/__admin/reset").ok
        assert server.client.get(LINKS).json()["record_count"] == 1
        assert server.stop() == 0
        assert server.errors == []


@pytest.mark.parametrize(
    ("data", "message_part"),
    [
        (b"{", "line 1 column 2"),
        (b"[]", "it is not a JSON object"),
        (b"\xff", "byte 0"),
        (b'{"schema": 2}', "schema: must be 1"),
        (b'{"key_links": [{"internal_id": "x"}]}', "key_links[0].internal_id"),
        (b'{"entities": {"BILL": [{"bill_id": 1, "x": NaN}]}}', "NaN"),
    ],
)
def test_a_damaged_file_is_reported_and_can_be_deleted_or_replaced(
    tmp_path: Path, data: bytes, message_part: str
) -> None:
    path = saved_file(tmp_path)
    path.write_bytes(data)
    with serving(data=tmp_path) as client:
        before = client.get("/__admin/state").json()
        for method, part in (("POST", "/restore"), ("GET", "/diff")):
            message = assert_error(client.request(method, f"{SNAPSHOTS}/mine{part}"), 500, "storage")
            assert message.startswith("snapshot mine is damaged: ")
            assert message_part in message
        assert client.get(f"{SNAPSHOTS}/mine").status_code in (200, 500)
        assert client.get("/__admin/state").json() == before
        assert path.read_bytes() == data
        assert snapshot_names(client) == ["mine"]
        client.put(f"{SNAPSHOTS}/mine").raise_for_status()
        assert client.get(f"{SNAPSHOTS}/mine").json() == before
        path.write_bytes(data)
        client.delete(f"{SNAPSHOTS}/mine").raise_for_status()
        assert snapshot_names(client) == []


@posix_only
def test_a_full_disk_keeps_the_old_snapshot(tmp_path: Path) -> None:
    path = saved_file(tmp_path)
    before = path.read_bytes()
    with serving(data=tmp_path) as client:
        with disk_full(at=1000):
            response = client.put(f"{SNAPSHOTS}/mine")
        assert "cannot be written" in assert_error(response, 500, "storage")
        assert path.read_bytes() == before
        assert os.listdir(path.parent) == ["mine.json"]  # noqa: PTH208 (no partial file either)
        client.put(f"{SNAPSHOTS}/mine").raise_for_status()


def test_other_files_in_the_folder_are_ignored(tmp_path: Path) -> None:
    path = saved_file(tmp_path)
    for name in ("Mine.json", "notes.txt", "mine.json.tmp", "a b.json"):
        path.with_name(name).write_text("{}")
    with serving(data=tmp_path) as client:
        assert snapshot_names(client) == ["mine"]
