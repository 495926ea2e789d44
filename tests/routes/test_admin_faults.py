"""Fault rules in the admin API, in fixtures and in the state of a world."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mockrevio.cli import cli
from tests.support import Client, process, serving

FAULTS = "/__admin/faults"
STATUS = "/v1/SystemStatus"
FAIL: dict[str, Any] = {"effect": {"status": 503}}


def test_a_rule_has_its_id_and_counts(client: Client) -> None:
    rule = {"name": "creates fail", "match": {"method": "POST"}, "when": {"times": 1}, **FAIL}

    armed = client.post(FAULTS, json=rule)

    assert (armed.status_code, armed.json()) == (
        201,
        {"id": 1, **rule, "matched": 0, "fired": 0, "last_miss": None},
    )
    client.get(STATUS)
    client.post("/v1/Customers", json={})
    assert client.get(f"{FAULTS}/1").json() == {
        "id": 1,
        **rule,
        "matched": 1,
        "fired": 1,
        "last_miss": None,
    }
    client.get(STATUS)
    assert client.get(FAULTS).json()["faults"][0]["last_miss"] == "method is GET, not POST"


def test_a_timed_rule_says_when_it_starts_and_expires(client: Client) -> None:
    client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"})
    rule = client.post(FAULTS, json={"when": {"after": "10s", "for": "30s"}, **FAIL}).json()

    assert (rule["starts"], rule["expires"]) == ("2030-01-02T03:04:15.000", "2030-01-02T03:04:45.000")
    client.put("/__admin/clock", json={"advance": "1m"})
    assert client.put(f"{FAULTS}/1", json=rule).json()["starts"] == "2030-01-02T03:05:15.000"
    untimed = client.post(FAULTS, json={"when": {"times": 1}, **FAIL}).json()
    assert not {"starts", "expires"} & set(untimed)


def test_a_rule_that_starts_after_the_last_date_starts_on_that(client: Client) -> None:
    client.put("/__admin/clock", json={"now": "9999-12-31T00:00:00"})
    rule = client.post(FAULTS, json={"when": {"after": "366d"}, **FAIL}).json()

    assert rule["starts"] == "9999-12-31T23:59:59.999"


def test_a_list_of_rules_is_armed_entirely_or_not_at_all(client: Client) -> None:
    added = client.post(FAULTS, json=[FAIL, {"effect": {"status": 500}}])
    assert (added.status_code, added.json()["count"]) == (201, 2)

    response = client.post(FAULTS, json=[FAIL, {"effect": {"status": 5}}, {"effekt": {}}])

    assert [mistake["place"] for mistake in response.json()["mistakes"]] == [
        "faults[1].effect.status",
        "faults[2].effekt",
    ]
    assert client.get(FAULTS).json()["count"] == 2


def test_put_replaces_a_rule_in_place_and_resets_its_counts(client: Client) -> None:
    client.post(FAULTS, json=[FAIL, {"effect": {"status": 500}}])
    assert client.get(STATUS).status_code == 503

    replaced = client.put(f"{FAULTS}/1", json={"effect": {"status": 504}})

    assert (replaced.json()["id"], replaced.json()["fired"]) == (1, 0)
    assert client.get(STATUS).status_code == 504


def test_a_rule_can_be_read_changed_and_put_back(client: Client) -> None:
    client.post(FAULTS, json=FAIL)
    rule = client.get(f"{FAULTS}/1").json()

    assert client.put(f"{FAULTS}/1", json={**rule, "name": "renamed"}).json()["name"] == "renamed"


def test_delete_disarms_and_returns_one_or_all_rules(client: Client) -> None:
    client.post(FAULTS, json=[FAIL] * 3)

    assert client.delete(f"{FAULTS}/2").json()["id"] == 2
    assert [rule["id"] for rule in client.get(FAULTS).json()["faults"]] == [1, 3]
    assert client.delete(FAULTS).json() == {"count": 2}
    assert client.get(STATUS).status_code == 200
    assert client.post(FAULTS, json=FAIL).json()["id"] == 4


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("number", "message"), [("9", "no fault rule has id 9; existing ids: 1"), ("x", "'x' is not an id")]
)
def test_an_unknown_rule_is_404(client: Client, method: str, number: str, message: str) -> None:
    client.post(FAULTS, json=FAIL)

    response = client.request(method, f"{FAULTS}/{number}", json=FAIL if method == "PUT" else None)

    assert (response.status_code, response.json()["error"]) == (404, "not_found")
    assert message in response.json()["message"]


@pytest.mark.parametrize(
    ("rule", "place", "message"),
    [
        ({}, "fault.effect", "is missing"),
        (
            {"effect": {}},
            "fault.effect",
            "is empty; add at least one of status, body, headers, preset, latency",
        ),
        (
            {"effect": {"preset": "nope"}},
            "fault.effect.preset",
            "must be one of rate_limited, quota_exceeded",
        ),
        ({"effect": {"connection": "x"}}, "fault.effect.connection", "reset, empty, truncate, garbage, hang"),
        ({"effect": {"latency": "fast"}}, "fault.effect.latency", "must be a duration (200ms), a range"),
        ({**FAIL, "phase": "during"}, "fault.phase", "must be one of before_commit, after_commit"),
        ({**FAIL, "when": {"probability": 2}}, "fault.when.probability", "must be a number from 0 to 1"),
        (
            {**FAIL, "when": {"often": 2}},
            "fault.when.often",
            "expected one of skip, every, times, probability",
        ),
        (
            {**FAIL, "match": {"url": "x"}},
            "fault.match.url",
            "expected one of method, path, client, query, headers",
        ),
        (
            {**FAIL, "match": {"body": {"a": {}}}},
            "fault.match.body.a",
            "must be text (* and ? are wildcards)",
        ),
        (
            {**FAIL, "nane": "x"},
            "fault.nane",
            "unknown; expected one of name, match, when, phase, effect, seed",
        ),
        ("text", "fault", "must be an object"),
        (None, "fault", "must be an object with any of name"),
    ],
)
def test_an_invalid_rule_is_rejected_with_its_place(
    client: Client, rule: Any, place: str, message: str
) -> None:
    response = client.post(FAULTS, data=json.dumps(rule))

    (mistake,) = response.json()["mistakes"]
    assert (response.status_code, response.json()["error"], mistake["place"]) == (400, "invalid", place)
    assert message in mistake["message"]
    assert place in response.json()["message"]
    assert client.get(FAULTS).json()["count"] == 0


def test_every_mistake_in_a_rule_is_reported(client: Client) -> None:
    rule = {"phase": "x", "effect": {"status": 1, "drip": {"chunks": "5"}}, "when": {"skip": -1}}

    mistakes = client.post(FAULTS, json=rule).json()["mistakes"]

    assert {mistake["place"] for mistake in mistakes} == {
        "fault.phase",
        "fault.effect.status",
        "fault.effect.drip.chunks",
        "fault.when.skip",
    }


# In fixtures, in the state, in isolated worlds.


def test_the_state_includes_the_rules_and_restores_them(client: Client) -> None:
    rules = [{"name": "one", **FAIL, "when": {"skip": 1}}, {"effect": {"latency": "1ms"}}]
    client.post(FAULTS, json=rules)
    client.get(STATUS)

    state = client.get("/__admin/state").json()
    client.post("/__admin/reset")
    assert state["faults"] == rules
    assert client.get(FAULTS).json()["count"] == 0
    assert client.put("/__admin/state", json=state).status_code == 200

    assert client.get("/__admin/state").json()["faults"] == rules
    assert [client.get(STATUS).status_code for _ in range(2)] == [200, 503]  # the counts start at zero


def test_a_state_with_an_invalid_rule_changes_nothing(client: Client) -> None:
    client.post(FAULTS, json=FAIL)

    response = client.put("/__admin/state", json={"schema": 1, "faults": [FAIL, {"effect": {"status": 1}}]})

    assert response.status_code == 400
    assert "faults[1].effect.status" in response.json()["message"]
    assert client.get(STATUS).status_code == 503


@pytest.fixture
def fixture(tmp_path: Path) -> Path:
    path = tmp_path / "flaky.json"
    path.write_text(json.dumps({"faults": [{"name": "flaky", **FAIL, "when": {"times": 1}}]}), "utf-8")
    return path


def test_rules_of_a_fixture_are_armed_at_startup_and_by_a_reset(fixture: Path) -> None:
    with serving(fixture=("default", str(fixture))) as client:
        assert [client.get(STATUS).status_code for _ in range(2)] == [503, 200]
        client.post("/__admin/reset")
        assert [client.get(STATUS).status_code for _ in range(2)] == [503, 200]


def test_only_the_rules_of_the_fixture_are_armed_after_a_restart(fixture: Path, tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "data"), "--fixture", "default", "--fixture", str(fixture))
    with process(*arguments) as running:
        running.client.post(FAULTS, json={"effect": {"status": 500}})
        assert running.client.get(FAULTS).json()["count"] == 2
        assert running.stop() == 0
    with process(*arguments) as running:
        (rule,) = running.client.get(FAULTS).json()["faults"]
        assert (rule["id"], rule["name"], rule["fired"]) == (1, "flaky", 0)
        assert running.client.get(STATUS).status_code == 503


def test_fixture_check_reports_mistakes_in_fault_rules(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"faults": [{"effect": {"status": 503}}, {"effect": {"preset": "x"}}]}', "utf-8")

    result = CliRunner().invoke(cli, ["fixture", "check", str(path)])

    assert result.exit_code == 1
    assert "faults[1].effect.preset" in result.output
    assert "must be one of rate_limited" in result.output


def test_isolated_worlds_have_separate_rules() -> None:
    with serving(isolate_clients=True) as client:
        assert client.post(f"{FAULTS}?client=one", json=FAIL).json()["id"] == 1

        statuses = [client.get(STATUS, auth=(f"me@{code}", "x")).status_code for code in ("one", "two")]

        assert statuses == [503, 200]
        assert [client.get(f"{FAULTS}?client={c}").json()["count"] for c in ("one", "two")] == [1, 0]
        assert client.get(FAULTS).json()["count"] == 0
        assert client.delete(f"{FAULTS}?client=one").json() == {"count": 1}


def test_a_client_code_needs_isolated_worlds(client: Client) -> None:
    response = client.post(f"{FAULTS}?client=one", json=FAIL)

    assert response.status_code == 400
    assert "--isolate-clients" in response.json()["message"]
