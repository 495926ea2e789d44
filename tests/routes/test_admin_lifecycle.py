"""Health, readiness, reset and state."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from mockrevio import __version__
from mockrevio.documents import MAX_DEPTH
from tests.routes.common import LINKS
from tests.storage.refusals import disk_full, posix_only
from tests.support import LINK, Client, process, serving


@pytest.mark.parametrize("path", ["/__admin/health", "/__admin/ready"])
def test_health_and_ready_return_version_port_uptime_and_worlds(client: Client, path: str) -> None:
    body = client.get(path).json()
    assert body["ok"] is True
    assert body["version"] == __version__
    assert client.url.endswith(f":{body['port']}")
    assert body["uptime"] >= 0
    assert body["worlds"] == ["default"]


def test_a_reset_restores_data_and_ids(client: Client) -> None:
    before = client.get("/__admin/state").json()
    client.link()
    client.delete("/__admin/entities/CUSTOMER")
    assert client.get("/__admin/state").json() != before
    response = client.post("/__admin/reset").json()
    assert response["ok"]
    assert response["fixture"] == {"names": ["default"], "changed": False}
    assert client.get("/__admin/state").json() == before
    assert client.link() == 1


def test_a_state_that_was_read_can_be_put_back(client: Client) -> None:
    client.link()
    client.delete(f"{LINKS}/1")
    client.link(external_id="second")
    state = client.get("/__admin/state").json()
    assert state["next_ids"]["key_links"] == 3
    client.post("/__admin/reset")
    assert client.put("/__admin/state", json=state).json() == {"ok": True}
    assert client.get("/__admin/state").json() == state
    assert client.link() == 3


def test_a_reset_after_replacing_the_state_restores_the_fixture(client: Client) -> None:
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
def test_an_invalid_state_is_rejected_with_its_place(client: Client, document: object, place: str) -> None:
    client.link()
    before = client.get("/__admin/state").json()
    response = client.put("/__admin/state", json=document)
    assert (response.status_code, response.json()["error"]) == (400, "invalid")
    assert place in response.json()["mistakes"][0]["place"]
    assert client.get("/__admin/state").json() == before


def test_the_settings_of_a_state_take_effect_immediately(client: Client) -> None:
    client.put("/__admin/state", json={"settings": {"error_shape": "object"}}).raise_for_status()
    assert client.get(f"{LINKS}/1").json()["error"] == "not_found"
    client.post("/__admin/reset")
    assert client.get(f"{LINKS}/1").json()[0]["error"] == "not_found"


def test_a_state_may_exceed_the_body_limit_of_the_api(client: Client) -> None:
    padding = " " * (2 * 1024 * 1024)
    assert client.put("/__admin/state", data=f'{{"schema": 1{padding}}}').status_code == 200


FAULT = {"match": {"method": "PUT"}, "effect": {"status": 503}}


def change_everything(client: Client) -> None:
    """Change everything in a world."""
    client.link()
    client.post("/__admin/entities/CUSTOMER", json={"count": 2}).raise_for_status()
    client.delete("/__admin/entities/BILL").raise_for_status()
    client.post("/__admin/faults", json=FAULT).raise_for_status()
    client.patch("/__admin/settings", json={"error_shape": "object", "rate_limit": "9/60"}).raise_for_status()
    client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"}).raise_for_status()


def test_a_reset_restores_everything_in_a_world(client: Client) -> None:
    before = client.get("/__admin/state").json()
    settings = client.get("/__admin/settings").json()
    change_everything(client)
    client.post("/__admin/reset").raise_for_status()
    assert client.get("/__admin/state").json() == before
    assert client.get("/__admin/settings").json() == settings
    assert client.get("/__admin/faults").json()["faults"] == []
    assert client.get("/__admin/requests").json()["requests"] == []
    assert client.get("/__admin/clock").json()["frozen"] is False
    assert not any(
        behaviour["decided"] for behaviour in client.get("/__admin/behaviours").json()["behaviours"]
    )
    assert client.post("/__admin/faults", json=FAULT).json()["id"] == 1
    assert client.link() == 1


def test_a_reset_of_a_seeded_world_repeats_its_random_choices() -> None:
    with serving(seed=42) as client:
        runs = []
        for _ in range(3):
            records = client.post("/__admin/entities/CUSTOMER", json={"count": 3}).json()
            rule = {"when": {"probability": 0.5}, "effect": {"status": 503}}
            client.post("/__admin/faults", json=rule).raise_for_status()
            runs.append((records, [client.get("/v1/SystemStatus").status_code for _ in range(20)]))
            client.post("/__admin/reset").raise_for_status()
        assert runs[0] == runs[1] == runs[2]
        assert set(runs[0][1]) == {200, 503}


def test_without_a_seed_random_choices_differ(client: Client) -> None:
    runs = []
    for _ in range(2):
        runs.append(client.post("/__admin/entities/CUSTOMER", json={"count": 5}).json())
        client.post("/__admin/reset").raise_for_status()
    assert runs[0] != runs[1]


def test_a_reset_restores_the_initial_clock_and_faults(tmp_path: Path) -> None:
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
            change_everything(client)
            client.put("/__admin/clock", json={"frozen": False}).raise_for_status()
            client.post("/__admin/reset").raise_for_status()
            assert client.get("/__admin/clock").json() == clock


def test_replacing_the_state_keeps_log_and_clock(client: Client) -> None:
    change_everything(client)
    client.put("/__admin/state", json={"schema": 1}).raise_for_status()
    assert client.get("/__admin/clock").json()["frozen"] is True
    assert client.get("/__admin/requests").json()["count"] == 1
    assert client.get("/__admin/faults").json()["faults"] == []
    assert client.get("/__admin/settings").json()["rate_limit"] is None


def test_a_state_carries_faults_and_settings_to_another_server(client: Client) -> None:
    change_everything(client)
    state = client.get("/__admin/state").json()
    assert state["settings"] == {"error_shape": "object", "rate_limit": "9/60"}
    assert state["faults"] == [FAULT]
    with serving() as second:
        second.put("/__admin/state", json=state).raise_for_status()
        assert second.get("/__admin/state").json() == state
        assert second.put(f"{LINKS}/1", json=LINK).status_code == 503


def test_a_restart_keeps_the_state_but_not_faults_log_and_clock(tmp_path: Path) -> None:
    fixture = tmp_path / "mine.json"
    fixture.write_text('{"faults": [{"name": "of the fixture", "effect": {"latency": "1ms"}}]}')
    options: dict[str, Any] = {"data": tmp_path / "data", "fixture": ("default", str(fixture))}
    with serving(**options) as client:
        change_everything(client)
        client.put("/__admin/snapshots/mine").raise_for_status()
        before = client.get("/__admin/state").json()
    with serving(**options) as client:
        after = client.get("/__admin/state").json()
        assert [rule["name"] for rule in after.pop("faults")] == ["of the fixture"]
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
def test_a_reset_on_a_full_disk_changes_no_data(tmp_path: Path) -> None:
    with serving(data=tmp_path) as client:
        client.link()
        before = client.get("/__admin/state").json()
        with disk_full(at=2000):
            assert client.post("/__admin/reset").json()["error"] == "storage"
        assert client.get("/__admin/state").json() == before
        client.post("/__admin/reset").raise_for_status()
        assert client.link() == 1


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_a_number_that_json_cannot_store_is_rejected(client: Client, number: str) -> None:
    for method, path, body in (
        ("PUT", "/__admin/entities/PRODUCT/1001", f'{{"rate": {number}}}'),
        ("PUT", "/__admin/entities/PRODUCT/1001", f'{{"own": [{number}]}}'),
        ("PUT", "/__admin/state", f'{{"entities": {{"PRODUCT": [{{"product_id": 1, "rate": {number}}}]}}}}'),
        ("PUT", "/v1/Customers/1001", f'{{"finance": {{"balance": {number}}}}}'),
        ("PUT", "/v1/Products/1001", f'{{"rate": {number}}}'),
    ):
        response = client.request(method, path, data=body)
        assert response.status_code == 400, (path, response.text)


def test_concurrent_resets_and_writes_stay_consistent(client: Client) -> None:
    """Every link that was created exists, unless a reset came after it."""
    stop = threading.Event()
    failures: list[int] = []

    def write(number: int) -> None:
        writer = Client(client.url)
        step = 0
        while not stop.is_set():
            step += 1
            with suppress(requests.ConnectionError):  # a reset came while it was in progress
                status = writer.post(LINKS, json={**LINK, "external_id": f"{number}-{step}"}).status_code
                if status != 201:
                    failures.append(status)
        writer.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for _ in range(30):
        client.post("/__admin/reset").raise_for_status()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    links = client.get("/__admin/state").json()["key_links"]
    assert [link["integration_key_link_id"] for link in links] == list(range(1, len(links) + 1))


def test_a_state_with_the_deepest_allowed_record_can_be_put_back(client: Client) -> None:
    deep: object = 1
    for _ in range(MAX_DEPTH - 2):
        deep = [deep]
    client.post("/__admin/entities/CUSTOMER", json={"id": 7, "x": deep}).raise_for_status()
    state = client.get("/__admin/state").json()
    client.put("/__admin/state", json=state).raise_for_status()
    assert client.get("/__admin/state").json() == state


@posix_only
def test_a_reset_on_a_full_disk_keeps_the_clock(tmp_path: Path) -> None:
    with serving(data=tmp_path) as client:
        client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"}).raise_for_status()
        with disk_full(at=10):
            assert client.post("/__admin/reset").status_code == 500
        assert client.get("/__admin/clock").json()["now"] == "2030-01-02T03:04:05.000"


def test_key_links_accept_the_same_lenient_values_as_in_the_api(client: Client) -> None:
    lenient = {**LINK, "internal_id": 1015.0, "external_id": 5.5}
    for path in (LINKS, "/__admin/key_links"):
        assert client.post(path, json=lenient).status_code == 201
        link = client.get("/__admin/key_links").json()["key_links"][-1]
        assert (link["internal_id"], link["external_id"]) == (1015, "5.5")
        client.post("/__admin/reset").raise_for_status()
