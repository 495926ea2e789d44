"""Which requests a fault rule applies to, with many concurrent clients, reproducibly."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from math import sqrt
from typing import Any

import pytest
import requests

from tests.contract.raw import Raw, head
from tests.support import Client, serving

STATUS = "/v1/SystemStatus"
FAIL = {"status": 503}


def arm(client: Client, *rules: dict[str, Any]) -> list[int]:
    response = client.post("/__admin/faults", json=[{"effect": FAIL, **rule} for rule in rules])
    assert response.status_code == 201, response.text
    return [rule["id"] for rule in response.json()["faults"]]


def rule(client: Client, number: int) -> Any:
    return client.get(f"/__admin/faults/{number}").json()


def statuses(url: str, count: int) -> list[int]:
    """The statuses of `count` requests, one after the other on one connection."""
    with Raw(url) as raw:
        return [raw.call(head("GET", STATUS)).status for _ in range(count)]


def pattern(url: str, count: int) -> str:
    return "".join(".x"[status >= 400] for status in statuses(url, count))


def concurrent_statuses(url: str, clients: int, requests_each: int) -> list[int]:
    """The statuses of the requests of several concurrent clients."""
    with ThreadPoolExecutor(clients) as pool:
        results = pool.map(lambda _: statuses(url, requests_each), range(clients))
        return [status for result in results for status in result]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({}, "xxxxxxxx"),
        ({"skip": 2}, "..xxxxxx"),
        ({"times": 2}, "xx......"),
        ({"every": 3}, "x..x..x."),
        ({"skip": 2, "every": 2, "times": 2}, "..x.x..."),
        ({"probability": 0}, "........"),
    ],
)
def test_skip_every_and_times_select_requests(client: Client, when: dict[str, Any], expected: str) -> None:
    arm(client, {"when": when})

    assert pattern(client.url, 8) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [({"skip": 5, "times": 20}, 20), ({"every": 4}, 80), ({"skip": 1, "every": 3}, 107), ({"times": 7}, 7)],
)
def test_counts_are_exact_under_sixteen_clients(client: Client, when: dict[str, Any], expected: int) -> None:
    (number,) = arm(client, {"when": when})

    received = concurrent_statuses(client.url, 16, 20)

    assert (received.count(503), received.count(200)) == (expected, 320 - expected)
    assert (rule(client, number)["matched"], rule(client, number)["fired"]) == (320, expected)


def test_rules_are_tried_in_order_and_the_first_to_fire_decides(client: Client) -> None:
    first, second = arm(
        client, {"effect": {"status": 500}, "when": {"times": 1}}, {"effect": {"status": 502}}
    )

    assert statuses(client.url, 3) == [500, 502, 502]
    assert [rule(client, number)["matched"] for number in (first, second)] == [3, 2]


def test_latencies_of_rules_headers_and_toggle_add_up(client: Client) -> None:
    arm(client, {"effect": {"latency": "60ms"}}, {"effect": {"latency": "60ms"}, "phase": "after_commit"})
    client.patch("/__admin/settings", json={"latency": "60ms"})

    began = time.monotonic()
    response = client.get(STATUS, headers={"X-Mock-Latency": "60ms"})

    assert 0.24 <= time.monotonic() - began < 5
    assert response.headers["X-Mock-Explain"] == "fault 1, fault 2 fired"


@pytest.mark.parametrize("share", [0.3, 0.05])
def test_a_probability_is_the_share_of_requests_that_fail(client: Client, share: float) -> None:
    arm(client, {"when": {"probability": share}})

    failed = pattern(client.url, 2000).count("x")

    assert abs(failed - 2000 * share) < 4 * sqrt(2000 * share * (1 - share))


@pytest.fixture(scope="module")
def twins() -> Iterator[tuple[Client, Client]]:
    """Two servers with the same seed."""
    with serving(seed=42) as first, serving(seed=42) as second:
        yield first, second


def test_two_servers_with_the_same_seed_fail_the_same_requests(twins: tuple[Client, Client]) -> None:
    patterns = []
    for client in twins:
        client.post("/__admin/reset")
        arm(client, {"when": {"probability": 0.5, "times": 40}}, {"when": {"probability": 0.3}})
        patterns.append(pattern(client.url, 300))

    assert patterns[0] == patterns[1]
    assert 0 < patterns[0].count("x") < 300


def test_a_seeded_server_fails_the_same_requests_again_after_a_reset(twins: tuple[Client, Client]) -> None:
    patterns = []
    for _ in range(2):
        twins[0].post("/__admin/reset")
        twins[0].patch("/__admin/settings", json={"error_rate": "0.4"})
        patterns.append(pattern(twins[0].url, 200))

    assert patterns[0] == patterns[1]
    assert 40 < patterns[0].count("x") < 120


def test_the_seed_of_a_rule_is_enough_to_make_it_reproducible(client: Client) -> None:
    patterns = []
    for _ in range(2):
        client.post("/__admin/reset")
        arm(client, {"when": {"probability": 0.5}, "seed": 11})
        patterns.append(pattern(client.url, 100))

    assert patterns[0] == patterns[1]


def test_without_a_seed_runs_differ(client: Client) -> None:
    patterns = []
    for _ in range(2):
        client.post("/__admin/reset")
        arm(client, {"when": {"probability": 0.5}})
        patterns.append(pattern(client.url, 100))

    assert patterns[0] != patterns[1]


def test_a_timed_outage_follows_the_mock_clock(client: Client) -> None:
    client.put("/__admin/clock", json={"now": "2030-01-01T00:00:00"})
    (number,) = arm(client, {"when": {"after": "10s", "for": "30s"}})

    received = statuses(client.url, 1)
    for _ in range(4):
        client.put("/__admin/clock", json={"advance": "10s"})
        received += statuses(client.url, 1)

    assert received == [200, 503, 503, 503, 200]
    assert rule(client, number)["last_miss"] == "the rule has expired"


def test_a_rule_without_times_still_fires_if_the_clock_is_set_back(client: Client) -> None:
    arm(client, {})
    client.put("/__admin/clock", json={"now": "2001-01-01T00:00:00"})

    assert statuses(client.url, 1) == [503]


def test_a_matcher_can_match_every_part_of_a_request(client: Client) -> None:
    match = {
        "method": "GET",
        "path": "/v1/integrationkeylink",
        "query": {"search.external_id": "00*"},
        "headers": {"X-Tenant": ["a", "b"]},
        "client": "acme",
    }
    (number,) = arm(client, {"match": match})

    assert client.get("/v1/IntegrationKeyLink?external_id=001", headers={"X-Tenant": "c"}).status_code == 200
    assert rule(client, number)["last_miss"] == "headers.X-Tenant is c, not a or b"
    assert client.get("/v1/IntegrationKeyLink/?External_Id=001", headers={"X-Tenant": "b"}).status_code == 503
    assert rule(client, number)["last_miss"] is None


def test_last_miss_explains_a_request_with_a_large_body(client: Client) -> None:
    (number,) = arm(client, {"match": {"body": {"external_id": "y*"}}})
    client.post("/v1/IntegrationKeyLink", json={"external_id": "xyz", "more": "z" * 100_000})

    assert rule(client, number)["last_miss"] == "body.external_id is xyz, not y*"


def test_a_per_request_fault_bypasses_the_rules(client: Client) -> None:
    (number,) = arm(client, {})

    response = client.get(STATUS, headers={"X-Mock-Fault": "preset=quota_exceeded"})

    assert (response.status_code, response.json()["statusCode"]) == (403, 403)
    assert response.headers["X-Mock-Explain"] == "X-Mock-Fault fired"
    assert rule(client, number)["matched"] == 0


def test_a_per_request_fault_can_lose_the_response_after_the_write(client: Client) -> None:
    headers = {"X-Mock-Fault": "connection=empty; phase=after_commit"}
    with pytest.raises(requests.ConnectionError):
        client.post("/v1/Customers", json={"status": "LOST"}, headers=headers)

    assert client.get("/v1/Customers?status=LOST").json()["record_count"] == 1


def test_a_request_can_set_its_own_latency(client: Client) -> None:
    began = time.monotonic()
    assert client.get(STATUS, headers={"X-Mock-Latency": "150ms..200ms"}).status_code == 200
    assert 0.15 <= time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"X-Mock-Fault": "503"}, r"X-Mock-Fault: must look like status=503 or connection=reset"),
        ({"X-Mock-Fault": "connection=drop"}, r"X-Mock-Fault.connection: must be one of reset, empty, trunc"),
        ({"X-Mock-Fault": "preset=x"}, r"X-Mock-Fault.preset: must be one of rate_limited, quota_exceeded"),
        ({"X-Mock-Fault": "status=999"}, r"X-Mock-Fault.status: must be a whole number from 200 to 599"),
        (
            {"X-Mock-Fault": "delay=1s"},
            r"X-Mock-Fault.delay: unknown; expected one of status, preset, connection",
        ),
        ({"X-Mock-Latency": "500"}, r"X-Mock-Latency: must be a duration \(200ms\), a range"),
        ({"X-Mock-Latency": ""}, r"X-Mock-Latency: must be a duration"),
    ],
)
def test_an_invalid_fault_header_is_400_and_explained_as_the_mocks_own(
    client: Client, headers: dict[str, str], message: str
) -> None:
    response = client.post("/v1/Customers", json={"status": "NEVER"}, headers=headers)

    (problem,) = response.json()
    assert (response.status_code, problem["field"]) == (400, next(iter(headers)))
    assert re.search(message, problem["message"]), problem["message"]
    assert "rejected by mockrevio itself" in response.headers["X-Mock-Explain"]
    assert client.get("/v1/Customers?status=NEVER").json()["record_count"] == 0
