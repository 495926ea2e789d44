"""The overview of a world."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockrevio import __version__
from mockrevio.settings.kinds import Credential
from tests.support import LINK, Client, serving


def overview(session: Client, **params: str) -> dict[str, Any]:
    response = session.get("/__admin/overview", params=params)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_it_says_where_the_mock_runs_and_what_is_in_it(client: Client) -> None:
    client.link()
    client.link(external_id="another")
    client.link(integration_system_id=5)
    found = overview(client)
    rates = found.pop("rates")
    assert len(rates["calls"]) == 600
    counts = client.get("/__admin/entities").json()["counts"]
    assert found.pop("counts") == {"key_links": 3, "records": sum(counts.values())}
    assert found.pop("entity_types")[1] == {
        "integration_entity_type_id": 2,
        "entity_type_name": "CUSTOMER",
        "resource": "Customers",
    }
    assert found.pop("systems")[3] == {"integration_system_id": 4, "system_name": "SALESFORCE"}
    pair = {"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"}
    assert found == {
        "version": __version__,
        "url": client.url,
        "origin": "fixture default",
        "fixture": ["default"],
        "data": "in memory",
        "isolated": False,
        "auth": "required",
        "logins": [],
        "subscription_key": False,
        "links": [
            {"integration_system_id": 4, "system_name": "SALESFORCE", **pair, "count": 2},
            {"integration_system_id": 5, "system_name": "NETSUITE", **pair, "count": 1},
        ],
        "active": [],
    }


def test_it_shows_logins_and_neither_passwords_nor_keys(tmp_path: Path) -> None:
    credentials = (Credential("app", "acme", "topsecret"),)
    with serving(data=tmp_path, credentials=credentials, subscription_key=("alsosecret",)) as client:
        found = overview(client)
        assert found["logins"] == ["app@acme"]
        assert found["subscription_key"] is True
        assert found["data"] == str(tmp_path)
        assert found["active"] == [
            {"kind": "subscription_key", "text": "subscription key required", "view": "settings"}
        ]
        assert "topsecret" not in str(found)
        assert "alsosecret" not in str(found)


@pytest.mark.parametrize(
    ("settings", "active"),
    [
        ({"latency": "100ms..800ms"}, ("latency", "latency 100ms..800ms")),
        ({"error_rate": "0.05"}, ("error_rate", "5 % errors with status 503")),
        ({"error_rate": "0.125:500"}, ("error_rate", "12.5 % errors with status 500")),
        ({"rate_limit": "500/60"}, ("rate_limit", "rate limit 500/60")),
        ({"quota": "150000/86400"}, ("quota", "quota 150000/86400")),
        ({"duplicates": "allow"}, ("setting", "duplicates allow")),
        ({"auth": "off"}, ("setting", "auth off")),
        ({"strict_login": True}, ("setting", "strict login true")),
    ],
)
def test_it_lists_the_settings_that_are_switched_on(
    client: Client, settings: dict[str, Any], active: tuple[str, str]
) -> None:
    client.patch("/__admin/settings", json=settings).raise_for_status()
    kind, text = active
    assert overview(client)["active"] == [{"kind": kind, "text": text, "view": "settings"}]


def test_it_lists_fault_rules_and_the_clock(client: Client) -> None:
    client.post("/__admin/faults", json=[{"effect": {"status": 503}}, {"effect": {"status": 500}}])
    client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"})
    assert overview(client)["active"] == [
        {"kind": "fault", "text": "2 fault rules", "view": "faults"},
        {"kind": "clock", "text": "clock frozen at 2030-01-02T03:04:05.000", "view": "settings"},
    ]
    client.put("/__admin/clock", json={"frozen": False})
    client.put("/__admin/clock", json={"advance": "90s"})
    assert overview(client)["active"][1]["text"] == "clock 90s ahead"


def test_a_link_to_a_system_that_the_world_does_not_have_counts_without_a_name(client: Client) -> None:
    state = client.get("/__admin/state").json()
    link = {"integration_key_link_id": 1, **LINK, "integration_system_id": 99}
    client.put("/__admin/state", json={**state, "key_links": [link]}).raise_for_status()
    assert [(each["system_name"], each["count"]) for each in overview(client)["links"]] == [(None, 1)]


def test_each_world_has_its_own() -> None:
    with serving(isolate_clients=True) as client:
        client.link()
        assert overview(client, client="acme")["counts"]["key_links"] == 1
        assert overview(client, client="acme")["isolated"] is True
        assert overview(client)["counts"]["key_links"] == 0


def test_the_part_that_is_switched_on_can_be_asked_for_alone(client: Client) -> None:
    client.patch("/__admin/settings", json={"latency": "1ms"})

    alone = client.get("/__admin/overview?part=active").json()

    assert alone == {"active": client.get("/__admin/overview").json()["active"]}
    assert len(alone["active"]) == 1
    assert client.get("/__admin/overview?part=catalog").json().keys() == {"systems", "entity_types"}
    refused = client.get("/__admin/overview?part=counts")
    assert refused.json()["message"] == "query: part: must be active or catalog, not 'counts'"
