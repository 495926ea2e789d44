"""Reading and changing the settings of a world while the server runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockrevio.settings import hash_secret
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


def test_all_settings_of_the_world_are_returned(client: Client) -> None:
    current = client.get(SETTINGS).json()

    assert set(current) >= NAMES
    assert (current["auth"], current["latency"], current["subscription_key"]) == ("required", None, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auth", "off"),
        ("strict_login", True),
        ("subscription_key", [hash_secret("a"), hash_secret("b")]),
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
def test_a_change_is_returned_as_given_and_null_sets_the_default(
    client: Client, name: str, value: Any
) -> None:
    before = client.get(SETTINGS).json()

    assert client.patch(SETTINGS, json={name: value}).json() == {**before, name: value}
    assert client.get(SETTINGS).json()[name] == value
    assert client.patch(SETTINGS, json={name: None}).json() == before


def test_a_change_applies_to_the_next_request(client: Client) -> None:
    client.link()
    assert client.post("/v1/IntegrationKeyLink", json=LINK).status_code == 400
    client.patch(SETTINGS, json={"duplicates": "allow"})
    assert client.post("/v1/IntegrationKeyLink", json=LINK).status_code == 201


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"latency": "fast"}, "latency", "must be a duration (200ms), a range"),
        ({"latency": 5}, "latency", "(lognormal:200ms,0.4), not '5'"),
        ({"error_rate": "30%"}, "error_rate", "a share from 0 to 1"),
        ({"duplicates": "maybe"}, "duplicates", "reject or allow"),
        ({"strict_login": "perhaps"}, "strict_login", "true or false"),
        ({"rate_limit": []}, "rate_limit", "CALLS/SECONDS"),
        ({"auth": {"a": 1}}, "auth", "required or off"),
        ({"port": 5}, "port", "cannot be changed while the server runs; these can: auth, "),
        (
            {"latancy": "1s"},
            "latancy",
            "unknown setting; did you mean latency? Otherwise expected one of ",
        ),
    ],
)
def test_an_invalid_value_or_name_is_rejected(
    client: Client, change: dict[str, Any], place: str, message: str
) -> None:
    before = client.get(SETTINGS).json()

    response = client.patch(SETTINGS, json={"error_shape": "object", **change})

    (mistake,) = response.json()["mistakes"]
    assert (response.status_code, response.json()["error"], mistake["place"]) == (400, "invalid", place)
    assert message in mistake["message"]
    assert client.get(SETTINGS).json() == before


@pytest.mark.parametrize("body", ["[]", "null", '"latency"', "5"])
def test_a_body_that_is_not_an_object_is_rejected(client: Client, body: str) -> None:
    response = client.patch(SETTINGS, data=body)

    assert (response.status_code, response.json()["error"]) == (400, "invalid")


@pytest.mark.parametrize("body", ["", "{", "\xff"])
def test_a_body_that_is_not_json_is_rejected(client: Client, body: str) -> None:
    assert client.patch(SETTINGS, data=body.encode("latin-1")).status_code == 400


def test_the_command_line_and_changes_override_the_fixture(tmp_path: Path) -> None:
    fixture = tmp_path / "settings.json"
    settings = {"error_shape": "object", "duplicates": "allow", "blank_search": "match"}
    fixture.write_text(json.dumps({"settings": settings}), "utf-8")
    with serving(fixture=("default", str(fixture)), duplicates="reject") as client:
        current = client.patch(SETTINGS, json={"blank_search": "ignore"}).json()
        assert (current["error_shape"], current["duplicates"], current["blank_search"]) == (
            "object",
            "reject",
            "ignore",
        )
        client.post("/__admin/reset")
        assert client.get(SETTINGS).json()["blank_search"] == "match"


def test_changes_survive_a_restart_until_a_reset(tmp_path: Path) -> None:
    with process("--data", str(tmp_path)) as running:
        running.client.patch(SETTINGS, json={"error_shape": "object", "rate_limit": "5/60"})
        running.client.patch(SETTINGS, json={"rate_limit": None})
        running.kill()
    with process("--data", str(tmp_path)) as running:
        current = running.client.get(SETTINGS).json()
        assert (current["error_shape"], current["rate_limit"]) == ("object", None)
        running.client.post("/__admin/reset")
        running.kill()
    with process("--data", str(tmp_path)) as running:
        assert running.client.get(SETTINGS).json()["error_shape"] == "array"


def test_the_state_includes_changed_settings_and_restores_them(client: Client) -> None:
    client.patch(SETTINGS, json={"error_shape": "object"})
    state = client.get("/__admin/state").json()
    client.post("/__admin/reset")

    client.put("/__admin/state", json=state)

    assert state["settings"] == {"error_shape": "object"}
    assert client.get(SETTINGS).json()["error_shape"] == "object"


def test_isolated_worlds_have_separate_settings() -> None:
    with serving(isolate_clients=True) as client:
        client.patch(f"{SETTINGS}?client=one", json={"error_shape": "object"})

        bodies = [client.get("/v1/Nowhere", auth=(f"me@{code}", "x")).json() for code in ("one", "two")]

        assert [type(body) for body in bodies] == [dict, list]


@pytest.mark.parametrize(("share", "expected"), [(0.00001, "0.00001:503"), (0.5, "0.5:503"), (1, "1:503")])
def test_an_error_rate_may_be_a_number(client: Client, share: float, expected: str) -> None:
    assert client.patch(SETTINGS, json={"error_rate": share}).json()["error_rate"] == expected


def test_a_change_that_leaves_a_setting_without_effect_is_explained() -> None:
    with serving(credentials=("bob@acme:pw",)) as client:
        response = client.patch(SETTINGS, json={"auth": "off"})
        assert response.json()["auth"] == "off"
        explain = "credentials has no effect with auth off, which accepts every login"
        assert response.headers["X-Mock-Explain"] == explain
        assert "X-Mock-Explain" not in client.patch(SETTINGS, json={"latency": "1ms"}).headers
        response = client.patch(SETTINGS, json={"strict_login": True})
        assert response.headers["X-Mock-Explain"].startswith("strict_login has no effect with auth off")
        assert "X-Mock-Explain" not in client.patch(SETTINGS, json={"auth": None}).headers


def test_a_dry_run_says_what_the_settings_would_be_and_changes_nothing(client: Client) -> None:
    before = client.get("/__admin/settings").json()
    dry = client.patch("/__admin/settings?dry_run=true", json={"latency": "1s", "duplicates": "allow"})
    assert dry.json() == {**before, "latency": "1s", "duplicates": "allow"}
    assert client.get("/__admin/settings").json() == before
    real = client.patch("/__admin/settings?dry_run=false", json={"latency": "1s", "duplicates": "allow"})
    assert (real.json(), real.headers.get("X-Mock-Explain")) == (
        dry.json(),
        dry.headers.get("X-Mock-Explain"),
    )
    assert client.get("/__admin/settings").json() == dry.json()


def test_a_dry_run_checks_and_warns_as_the_change_does(client: Client) -> None:
    changes = {"auth": "off", "strict_login": True}
    dry = client.patch("/__admin/settings?dry_run=true", json=changes)
    real = client.patch("/__admin/settings", json=changes)
    assert dry.headers["X-Mock-Explain"] == real.headers["X-Mock-Explain"]
    bodies: tuple[Any, ...] = ({"latency": "x", "port": 1}, [], "x")
    for body in bodies:
        responses = [
            client.patch(f"/__admin/settings?{query}", json=body)
            for query in ("dry_run=true", "dry_run=false")
        ]
        assert [response.status_code for response in responses] == [400, 400]
        assert responses[0].json() == responses[1].json()
    response = client.patch("/__admin/settings?dry_run=yes", json={})
    assert response.json()["message"] == "query: dry_run: must be true or false, not 'yes'"


def test_details_tell_the_values_of_all_settings_and_what_set_them(tmp_path: Path) -> None:
    fixture = tmp_path / "slow.json"
    fixture.write_text(json.dumps({"schema": 1, "settings": {"latency": "1ms"}}), "utf-8")
    arguments = ("--ephemeral", "--port", "0", "--fixture", str(fixture), "--credentials", "me@acme:se:cret")
    with process(*arguments, "--admin-token", "sesame", env={"MOCKREVIO_DUPLICATES": "allow"}) as server:
        server.client.headers["Authorization"] = "Bearer sesame"
        server.client.auth = None
        server.client.patch(SETTINGS, json={"put": "merge"}).raise_for_status()
        response = server.client.get(f"{SETTINGS}?details=true")

    settings = {each["name"]: each for each in response.json()["settings"]}
    duplicates, latency, put = (settings[name] for name in ("duplicates", "latency", "put"))
    assert (duplicates["set_by"], duplicates["value"]) == ("MOCKREVIO_DUPLICATES", "allow")
    assert (duplicates["initial"], duplicates["default"]) == ("allow", "reject")
    assert (latency["value"], latency["initial"], latency["default"]) == ("1ms", "1ms", None)
    assert (put["value"], put["initial"], put["changeable"]) == ("merge", "replace", True)
    assert (settings["port"]["set_by"], settings["port"]["changeable"]) == ("--port", False)
    assert settings["credentials"]["value"] == ["me@acme:***"]
    assert settings["admin_token"]["value"] == "***"
    assert "cret" not in response.text
    assert "sesame" not in response.text
