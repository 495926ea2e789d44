"""Health, readiness, reset and state."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from mockrevio import __version__
from tests.storage.refusals import disk_full, posix_only
from tests.support import LINK, Client, process, serving

LINKS = "/v1/IntegrationKeyLink"


@pytest.mark.parametrize("path", ["/__admin/health", "/__admin/ready"])
def test_health_and_ready_tell_version_port_uptime_and_worlds(client: Client, path: str) -> None:
    body = client.get(path).json()
    assert body["ok"] is True
    assert body["version"] == __version__
    assert client.url.endswith(f":{body['port']}")
    assert body["uptime"] >= 0
    assert body["worlds"] == ["default"]


def test_a_reset_brings_back_data_and_ids(client: Client) -> None:
    before = client.get("/__admin/state").json()
    client.link()
    client.delete("/__admin/entities/CUSTOMER")
    assert client.get("/__admin/state").json() != before
    assert client.post("/__admin/reset").json() == {"ok": True}
    assert client.get("/__admin/state").json() == before
    assert client.link() == 1


def test_the_state_can_be_put_back_as_it_was_read(client: Client) -> None:
    client.link()
    client.delete(f"{LINKS}/1")
    client.link(external_id="second")
    state = client.get("/__admin/state").json()
    assert state["next_ids"]["key_links"] == 3
    client.post("/__admin/reset")
    assert client.put("/__admin/state", json=state).json() == {"ok": True}
    assert client.get("/__admin/state").json() == state
    assert client.link() == 3


def test_after_a_state_was_put_a_reset_still_returns_to_the_fixture(client: Client) -> None:
    before = client.get("/__admin/state").json()
    client.put("/__admin/state", json={"schema": 1}).raise_for_status()
    assert client.get("/v1/Customers").json()["records"] == []
    client.post("/__admin/reset")
    assert client.get("/__admin/state").json() == before


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], "document"),
        ({"nonsense": 1}, "nonsense"),
        ({"entities": {"customer": []}}, "entities.customer"),
        ({"key_links": [{**LINK, "internal_id": "x"}]}, "key_links[0].internal_id"),
        ({"settings": {"error_shape": "round"}}, "settings.error_shape"),
    ],
)
def test_a_state_with_mistakes_is_400_names_each_place_and_changes_nothing(
    client: Client, document: object, place: str
) -> None:
    client.link()
    before = client.get("/__admin/state").json()
    answer = client.put("/__admin/state", json=document)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid")
    assert place in answer.json()["mistakes"][0]["place"]
    assert client.get("/__admin/state").json() == before


def test_the_settings_of_a_state_count_at_once(client: Client) -> None:
    client.put("/__admin/state", json={"settings": {"error_shape": "object"}}).raise_for_status()
    assert client.get(f"{LINKS}/1").json()["error"] == "not_found"
    client.post("/__admin/reset")
    assert client.get(f"{LINKS}/1").json()[0]["error"] == "not_found"


def test_a_state_may_be_far_larger_than_what_rev_io_takes(client: Client) -> None:
    padding = " " * (2 * 1024 * 1024)
    assert client.put("/__admin/state", data=f'{{"schema": 1{padding}}}').status_code == 200


FAULT = {"match": {"method": "PUT"}, "effect": {"status": 503}}


def disturbed(client: Client) -> None:
    """Change everything that a world has."""
    client.link()
    client.post("/__admin/entities/CUSTOMER", json={"count": 2}).raise_for_status()
    client.delete("/__admin/entities/BILL").raise_for_status()
    client.post("/__admin/faults", json=FAULT).raise_for_status()
    client.patch("/__admin/settings", json={"error_shape": "object", "rate_limit": "9/60"}).raise_for_status()
    client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"}).raise_for_status()


def test_a_reset_brings_back_all_that_a_world_has(client: Client) -> None:
    before = client.get("/__admin/state").json()
    settings = client.get("/__admin/settings").json()
    disturbed(client)
    client.post("/__admin/reset").raise_for_status()
    assert client.get("/__admin/state").json() == before
    assert client.get("/__admin/settings").json() == settings
    assert client.get("/__admin/faults").json()["faults"] == []
    assert client.get("/__admin/requests").json()["requests"] == []
    assert client.get("/__admin/clock").json()["frozen"] is False
    assert not any(each["decided"] for each in client.get("/__admin/behaviours").json()["behaviours"])
    assert client.post("/__admin/faults", json=FAULT).json()["id"] == 1
    assert client.link() == 1


def test_after_a_reset_a_seeded_world_makes_up_the_same_records_and_decides_alike() -> None:
    with serving(seed=42) as client:
        runs = []
        for _ in range(3):
            made = client.post("/__admin/entities/CUSTOMER", json={"count": 3}).json()
            rule = {"when": {"probability": 0.5}, "effect": {"status": 503}}
            client.post("/__admin/faults", json=rule).raise_for_status()
            runs.append((made, [client.get("/v1/SystemStatus").status_code for _ in range(20)]))
            client.post("/__admin/reset").raise_for_status()
        assert runs[0] == runs[1] == runs[2]
        assert set(runs[0][1]) == {200, 503}


def test_without_a_seed_chance_does_not_repeat_itself(client: Client) -> None:
    made = []
    for _ in range(2):
        made.append(client.post("/__admin/entities/CUSTOMER", json={"count": 5}).json())
        client.post("/__admin/reset").raise_for_status()
    assert made[0] != made[1]


def test_a_reset_returns_to_the_clock_and_the_faults_of_the_start(tmp_path: Path) -> None:
    fixture = tmp_path / "mine.json"
    fixture.write_text('{"faults": [{"name": "of the fixture", "effect": {"latency": "1ms"}}]}')
    options = (
        "--ephemeral",
        "--fixture",
        "default",
        "--fixture",
        str(fixture),
        "--clock",
        "2030-01-02T03:04:05",
    )
    with process(*options) as server:
        client = server.client
        clock = client.get("/__admin/clock").json()
        assert clock["frozen"]
        for _ in range(2):
            (rule,) = client.get("/__admin/faults").json()["faults"]
            assert (rule["id"], rule["name"], rule["fired"]) == (1, "of the fixture", 0)
            client.get("/v1/SystemStatus").raise_for_status()
            disturbed(client)
            client.put("/__admin/clock", json={"frozen": False}).raise_for_status()
            client.post("/__admin/reset").raise_for_status()
            assert client.get("/__admin/clock").json() == clock


def test_a_put_state_keeps_log_and_clock(client: Client) -> None:
    disturbed(client)
    client.put("/__admin/state", json={"schema": 1}).raise_for_status()
    assert client.get("/__admin/clock").json()["frozen"] is True
    assert client.get("/__admin/requests").json()["count"] == 1
    assert client.get("/__admin/faults").json()["faults"] == []
    assert client.get("/__admin/settings").json()["rate_limit"] is None


def test_a_state_has_faults_and_settings_and_brings_them_to_another_server(client: Client) -> None:
    disturbed(client)
    state = client.get("/__admin/state").json()
    assert state["settings"] == {"error_shape": "object", "rate_limit": "9/60"}
    assert state["faults"] == [FAULT]
    with serving() as other:
        other.put("/__admin/state", json=state).raise_for_status()
        assert other.get("/__admin/state").json() == state
        assert other.put(f"{LINKS}/1", json=LINK).status_code == 503


def test_a_restart_keeps_data_ids_snapshots_and_settings_and_forgets_faults_log_and_clock(
    tmp_path: Path,
) -> None:
    fixture = tmp_path / "mine.json"
    fixture.write_text('{"faults": [{"name": "of the fixture", "effect": {"latency": "1ms"}}]}')
    options: dict[str, Any] = {"data": tmp_path / "data", "fixture": ("default", str(fixture))}
    with serving(**options) as client:
        disturbed(client)
        client.put("/__admin/snapshots/mine").raise_for_status()
        before = client.get("/__admin/state").json()
    with serving(**options) as client:
        after = client.get("/__admin/state").json()
        assert [each["name"] for each in after.pop("faults")] == ["of the fixture"]
        assert len(before.pop("faults")) == 2
        assert after == before
        assert client.get("/__admin/settings").json()["error_shape"] == "object"
        assert client.get("/__admin/requests").json()["requests"] == []
        assert client.get("/__admin/clock").json()["frozen"] is False
        assert client.get("/__admin/snapshots").json()["snapshots"] == ["mine"]
        client.post("/__admin/reset").raise_for_status()
        assert client.get("/__admin/settings").json()["error_shape"] == "array"
    with serving(**options) as client:
        assert client.get("/__admin/settings").json()["error_shape"] == "array"
        assert client.link() == 1


@posix_only
def test_a_reset_that_the_disk_refuses_changes_no_data_and_works_again_once_there_is_room(
    tmp_path: Path,
) -> None:
    with serving(data=tmp_path) as client:
        client.link()
        before = client.get("/__admin/state").json()
        with disk_full(at=2000):
            assert client.post("/__admin/reset").json()["error"] == "storage"
        assert client.get("/__admin/state").json() == before
        client.post("/__admin/reset").raise_for_status()
        assert client.link() == 1


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_a_number_that_no_data_file_could_hold_is_refused(client: Client, number: str) -> None:
    for method, path, body in (
        ("PUT", "/__admin/entities/PRODUCT/1001", f'{{"rate": {number}}}'),
        ("PUT", "/__admin/entities/PRODUCT/1001", f'{{"own": [{number}]}}'),
        ("PUT", "/__admin/state", f'{{"entities": {{"PRODUCT": [{{"product_id": 1, "rate": {number}}}]}}}}'),
        ("PUT", "/v1/Customers/1001", f'{{"finance": {{"balance": {number}}}}}'),
        ("PUT", "/v1/Products/1001", f'{{"rate": {number}}}'),
    ):
        answer = client.request(method, path, data=body)
        assert answer.status_code == 400, (path, answer.text)


def test_a_reset_while_others_write_leaves_every_answer_true(client: Client) -> None:
    """A link that was created is there, or a reset came after it."""
    stop = threading.Event()
    failures: list[int] = []

    def write(number: int) -> None:
        own = Client(client.url)
        step = 0
        while not stop.is_set():
            step += 1
            status = own.post(LINKS, json={**LINK, "external_id": f"{number}-{step}"}).status_code
            if status != 201:
                failures.append(status)
        own.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for each in threads:
        each.start()
    for _ in range(30):
        client.post("/__admin/reset").raise_for_status()
    stop.set()
    for each in threads:
        each.join()
    assert failures == []
    links = client.get("/__admin/state").json()["key_links"]
    assert [each["integration_key_link_id"] for each in links] == list(range(1, len(links) + 1))


def test_a_state_with_the_deepest_record_there_may_be_reads_back(client: Client) -> None:
    deep: object = 1
    for _ in range(98):
        deep = [deep]
    client.post("/__admin/entities/CUSTOMER", json={"id": 7, "x": deep}).raise_for_status()
    state = client.get("/__admin/state").json()
    client.put("/__admin/state", json=state).raise_for_status()
    assert client.get("/__admin/state").json() == state


@posix_only
def test_a_reset_that_the_disk_refuses_leaves_the_clock_as_it_is(tmp_path: Path) -> None:
    with serving(data=tmp_path) as client:
        client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"}).raise_for_status()
        with disk_full(at=10):
            assert client.post("/__admin/reset").status_code == 500
        assert client.get("/__admin/clock").json()["now"] == "2030-01-02T03:04:05.000"


def test_a_link_of_the_admin_side_may_be_written_as_one_of_the_api(client: Client) -> None:
    odd = {**LINK, "internal_id": 1015.0, "external_id": 5.5}
    for path in (LINKS, "/__admin/key_links"):
        assert client.post(path, json=odd).status_code == 201
        shown = client.get("/__admin/key_links").json()["key_links"][-1]
        assert (shown["internal_id"], shown["external_id"]) == (1015, "5.5")
        client.post("/__admin/reset").raise_for_status()
