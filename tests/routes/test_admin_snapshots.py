"""Snapshots in the admin API: saving, restoring, comparing and deleting them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from mockrevio.quantities import Latency
from tests.routes.common import LINKS, SNAPSHOTS, assert_error, snapshot_names
from tests.support import LINK, Client, serving

FAULT = {"match": {"method": "PUT"}, "effect": {"status": 503}}


@pytest.fixture(params=["in memory", "on disk"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    with serving(**({"ephemeral": True} if request.param == "in memory" else {"data": tmp_path})) as started:
        yield started


def test_a_snapshot_can_be_saved_listed_read_replaced_and_deleted(client: Client) -> None:
    assert snapshot_names(client) == []
    assert client.put(f"{SNAPSHOTS}/b").json() == {"ok": True, "snapshot": "b"}
    client.put(f"{SNAPSHOTS}/a").raise_for_status()
    assert snapshot_names(client) == ["a", "b"]
    state = client.get("/__admin/state").json()
    assert client.get(f"{SNAPSHOTS}/a").json() == state
    client.link()
    assert client.get(f"{SNAPSHOTS}/a").json() == state
    client.put(f"{SNAPSHOTS}/a").raise_for_status()
    assert client.get(f"{SNAPSHOTS}/a").json() == client.get("/__admin/state").json() != state
    assert client.delete(f"{SNAPSHOTS}/a").json() == {"ok": True}
    assert snapshot_names(client) == ["b"]


def test_a_restore_covers_data_ids_faults_and_settings_but_not_log_and_clock(client: Client) -> None:
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


def test_a_diff_lists_added_changed_and_removed_records(client: Client) -> None:
    client.link()
    client.put("/__admin/entities/AGENT/9", json={"name": "x", "own": {"deep": 1}}).raise_for_status()
    client.put(f"{SNAPSHOTS}/before").raise_for_status()
    empty: dict[str, object] = {"added": [], "changed": [], "removed": [], "settings": {}}
    assert client.get(f"{SNAPSHOTS}/before/diff").json() == empty
    client.link(external_id="second")
    client.put(f"{LINKS}/1", json={**LINK, "external_id": "changed"}).raise_for_status()
    client.put("/__admin/entities/AGENT/9", json={"name": "x", "own": {"deep": 2}}).raise_for_status()
    client.delete("/__admin/entities/BILL/1001").raise_for_status()
    client.patch("/__admin/settings", json={"latency": "5ms"}).raise_for_status()
    diff = client.get(f"{SNAPSHOTS}/before/diff").json()
    assert [(entry["table"], entry["id"]) for entry in diff["added"]] == [("key_links", 2)]
    assert diff["added"][0]["record"]["external_id"] == "second"
    assert diff["changed"] == [
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
    assert [(entry["table"], entry["record"]["bill_id"]) for entry in diff["removed"]] == [
        ("entities.BILL", 1001)
    ]
    assert diff["settings"] == {"latency": {"before": None, "after": "5ms"}}


def test_a_diff_lists_only_what_a_write_changed_of_what_rev_io_shows(client: Client) -> None:
    client.put(f"{SNAPSHOTS}/before").raise_for_status()
    patch = [{"op": "replace", "path": "/status", "value": "CLOSED"}]
    client.patch("/v1/Agents/1001", json=patch).raise_for_status()
    agent = client.get("/v1/Agents/1002").json()
    client.put("/v1/Agents/1002", json=agent).raise_for_status()  # stores what it shows as unset
    [changed] = client.get(f"{SNAPSHOTS}/before/diff").json()["changed"]
    assert changed["id"] == 1001
    assert changed["fields"].keys() == {"status"}


def test_a_reset_keeps_snapshots(client: Client) -> None:
    client.link()
    client.put(f"{SNAPSHOTS}/one-link").raise_for_status()
    client.post("/__admin/reset").raise_for_status()
    client.post(f"{SNAPSHOTS}/one-link/restore").raise_for_status()
    assert client.get(LINKS).json()["record_count"] == 1


@pytest.mark.parametrize(
    "name", ["A", ".a", "a b", "%2E%2E%2Fx", "ü", "x" * 65, "con", "nul.txt", "a:b", "a%00"]
)
def test_an_invalid_name_is_rejected_with_the_allowed_form(client: Client, name: str) -> None:
    message = assert_error(client.put(f"{SNAPSHOTS}/{name}"), 400, "invalid")
    assert "1 to 64 lowercase letters" in message
    assert snapshot_names(client) == []


@pytest.mark.parametrize("name", ["a", "0", "-", "_", "a.b", "v1.2-rc_3", "x" * 64, "console", "a.json"])
def test_a_name_may_have_letters_digits_dots_dashes_and_underscores(client: Client, name: str) -> None:
    client.put(f"{SNAPSHOTS}/{name}").raise_for_status()
    assert snapshot_names(client) == [name]
    client.post(f"{SNAPSHOTS}/{name}/restore").raise_for_status()
    client.delete(f"{SNAPSHOTS}/{name}").raise_for_status()
    assert snapshot_names(client) == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/restore"), ("GET", "/diff")]
)
def test_an_unknown_snapshot_is_404_and_lists_the_known_ones(client: Client, method: str, path: str) -> None:
    assert "known snapshots: none" in assert_error(
        client.request(method, f"{SNAPSHOTS}/a{path}"), 404, "not_found"
    )
    client.put(f"{SNAPSHOTS}/known").raise_for_status()
    for name in ("a", "..%2Fdefault", "KNOWN"):
        response = client.request(method, f"{SNAPSHOTS}/{name}{path}")
        assert "known snapshots: known" in assert_error(response, 404, "not_found")


def test_concurrent_saves_never_mix(client: Client) -> None:
    def save_repeatedly() -> None:
        writer = Client(client.url)
        for _ in range(5):
            assert writer.put(f"{SNAPSHOTS}/same").status_code == 200
            assert len(writer.get(f"{SNAPSHOTS}/same").json()["entities"]["CUSTOMER"]) == 25
        writer.close()

    failures: list[threading.ExceptHookArgs] = []
    before, threading.excepthook = threading.excepthook, failures.append
    try:
        threads = [threading.Thread(target=save_repeatedly) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        threading.excepthook = before
    assert failures == []
    assert snapshot_names(client) == ["same"]


def test_a_restore_keeps_a_setting_from_the_command_line(tmp_path: Path) -> None:
    fixture = tmp_path / "mine.json"
    fixture.write_text('{"settings": {"duplicates": "allow"}}')
    with serving(fixture=("default", str(fixture)), duplicates="reject") as client:
        client.put(f"{SNAPSHOTS}/a").raise_for_status()
        client.post(f"{SNAPSHOTS}/a/restore").raise_for_status()
        assert client.get("/__admin/settings").json()["duplicates"] == "reject"


def test_a_diff_compares_effective_settings() -> None:
    with serving(duplicates="allow", latency=Latency.parse("5ms")) as client:
        client.put(f"{SNAPSHOTS}/mine").raise_for_status()
        client.patch("/__admin/settings", json={"latency": "5ms", "error_rate": None}).raise_for_status()
        assert client.get(f"{SNAPSHOTS}/mine/diff").json()["settings"] == {}
        client.patch("/__admin/settings", json={"duplicates": None}).raise_for_status()
        changed = client.get(f"{SNAPSHOTS}/mine/diff").json()["settings"]
        assert changed == {"duplicates": {"before": "allow", "after": "reject"}}


def test_snapshots_in_memory_are_limited_in_all_worlds_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockrevio.world.snapshots.MAX_MEMORY", 1024 * 1024)
    with serving(isolate_clients=True) as client:

        def save(name: str, world: str) -> requests.Response:
            return client.put(f"/__admin/snapshots/{name}", params={"client": world})

        world = {"client": "one"}
        client.post("/__admin/reset", params=world).raise_for_status()
        size = len(client.get("/__admin/state", params=world).content)
        saved = [
            save(f"s{number}", f"w{number % 3}").status_code for number in range(2 * 1024 * 1024 // size)
        ]
        assert set(saved) == {200, 507}
        full = save("more", "one")
        assert (full.status_code, full.json()["error"]) == (507, "snapshots_full")
        assert "1 MiB" in full.json()["message"]
        assert "--data" in full.json()["message"]
        assert client.get("/__admin/snapshots", params=world).json()["snapshots"] == []
        assert save("s0", "w0").status_code == 200, "it replaces itself"
        client.delete("/__admin/snapshots/s0", params={"client": "w0"}).raise_for_status()
        assert save("more", "one").status_code == 200
        assert save("yet_more", "one").status_code == 507
        client.delete("/__admin/worlds/w1").raise_for_status()
        assert save("yet_more", "one").status_code == 200


def test_a_listing_tells_when_each_snapshot_was_saved_and_its_size(client: Client) -> None:
    client.put("/__admin/clock", json={"now": "2030-01-01T00:00:00"}).raise_for_status()
    before = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=2)  # a file system may round down
    client.put(f"{SNAPSHOTS}/a").raise_for_status()

    listing = client.get(f"{SNAPSHOTS}?details=true").json()

    assert (listing["count"], listing["snapshots"]) == (1, ["a"])
    (details,) = listing["details"]
    assert details["name"] == "a"
    assert before <= datetime.fromisoformat(details["saved_at"]) <= datetime.now(UTC).replace(tzinfo=None)
    client.post("/__admin/entities/CUSTOMER", json={"count": 20}).raise_for_status()
    client.put(f"{SNAPSHOTS}/b").raise_for_status()
    _, larger = client.get(f"{SNAPSHOTS}?details=true").json()["details"]
    assert larger["size"] > details["size"] > 1000
    client.delete(f"{SNAPSHOTS}/a").raise_for_status()
    assert [each["name"] for each in client.get(f"{SNAPSHOTS}?details=true").json()["details"]] == ["b"]


def test_large_differences_can_be_listed_in_part_with_the_numbers_of_all(client: Client) -> None:
    client.put(f"{SNAPSHOTS}/a").raise_for_status()
    client.post("/__admin/entities/CUSTOMER", json={"count": 5}).raise_for_status()
    client.link()
    client.post("/__admin/faults", json=FAULT).raise_for_status()

    diff = client.get(f"{SNAPSHOTS}/a/diff?details=true&limit=2").json()

    assert [each["table"] for each in diff["added"]] == ["entities.CUSTOMER"] * 2 + ["key_links"]
    assert diff["counts"]["entities.CUSTOMER"] == {"added": 5, "changed": 0, "removed": 0}
    assert diff["faults"] == {"before": [], "after": [FAULT]}
    client.delete("/__admin/faults").raise_for_status()
    assert client.get(f"{SNAPSHOTS}/a/diff?details=true").json()["faults"] is None
    assert "faults" not in client.get(f"{SNAPSHOTS}/a/diff").json()
    for query, message in (
        ("limit=x", "limit: must be a whole number"),
        ("details=yes", "details: must be true"),
    ):
        assert message in assert_error(client.get(f"{SNAPSHOTS}/a/diff?{query}"), 400, "invalid")


def test_a_state_can_be_checked_without_replacing_the_world(client: Client) -> None:
    state = client.get("/__admin/state").json()

    assert client.put("/__admin/state?dry_run=true", json={"schema": 1}).json() == {"ok": True}
    refused = client.put("/__admin/state?dry_run=true", json={"schema": 1, "key_links": [{}]})

    assert "key_links[0].external_id" in assert_error(refused, 400, "invalid")
    assert client.get("/__admin/state").json() == state
