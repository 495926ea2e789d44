"""A mock that behaves differently on purpose: verify finds exactly that, and the settings for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockrevio.contract.verify.recording import EXPECTED
from mockrevio.settings.definitions import WORLD_SETTINGS
from tests.contract_tools.verify.runs import Verify, left_behind
from tests.support import serving

SWITCHES: dict[str, tuple[dict[str, Any], str]] = {
    "auth": ({"auth": "off"}, "auth.basic"),
    "strict_login": ({"strict_login": True}, "auth.last_at"),
    "duplicates": ({"duplicates": "allow"}, "link.duplicate"),
    "error_shape": ({"error_shape": "object"}, "error.shape"),
    "error_status": ({"error_status": ["link.duplicate=409"]}, "link.duplicate"),
    "page_size_over_max": ({"page_size_over_max": "reject"}, "page.over_max"),
    "blank_search": ({"blank_search": "match"}, "search.blank"),
    "put": ({"put": "merge"}, "replace.answer"),
    "key_link_id": ({"key_link_id": "link_id"}, "link.own_fields"),
    "links": ({"links": "self"}, "record.links"),
    "unset_dates": ({"unset_dates": "sentinel"}, "record.unset_dates"),
    "server_headers": ({"server_headers": "iis"}, "answer.iis_headers"),
}


def test_a_mock_without_settings_is_the_same(verify: Verify) -> None:
    with serving(fixture=("demo",)) as client:  # whatever its records are
        client.link()  # now the user who calls exists
        before = client.get("/__admin/state").json()
        ran = verify(client.url, username="tester@acme", write=True)
        assert (ran.status, ran.differing) == (0, [])
        assert {"create.answer", "replace.answer", "link.own_fields"} <= ran.checked
        after = client.get("/__admin/state").json()
    assert {**after, "next_ids": {}} == {**before, "next_ids": {}}  # nothing else was touched


def test_it_reads_only_unless_told_otherwise(verify: Verify) -> None:
    with serving() as client:
        ran = verify(client.url, against=EXPECTED)
        calls = client.get("/__admin/requests").json()["requests"]
    assert {call["method"] for call in calls} == {"GET", "HEAD", "OPTIONS"}
    assert ran.rule("create.answer")["reason"] == "needs --write"
    assert (ran.status, ran.differing) == (0, [])


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switch_is_the_one_difference(verify: Verify, switch: str) -> None:
    settings, rule = SWITCHES[switch]
    with serving(**settings) as client:
        ran = verify(client.url, write=True, against=EXPECTED)
        assert (ran.status, ran.differing) == (1, [rule])
        assert left_behind(client) == []


def test_every_switch_of_the_mock_is_known() -> None:
    """Those of the gateway, the latency and the error rate are no rules that a service can differ in."""
    others = {"subscription_key", "rate_limit", "quota", "latency", "error_rate"}
    assert SWITCHES.keys() == set(WORLD_SETTINGS) - others


def test_all_switches_together(verify: Verify, tmp_path: Path) -> None:
    config = tmp_path / "mockrevio.toml"
    # Where nobody needs credentials, no login is rejected; a duplicate that is allowed is no error.
    turned = {name: switch for name, switch in SWITCHES.items() if name not in ("auth", "error_status")}
    settings = {key: value for values, _ in turned.values() for key, value in values.items()}
    with serving(**settings) as client:
        ran = verify(client.url, write=True, write_config=config)
        assert sorted(ran.differing) == sorted(rule for _, rule in turned.values())
        assert ran.report["settings"] == settings
        assert left_behind(client) == []
        again = verify(client.url, write=True, config=config)
        assert (again.status, again.differing) == (0, [])
