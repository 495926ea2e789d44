"""Named states of a world: kept beside the data, compared with, gone back to."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockrevio.cli import cli
from mockrevio.quantities import Latency
from tests.routes.test_admin_responses import assert_refused
from tests.storage.refusals import disk_full, posix_only
from tests.support import LINK, Client, process, serving

LINKS = "/v1/IntegrationKeyLink"
SNAPSHOTS = "/__admin/snapshots"
FAULT = {"match": {"method": "PUT"}, "effect": {"status": 503}}


@pytest.fixture(params=["in memory", "on disk"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    with serving(**({"ephemeral": True} if request.param == "in memory" else {"data": tmp_path})) as found:
        yield found


def names(client: Client) -> list[str]:
    found = client.get(SNAPSHOTS).json()
    assert found["count"] == len(found["snapshots"])
    listed: list[str] = found["snapshots"]
    return listed


def test_a_snapshot_is_saved_listed_shown_replaced_and_deleted(client: Client) -> None:
    assert names(client) == []
    assert client.put(f"{SNAPSHOTS}/b").json() == {"ok": True, "snapshot": "b"}
    client.put(f"{SNAPSHOTS}/a").raise_for_status()
    assert names(client) == ["a", "b"]
    state = client.get("/__admin/state").json()
    assert client.get(f"{SNAPSHOTS}/a").json() == state
    client.link()
    assert client.get(f"{SNAPSHOTS}/a").json() == state
    client.put(f"{SNAPSHOTS}/a").raise_for_status()
    assert client.get(f"{SNAPSHOTS}/a").json() == client.get("/__admin/state").json() != state
    assert client.delete(f"{SNAPSHOTS}/a").json() == {"ok": True}
    assert names(client) == ["b"]


def test_a_restore_brings_back_data_ids_faults_and_settings_and_leaves_log_and_clock(client: Client) -> None:
    client.patch("/__admin/settings", json={"duplicates": "allow"}).raise_for_status()
    client.post("/__admin/faults", json=FAULT).raise_for_status()
    assert [client.link(), client.link()] == [1, 2]
    client.delete(f"{LINKS}/2").raise_for_status()
    client.post("/__admin/entities/CUSTOMER", json={}).raise_for_status()
    assert client.put(f"{LINKS}/1", json=LINK).status_code == 503
    client.put(f"{SNAPSHOTS}/then").raise_for_status()
    then = client.get("/__admin/state").json()

    client.put("/__admin/clock", json={"now": "2030-01-01T00:00:00"}).raise_for_status()
    client.patch("/__admin/settings", json={"duplicates": "reject", "latency": "1ms"}).raise_for_status()
    client.delete("/__admin/faults").raise_for_status()
    client.delete(f"{LINKS}/1").raise_for_status()
    client.delete("/__admin/entities/CUSTOMER").raise_for_status()
    logged = client.get("/__admin/requests").json()["count"]

    assert client.post(f"{SNAPSHOTS}/then/restore").json() == {"ok": True, "snapshot": "then"}
    assert client.get("/__admin/state").json() == then
    (rule,) = client.get("/__admin/faults").json()["faults"]
    assert (rule["id"], rule["fired"], rule["effect"]) == (1, 0, {"status": 503})
    assert client.get("/__admin/settings").json()["latency"] is None
    assert client.put(f"{LINKS}/1", json=LINK).status_code == 503
    assert client.link() == 3
    assert client.post("/__admin/entities/CUSTOMER", json={}).json()["entities"][0]["customer_id"] == 1027
    assert client.get("/__admin/clock").json()["frozen"]
    assert client.get("/__admin/requests").json()["count"] == logged + 2


def test_the_difference_names_what_was_added_changed_field_by_field_and_removed(client: Client) -> None:
    client.link()
    client.put("/__admin/entities/AGENT/9", json={"name": "x", "own": {"deep": 1}}).raise_for_status()
    client.put(f"{SNAPSHOTS}/before").raise_for_status()
    nothing: dict[str, object] = {"added": [], "changed": [], "removed": [], "settings": {}}
    assert client.get(f"{SNAPSHOTS}/before/diff").json() == nothing
    client.link(external_id="second")
    client.put(f"{LINKS}/1", json={**LINK, "external_id": "changed"}).raise_for_status()
    client.put("/__admin/entities/AGENT/9", json={"name": "x", "own": {"deep": 2}}).raise_for_status()
    client.delete("/__admin/entities/BILL/1001").raise_for_status()
    client.patch("/__admin/settings", json={"latency": "5ms"}).raise_for_status()
    found = client.get(f"{SNAPSHOTS}/before/diff").json()
    assert [(each["table"], each["id"]) for each in found["added"]] == [("key_links", 2)]
    assert found["added"][0]["record"]["external_id"] == "second"
    assert found["changed"] == [
        {
            "table": "entities.AGENT",
            "id": 9,
            "fields": {"own": {"before": {"deep": 1}, "after": {"deep": 2}}},
        },
        {
            "table": "key_links",
            "id": 1,
            "fields": {"external_id": {"before": LINK["external_id"], "after": "changed"}},
        },
    ]
    assert [(each["table"], each["record"]["bill_id"]) for each in found["removed"]] == [
        ("entities.BILL", 1001)
    ]
    assert found["settings"] == {"latency": {"before": None, "after": "5ms"}}


def test_a_reset_keeps_snapshots(client: Client) -> None:
    client.link()
    client.put(f"{SNAPSHOTS}/one-link").raise_for_status()
    client.post("/__admin/reset").raise_for_status()
    client.post(f"{SNAPSHOTS}/one-link/restore").raise_for_status()
    assert client.get(LINKS).json()["record_count"] == 1


@pytest.mark.parametrize(
    "name", ["A", ".a", "a b", "%2E%2E%2Fx", "ü", "x" * 65, "con", "nul.txt", "a:b", "a%00"]
)
def test_what_is_no_name_is_refused_with_what_one_looks_like(client: Client, name: str) -> None:
    message = assert_refused(client.put(f"{SNAPSHOTS}/{name}"), 400, "invalid")
    assert "1 to 64 lower-case letters" in message
    assert names(client) == []


@pytest.mark.parametrize("name", ["a", "0", "-", "_", "a.b", "v1.2-rc_3", "x" * 64, "console", "a.json"])
def test_names_may_have_letters_digits_dots_dashes_and_underscores(client: Client, name: str) -> None:
    client.put(f"{SNAPSHOTS}/{name}").raise_for_status()
    assert names(client) == [name]
    client.post(f"{SNAPSHOTS}/{name}/restore").raise_for_status()
    client.delete(f"{SNAPSHOTS}/{name}").raise_for_status()
    assert names(client) == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/restore"), ("GET", "/diff")]
)
def test_an_unknown_snapshot_is_404_and_those_there_are_named(client: Client, method: str, path: str) -> None:
    assert "there are none" in assert_refused(
        client.request(method, f"{SNAPSHOTS}/a{path}"), 404, "not_found"
    )
    client.put(f"{SNAPSHOTS}/known").raise_for_status()
    for name in ("a", "..%2Fdefault", "KNOWN"):
        refused = client.request(method, f"{SNAPSHOTS}/{name}{path}")
        assert "there are known" in assert_refused(refused, 404, "not_found")


def test_snapshots_saved_at_once_are_each_whole(client: Client) -> None:
    def work() -> None:
        own = Client(client.url)
        for _ in range(5):
            assert own.put(f"{SNAPSHOTS}/same").status_code == 200
            assert len(own.get(f"{SNAPSHOTS}/same").json()["entities"]["CUSTOMER"]) == 25
        own.close()

    failures: list[threading.ExceptHookArgs] = []
    before, threading.excepthook = threading.excepthook, failures.append
    try:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    finally:
        threading.excepthook = before
    assert failures == []
    assert names(client) == ["same"]


# On disk.


def saved(folder: Path) -> Path:
    """A snapshot `mine` of a world with one link, as it lies on disk."""
    with serving(data=folder) as client:
        client.link()
        client.put(f"{SNAPSHOTS}/mine").raise_for_status()
    return folder / "snapshots" / "default" / "mine.json"


def test_a_snapshot_survives_a_restart_and_is_no_data_file(tmp_path: Path) -> None:
    saved(tmp_path)
    assert [path.name for path in tmp_path.glob("*.json")] == ["default.json"]
    with serving(data=tmp_path) as client:
        client.delete(f"{LINKS}/1").raise_for_status()
        assert names(client) == ["mine"]
        client.post(f"{SNAPSHOTS}/mine/restore").raise_for_status()
        assert client.get(f"{LINKS}/1").status_code == 200
        assert client.link(external_id="next") == 2


def test_a_file_is_a_fixture_with_sorted_keys_and_a_record_a_line_so_that_a_diff_of_two_is_short(
    tmp_path: Path,
) -> None:
    path = saved(tmp_path)
    text = path.read_text(encoding="ascii")
    document = json.loads(text)
    assert document["schema"] == 1
    assert list(document) == sorted(document)
    record = next(line for line in text.splitlines() if "integration_key_link_id" in line)
    assert list(json.loads(record.rstrip(","))) == sorted(document["key_links"][0])
    with serving(data=tmp_path) as client:
        client.link(external_id="second")
        client.put(f"{SNAPSHOTS}/later").raise_for_status()
    before, after = (set(each.read_text().splitlines()) for each in (path, path.with_name("later.json")))
    assert len(after - before) == 3, "the first link's comma, the second link, the next id"


def test_a_file_can_be_checked_and_started_from(tmp_path: Path) -> None:
    path = saved(tmp_path)
    checked = CliRunner().invoke(cli, ["fixture", "check", str(path)])
    assert checked.exit_code == 0, checked.output
    assert "fine" in checked.output
    with process("--ephemeral", "--fixture", str(path)) as server:
        assert server.client.get(f"{LINKS}/1").status_code == 200
        assert server.client.link(external_id="next") == 2
        assert server.client.post("/__admin/reset").ok
        assert server.client.get(LINKS).json()["record_count"] == 1
        assert server.stop() == 0
        assert server.errors == []


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"{", "line 1 column 2"),
        (b"[]", "it is no object"),
        (b"\xff", "byte 0"),
        (b'{"schema": 2}', "schema: must be 1"),
        (b'{"key_links": [{"internal_id": "x"}]}', "key_links[0].internal_id"),
        (b'{"entities": {"BILL": [{"bill_id": 1, "x": NaN}]}}', "NaN"),
    ],
)
def test_a_damaged_file_is_named_with_its_place_changes_nothing_and_can_be_deleted_or_replaced(
    tmp_path: Path, data: bytes, where: str
) -> None:
    path = saved(tmp_path)
    path.write_bytes(data)
    with serving(data=tmp_path) as client:
        before = client.get("/__admin/state").json()
        for method, part in (("POST", "/restore"), ("GET", "/diff")):
            message = assert_refused(client.request(method, f"{SNAPSHOTS}/mine{part}"), 500, "storage")
            assert message.startswith("the snapshot mine is damaged: ")
            assert where in message
        assert client.get(f"{SNAPSHOTS}/mine").status_code in (200, 500)
        assert client.get("/__admin/state").json() == before
        assert path.read_bytes() == data
        assert names(client) == ["mine"]
        client.put(f"{SNAPSHOTS}/mine").raise_for_status()
        assert client.get(f"{SNAPSHOTS}/mine").json() == before
        path.write_bytes(data)
        client.delete(f"{SNAPSHOTS}/mine").raise_for_status()
        assert names(client) == []


@posix_only
def test_on_a_full_disk_the_old_snapshot_stays_as_it_was(tmp_path: Path) -> None:
    path = saved(tmp_path)
    before = path.read_bytes()
    with serving(data=tmp_path) as client:
        with disk_full(at=1000):
            refused = client.put(f"{SNAPSHOTS}/mine")
        assert "cannot be written" in assert_refused(refused, 500, "storage")
        assert path.read_bytes() == before
        assert os.listdir(path.parent) == ["mine.json"]  # noqa: PTH208 (nothing half-written either)
        client.put(f"{SNAPSHOTS}/mine").raise_for_status()


def test_other_files_in_the_folder_are_no_snapshots(tmp_path: Path) -> None:
    path = saved(tmp_path)
    for name in ("Mine.json", "notes.txt", "mine.json.tmp", "a b.json"):
        path.with_name(name).write_text("{}")
    with serving(data=tmp_path) as client:
        assert names(client) == ["mine"]


def test_a_setting_that_the_command_line_chose_over_the_fixture_s_is_the_same_after_a_restore(
    tmp_path: Path,
) -> None:
    fixture = tmp_path / "mine.json"
    fixture.write_text('{"settings": {"duplicates": "allow"}}')
    names = ("default", str(fixture))
    with serving(fixture=names, duplicates="reject") as client:
        client.put(f"{SNAPSHOTS}/a").raise_for_status()
        client.post(f"{SNAPSHOTS}/a/restore").raise_for_status()
        assert client.get("/__admin/settings").json()["duplicates"] == "reject"


def test_the_difference_of_settings_is_that_of_what_is_in_force() -> None:
    with serving(duplicates="allow", latency=Latency.read("5ms")) as client:
        client.put(f"{SNAPSHOTS}/mine").raise_for_status()
        client.patch("/__admin/settings", json={"latency": "5ms", "error_rate": None}).raise_for_status()
        assert client.get(f"{SNAPSHOTS}/mine/diff").json()["settings"] == {}
        client.patch("/__admin/settings", json={"duplicates": None}).raise_for_status()
        changed = client.get(f"{SNAPSHOTS}/mine/diff").json()["settings"]
        assert changed == {"duplicates": {"before": "allow", "after": "reject"}}
