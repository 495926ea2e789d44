"""Secrets in calls and settings: compared, and shown nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from mockrevio.settings import hash_secret
from mockrevio.testing.handle import MockRevio
from tests.contract.raw import basic
from tests.support import Client, serving

SECRET = "hunter2s3cr3t"  # noqa: S105 (not a real secret)
BASIC = basic("tester@acme", SECRET)
KEY = {"Ocp-Apim-Subscription-Key": SECRET}
SYSTEMS = "/v1/IntegrationSystem"


def call(base_url: str, **more_headers: str) -> requests.Response:
    """A call with a secret wherever one may be."""
    headers = {
        "Authorization": BASIC,
        "Cookie": f"sid={SECRET}",
        "Ocp-Apim-Subscription-Key": SECRET,
        "X-Api-Key": SECRET,
        "Referer": f"http://me:{SECRET}@app.test/?subscription-key={SECRET}",
        **more_headers,
    }
    params = {"subscription-key": SECRET, "access_token": SECRET}
    return requests.get(base_url + SYSTEMS, headers=headers, params=params, timeout=30)


def assert_hidden(text: str) -> None:
    """No secret is in a text, in any form that it was sent in."""
    assert SECRET not in text
    assert BASIC.removeprefix("Basic ") not in text


@pytest.mark.parametrize(
    "match",
    [
        {"headers": {"authorization": "x"}},
        {"headers": {"cookie": None, "ocp-apim-subscription-key": ["a", "b"], "x-api-key": "c"}},
        {"headers": {"referer": "http://app.test/*"}},
        {"query": {"subscription-key": "x", "access_token": "y"}},
        {"not": {"path": SYSTEMS}},
    ],
)
def test_a_rule_that_did_not_match_does_not_show_the_secrets_of_the_call(
    client: Client, match: dict[str, Any]
) -> None:
    client.post("/__admin/faults", json={"match": match, "effect": {"status": 503}}).raise_for_status()
    call(client.url)
    shown = client.get("/__admin/faults").text
    assert_hidden(shown)
    assert "***" in shown or "not" in match


def test_a_failed_check_does_not_show_the_secrets_of_the_call() -> None:
    match = {"headers": {"authorization": "x", "referer": "y"}, "query": {"subscription-key": "z"}}
    with MockRevio() as revio:
        revio.faults.add(match=match, effect={"status": 503})
        call(revio.base_url)
        checks: tuple[Callable[[], None], ...] = (revio.check, lambda: revio.assert_called(match=match))
        for check in checks:
            with pytest.raises(AssertionError) as caught:
                check()
            assert "headers.authorization is Basic ***" in str(caught.value)
            assert_hidden(str(caught.value))


# Subscription keys: kept and shown as hashes.


def test_a_key_is_shown_as_a_hash_and_still_lets_the_same_key_in(client: Client) -> None:
    changed = client.patch("/__admin/settings", json={"subscription_key": SECRET})
    assert changed.json()["subscription_key"] == [hash_secret(SECRET)]
    assert client.get(SYSTEMS, headers=KEY).status_code == 200
    assert client.get(SYSTEMS, headers={"Ocp-Apim-Subscription-Key": "other"}).status_code == 401
    assert client.get(SYSTEMS, headers={"Ocp-Apim-Subscription-Key": hash_secret(SECRET)}).status_code == 401


def test_a_hash_with_another_salt_lets_the_same_key_in_and_is_kept(client: Client) -> None:
    hashed = "sha256:5a17:90dda038b38bd9675be0be52caebc384b1843784ce149038635442ed4824a955"
    assert client.patch("/__admin/settings", json={"subscription_key": [hashed]}).ok
    assert client.get("/__admin/state").json()["settings"] == {"subscription_key": [hashed]}
    assert client.get(SYSTEMS, headers=KEY).status_code == 200
    assert client.get(SYSTEMS, headers={"Ocp-Apim-Subscription-Key": "other"}).status_code == 401


def test_a_malformed_hash_is_an_error_that_does_not_repeat_it(client: Client) -> None:
    response = client.patch("/__admin/settings", json={"subscription_key": f"sha256:{SECRET}"})
    assert (response.status_code, SECRET in response.text) == (400, False)
    assert "sha256:SALT:HEX" in response.json()["message"]


@pytest.mark.parametrize("key", [SECRET, [SECRET], hash_secret(SECRET)])
def test_a_state_with_a_key_is_the_same_after_a_round_trip(key: object) -> None:
    document = {"settings": {"subscription_key": key}}
    with serving() as client, serving() as other:
        client.put("/__admin/state", json=document).raise_for_status()
        state = client.get("/__admin/state")
        assert_hidden(state.text)
        other.put("/__admin/state", data=state.content).raise_for_status()
        assert other.get("/__admin/state").content == state.content
        assert other.get(SYSTEMS, headers=KEY).status_code == 200
        assert other.get(SYSTEMS).status_code == 401


def test_setting_the_same_key_again_changes_nothing(client: Client) -> None:
    client.patch("/__admin/settings", json={"subscription_key": SECRET})
    client.put("/__admin/snapshots/before").raise_for_status()
    client.patch("/__admin/settings", json={"subscription_key": [SECRET]})
    assert client.get("/__admin/snapshots/before/diff").json()["settings"] == {}
    client.patch("/__admin/settings", json={"subscription_key": "other"})
    diff = client.get("/__admin/snapshots/before/diff")
    assert diff.json()["settings"] == {
        "subscription_key": {"before": [hash_secret(SECRET)], "after": [hash_secret("other")]}
    }


def test_a_fixture_with_a_key_leaves_only_its_hash_in_the_data_folder(tmp_path: Path) -> None:
    fixture, data = tmp_path / "mine.json", tmp_path / "data"
    fixture.write_text(json.dumps({"settings": {"subscription_key": SECRET}}), encoding="utf-8")
    for _ in range(2):  # the second server reads what the first has written
        with serving(fixture=("default", str(fixture)), data=data) as client:
            assert client.get(SYSTEMS, headers=KEY).status_code == 200
            client.put("/__admin/snapshots/before").raise_for_status()
            client.patch("/__admin/settings", json={"rate_limit": "500/60"}).raise_for_status()
            files = [path.read_text(encoding="utf-8") for path in data.rglob("*.json*")]
            assert_hidden("".join([*files, client.get("/__admin/state").text]))
            assert any(hash_secret(SECRET) in text for text in files)


def test_a_key_that_a_person_wrote_into_a_data_file_is_hashed_when_it_is_read(tmp_path: Path) -> None:
    record = {"fixture": ["default"], "patched": {"subscription_key": SECRET}}
    (tmp_path / "default.json").write_text(json.dumps({"world": {"1": record}}), encoding="utf-8")
    with serving(data=tmp_path) as client:
        assert client.get(SYSTEMS, headers=KEY).status_code == 200
        assert_hidden(client.get("/__admin/state").text)
        client.patch("/__admin/settings", json={"quota": "9/60"}).raise_for_status()
    assert_hidden((tmp_path / "default.json").read_text(encoding="utf-8"))


# Fault rules that match on secrets: they keep and show hashes.

RULE = {"match": {"headers": {"Authorization": BASIC}, "query": {"subscription-key": [SECRET, None]}}}


def test_a_rule_that_matches_on_secrets_fires_and_shows_hashes_also_after_a_round_trip() -> None:
    with serving() as client, serving() as other:
        rule = {**RULE, "effect": {"status": 503}}
        armed = client.post("/__admin/faults", json=rule)
        assert armed.json()["match"] == {
            "headers": {"Authorization": hash_secret(BASIC)},
            "query": {"subscription-key": [hash_secret(SECRET), None]},
        }
        client.put("/__admin/snapshots/before").raise_for_status()
        state = client.get("/__admin/state")
        assert_hidden(armed.text + client.get("/__admin/snapshots/before").text + state.text)

        other.put("/__admin/state", data=state.content).raise_for_status()
        assert other.get("/__admin/state").content == state.content
        for server in (client, other):
            assert call(server.url).status_code == 503
            assert call(server.url, Authorization=basic("tester@acme", "other")).status_code == 200


@pytest.mark.parametrize(
    ("pattern", "fires"),
    [
        ("*", True),
        ("Basic *", True),
        ("Bearer *", False),
        (None, False),
        ([None, BASIC], True),
        (["x", "y"], False),
        (BASIC.lower(), False),
    ],
)
def test_a_rule_may_match_on_any_secret_on_none_or_on_a_scheme(
    client: Client, pattern: object, fires: bool
) -> None:
    match = {"headers": {"authorization": pattern}}
    client.post("/__admin/faults", json={"match": match, "effect": {"status": 503}}).raise_for_status()
    assert (call(client.url).status_code == 503) == fires
    assert_hidden(client.get("/__admin/faults").text)


@pytest.mark.parametrize(
    "pattern", [f"*{SECRET}*", f"{SECRET} *", f"{SECRET}*", [f"Basic {SECRET}*"], [], {"a": SECRET}]
)
@pytest.mark.parametrize("part", [{"headers": "cookie"}, {"query": "subscription-key"}], ids=str)
def test_a_pattern_of_part_of_a_secret_is_an_error_that_does_not_repeat_it(
    client: Client, pattern: object, part: dict[str, str]
) -> None:
    ((place, name),) = part.items()
    for match in ({place: {name: pattern}}, {"not": [{place: {name: pattern}}]}):
        body = {"match": match, "effect": {"status": 503}}
        response = client.post("/__admin/faults", json=body)
        assert (response.status_code, SECRET in response.text) == (400, False)
        assert f"{place}.{name}: must be the whole secret" in response.json()["message"]


def test_what_a_rule_excludes_and_what_a_check_looked_for_are_hidden_too() -> None:
    with MockRevio() as revio:
        match = {"not": {"headers": {"authorization": BASIC}}}
        revio.faults.add(match=match, effect={"status": 503})
        call(revio.base_url)
        checks: tuple[Callable[[], None], ...] = (
            revio.check,
            lambda: revio.assert_called(match=match),
            lambda: revio.assert_called(match={**RULE["match"], "method": "PUT"}),
        )
        for check in checks:
            with pytest.raises(AssertionError) as caught:
                check()
            assert_hidden(str(caught.value))


def test_the_log_finds_calls_by_their_whole_secret() -> None:
    with MockRevio() as revio:
        call(revio.base_url)
        call(revio.base_url, Authorization=basic("tester@acme", "other"))
        for secret in (BASIC, hash_secret(BASIC)):
            assert revio.requests.count(headers={"authorization": secret}) == 1
        assert revio.requests.count(RULE["match"]) == 1
        assert revio.requests.count(headers={"authorization": "Basic *", "cookie": "*"}) == 2
        assert revio.requests.count(headers={"cookie": None}) == 0
        assert revio.requests.count(headers={"referer": f"*{SECRET}*"}) == 0  # it is matched as it is shown


def test_an_internal_error_is_reported_without_the_secrets_of_the_call(
    client: Client, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"cannot handle {BASIC}, sid={SECRET} and {SECRET}")

    monkeypatch.setattr("mockrevio.world.world.World.page", fail)
    response = call(client.url)
    assert response.status_code == 500
    entry = client.get("/__admin/requests").json()["requests"][0]
    reports = (response.headers["X-Mock-Explain"], entry["error"], entry["explain"], capfd.readouterr().err)
    for text in reports:
        assert "cannot handle ***, " in text
        assert_hidden(text)
    assert "Traceback" in entry["error"]
