"""The settings of a world, read and changed while the server runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import LINK, Client, process, serving

SETTINGS = "/__admin/settings"
NAMES = {
    "auth",
    "strict_login",
    "subscription_key",
    "rate_limit",
    "quota",
    "latency",
    "error_rate",
    "duplicates",
    "error_shape",
    "page_size_over_max",
    "blank_search",
}


def test_every_setting_of_the_world_is_shown_with_its_value(client: Client) -> None:
    shown = client.get(SETTINGS).json()

    assert set(shown) >= NAMES
    assert (shown["auth"], shown["latency"], shown["subscription_key"]) == ("required", None, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auth", "off"),
        ("strict_login", True),
        ("subscription_key", ["a", "b"]),
        ("rate_limit", "500/60"),
        ("quota", "150000/86400"),
        ("latency", "100ms..800ms"),
        ("latency", "lognormal:200ms,0.4"),
        ("error_rate", "0.3:502"),
        ("duplicates", "allow"),
        ("error_shape", "object"),
        ("page_size_over_max", "reject"),
        ("blank_search", "match"),
    ],
)
def test_what_is_changed_is_shown_as_it_was_given_and_null_is_the_default(
    client: Client, name: str, value: Any
) -> None:
    before = client.get(SETTINGS).json()

    assert client.patch(SETTINGS, json={name: value}).json() == {**before, name: value}
    assert client.get(SETTINGS).json()[name] == value
    assert client.patch(SETTINGS, json={name: None}).json() == before


def test_a_change_takes_effect_at_the_next_call(client: Client) -> None:
    client.link()
    assert client.post("/v1/IntegrationKeyLink", json=LINK).status_code == 400
    client.patch(SETTINGS, json={"duplicates": "allow"})
    assert client.post("/v1/IntegrationKeyLink", json=LINK).status_code == 201


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        ({"latency": "fast"}, "latency", "must be a duration (200ms), a range"),
        ({"latency": 5}, "latency", "(lognormal:200ms,0.4), not '5'"),
        ({"error_rate": "30%"}, "error_rate", "a share from 0 to 1"),
        ({"duplicates": "maybe"}, "duplicates", "reject or allow"),
        ({"strict_login": "perhaps"}, "strict_login", "true or false"),
        ({"rate_limit": []}, "rate_limit", "CALLS/SECONDS"),
        ({"auth": {"a": 1}}, "auth", "required or off"),
        ({"port": 5}, "port", "is not a world setting; expected one of auth, "),
        ({"latancy": "1s"}, "latancy", "is not a world setting; expected one of auth, "),
    ],
)
def test_a_bad_value_and_an_unknown_name_are_refused_with_what_is_allowed(
    client: Client, change: dict[str, Any], place: str, says: str
) -> None:
    before = client.get(SETTINGS).json()

    response = client.patch(SETTINGS, json={"error_shape": "object", **change})

    (mistake,) = response.json()["mistakes"]
    assert (response.status_code, response.json()["error"], mistake["place"]) == (400, "invalid", place)
    assert says in mistake["message"]
    assert client.get(SETTINGS).json() == before


@pytest.mark.parametrize("body", ["[]", "null", '"latency"', "5"])
def test_what_is_no_object_is_refused(client: Client, body: str) -> None:
    response = client.patch(SETTINGS, data=body)

    assert (response.status_code, response.json()["error"]) == (400, "invalid")


@pytest.mark.parametrize("body", ["", "{", "\xff"])
def test_what_is_no_json_is_refused(client: Client, body: str) -> None:
    assert client.patch(SETTINGS, data=body.encode("latin-1")).status_code == 400


def test_a_fixtures_settings_yield_to_the_command_line_and_to_a_change(tmp_path: Path) -> None:
    fixture = tmp_path / "settings.json"
    settings = {"error_shape": "object", "duplicates": "allow", "blank_search": "match"}
    fixture.write_text(json.dumps({"settings": settings}), "utf-8")
    with serving(fixture=("default", str(fixture)), duplicates="reject") as client:
        shown = client.patch(SETTINGS, json={"blank_search": "ignore"}).json()
        assert (shown["error_shape"], shown["duplicates"], shown["blank_search"]) == (
            "object",
            "reject",
            "ignore",
        )
        client.post("/__admin/reset")
        assert client.get(SETTINGS).json()["blank_search"] == "match"


def test_changes_survive_a_restart_and_are_dropped_by_a_reset_for_good(tmp_path: Path) -> None:
    with process("--data", str(tmp_path)) as running:
        running.client.patch(SETTINGS, json={"error_shape": "object", "rate_limit": "5/60"})
        running.client.patch(SETTINGS, json={"rate_limit": None})
        running.kill()
    with process("--data", str(tmp_path)) as running:
        shown = running.client.get(SETTINGS).json()
        assert (shown["error_shape"], shown["rate_limit"]) == ("object", None)
        running.client.post("/__admin/reset")
        running.kill()
    with process("--data", str(tmp_path)) as running:
        assert running.client.get(SETTINGS).json()["error_shape"] == "array"


def test_the_state_holds_changed_settings_and_takes_them_back(client: Client) -> None:
    client.patch(SETTINGS, json={"error_shape": "object"})
    state = client.get("/__admin/state").json()
    client.post("/__admin/reset")

    client.put("/__admin/state", json=state)

    assert state["settings"] == {"error_shape": "object"}
    assert client.get(SETTINGS).json()["error_shape"] == "object"


def test_with_isolation_settings_are_those_of_one_client_code() -> None:
    with serving(isolate_clients=True) as client:
        client.patch(f"{SETTINGS}?client=one", json={"error_shape": "object"})

        bodies = [client.get("/v1/Nowhere", auth=(f"me@{code}", "x")).json() for code in ("one", "two")]

        assert [type(body) for body in bodies] == [dict, list]


@pytest.mark.parametrize(("given", "shown"), [(0.00001, "0.00001:503"), (0.5, "0.5:503"), (1, "1:503")])
def test_a_share_may_be_given_as_a_number(client: Client, given: float, shown: str) -> None:
    assert client.patch(SETTINGS, json={"error_rate": given}).json()["error_rate"] == shown
