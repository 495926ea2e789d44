"""A server that starts on data files which were damaged, lost in part, or written by stock TinyDB."""

from __future__ import annotations

from pathlib import Path

import pytest
from tinydb import TinyDB

from tests.support import LINK, process

PATH = "/v1/IntegrationKeyLink"


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        ("default.json", b'{"key_links": {"1": {"internal_id', "at line 1 column"),
        ("default.json", b'{"key_links": {"1": {"internal_id": "x"}}}', "at key_links.1"),
        ("default.jsonl", b'{"seq": 1, "changes": [["delete", "key_links", 5]]}\n', "at line 1"),
        ("default.jsonl", b"garbage\n" * 2, "at line 1"),
    ],
)
def test_a_server_exits_with_a_message_if_its_data_is_damaged_and_changes_no_file(
    tmp_path: Path, name: str, data: bytes, where: str
) -> None:
    (tmp_path / "default.json").write_bytes(b"{}")
    (tmp_path / name).write_bytes(data)
    with process("--data", str(tmp_path)) as server:
        assert server.process.poll() is not None
        assert server.stop() == 1
        output = "".join(server.errors)
    assert output.startswith(f"mockrevio: {tmp_path / name} is damaged {where}")
    assert "Traceback" not in output
    assert (tmp_path / name).read_bytes() == data
    assert not (tmp_path / f"{name}.tmp").exists()


def test_a_server_does_not_start_empty_if_only_the_log_of_its_data_is_left(tmp_path: Path) -> None:
    with process("--data", str(tmp_path)) as server:
        assert server.client.post(PATH, json=LINK).status_code == 201
        server.process.kill()
        server.process.wait()
    data = (tmp_path / "default.json").read_bytes()
    log = (tmp_path / "default.jsonl").read_bytes()
    (tmp_path / "default.json").unlink()
    with process("--data", str(tmp_path)) as server:
        assert server.stop() == 1
        output = "".join(server.errors)
    assert output.startswith(f"mockrevio: {tmp_path / 'default.json'} is missing, but default.jsonl contains")
    assert "Traceback" not in output
    assert not (tmp_path / "default.json").exists()
    assert (tmp_path / "default.jsonl").read_bytes() == log
    (tmp_path / "default.json").write_bytes(data)
    with process("--data", str(tmp_path)) as server:
        found = server.client.get(PATH, params={"external_id": LINK["external_id"]})
        assert found.json()["record_count"] == 1


def test_an_incomplete_last_line_is_dropped_with_a_warning_and_the_rest_is_served(tmp_path: Path) -> None:
    with process("--data", str(tmp_path)) as first:
        first.client.link(external_id="complete")
        first.client.link(external_id="incomplete")
        first.kill()
    log = tmp_path / "default.jsonl"
    log.write_bytes(log.read_bytes()[:-15])
    with process("--data", str(tmp_path)) as second:
        (record,) = second.client.get(PATH).json()["records"]
        assert (record["integration_key_link_id"], record["external_id"]) == (1, "complete")
        assert second.stop() == 0
        assert [str(log) in line and "last line is incomplete" in line for line in second.errors] == [True]


def test_a_file_written_by_stock_tinydb_is_served(tmp_path: Path) -> None:
    with TinyDB(tmp_path / "default.json") as stock:
        stock.table("key_links").insert({**LINK, "external_id": "from TinyDB"})
    with process("--data", str(tmp_path)) as server:
        (record,) = server.client.get(PATH, params={"external_id": "from TinyDB"}).json()["records"]
        assert record["integration_key_link_id"] == 1
        assert record["created_date"] is None
        assert server.client.delete(f"{PATH}/1").status_code == 200
        assert server.stop() == 0
        assert server.errors == []


def test_an_ephemeral_server_keeps_nothing_and_creates_no_file(tmp_path: Path) -> None:
    for _ in range(2):
        with process("--ephemeral", cwd=tmp_path) as server:
            assert server.client.link() == 1
            assert server.stop() == 0
    assert list(tmp_path.iterdir()) == []
