"""Health, readiness, reset and state."""

from __future__ import annotations

import pytest

from mockrevio import __version__
from tests.support import LINK, Client

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
