"""A check of the request log claims no more than the log can know: it counts what it has dropped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.routes.common import LINKS, assert_error
from tests.routes.delayed_calls import HELD, holding
from tests.support import LINK, Client, serving

LOG = "/__admin/requests"
STATUS = "/v1/SystemStatus"


@pytest.fixture(scope="module")
def full() -> Iterator[Client]:
    """A client of a server that keeps three calls, after five, ten seconds apart on a frozen clock.

    Dropped: a DELETE and a GET. Kept: two GETs and a PUT.
    """
    with serving(log_size=3) as client:
        client.put("/__admin/clock", json={"now": "2030-01-02T03:00:00"}).raise_for_status()
        for method in ("DELETE", "GET", "GET", "PUT", "GET"):
            client.request(method, f"{LINKS}/1")
            client.put("/__admin/clock", json={"advance": "10s"}).raise_for_status()
        yield client


def verify(client: Client, match: Any, count: Any, **parts: Any) -> requests.Response:
    return client.post(f"{LOG}/verify", json={"match": match, "count": count, **parts})


def outcome(response: requests.Response) -> str:
    """What a check came to."""
    return "ok" if response.status_code == 200 else str(response.json()["error"])


def test_the_log_says_how_many_calls_it_has_dropped(full: Client) -> None:
    for query in ("", "?method=PUT", "?limit=1", "?since=1s"):
        assert full.get(f"{LOG}{query}").json()["evicted"] == 2


@pytest.mark.parametrize(
    ("match", "count", "expected"),
    [
        ({}, 3, "not_provable"),
        ({}, 5, "not_provable"),
        ({}, 2, "not_verified"),
        ({}, {"min": 6}, "not_verified"),
        ({}, {"min": 5}, "not_provable"),
        ({}, {"min": 3}, "ok"),
        ({}, {"max": 5}, "ok"),
        ({}, {"max": 4}, "not_provable"),
        ({}, {"max": 2}, "not_verified"),
        ({"method": "DELETE"}, 0, "not_provable"),
        ({"method": "DELETE"}, {"min": 1}, "not_provable"),
        ({"method": "DELETE"}, {"min": 2}, "not_verified"),
        ({"method": "DELETE"}, {"max": 1}, "ok"),
        ({"method": "GET"}, {"min": 2, "max": 3}, "ok"),
        ({"method": "GET"}, 2, "not_provable"),
        ({"method": "PUT"}, 1, "ok"),
        ({"method": ["PUT", "POST"]}, 1, "ok"),
        ({"method": "P*"}, 0, "not_verified"),
        ({"path": "/v1/other"}, 0, "not_provable"),
        ({"status": 404}, 3, "not_provable"),
        ({"not": {"method": "GET"}}, 1, "not_provable"),
        ({"since": "2030-01-02T03:00:10"}, 3, "not_provable"),
        ({"since": "2030-01-02T03:00:10.001"}, 3, "ok"),
        ({"since": "30s"}, 3, "ok"),
        ({"until": "2030-01-02T02:59:59"}, 0, "ok"),
        ({"until": "2030-01-02T03:00:00"}, 0, "not_provable"),
    ],
)
def test_a_verification_is_refused_if_dropped_calls_might_change_it(
    full: Client, match: Any, count: Any, expected: str
) -> None:
    assert outcome(verify(full, match, count)) == expected
    assert outcome(verify(full, match, count, timeout="1ms")) == expected


@pytest.mark.parametrize(
    ("match", "expected"),
    [({}, None), ({"method": "DELETE"}, None), ({"method": "PUT"}, 1), ({"since": "30s"}, 3)],
)
def test_a_count_is_refused_if_a_dropped_call_may_belong_to_it(
    full: Client, match: Any, expected: int | None
) -> None:
    response = full.post(f"{LOG}/count", json={"match": match})
    if expected is None:
        assert (outcome(response), response.json()["evicted"]) == ("not_provable", 2)
    else:
        assert response.json() == {"count": expected}


def test_a_409_explains_what_to_do(full: Client) -> None:
    message = verify(full, {}, 3).json()["message"]
    assert "has dropped 2 earlier requests" in message
    for remedy in ("raise --log-size (now 3)", "clear the log", "DELETE /__admin/requests", "a minimum"):
        assert remedy in message


def test_a_verified_minimum_reports_dropped_calls(full: Client) -> None:
    assert verify(full, {"method": "GET"}, {"min": 2}).json() == {"ok": True, "count": 2, "evicted": 1}


def test_a_failure_says_how_many_dropped_calls_may_have_matched(full: Client) -> None:
    body = verify(full, {"method": "GET"}, {"min": 9}).json()
    assert (body["error"], body["count"], body["evicted"]) == ("not_verified", 2, 1)


@pytest.mark.parametrize(("method", "path"), [("DELETE", LOG), ("POST", "/__admin/reset")])
def test_a_cleared_log_is_complete_from_then_on(method: str, path: str) -> None:
    with serving(log_size=2) as client:
        for _ in range(4):
            client.get(STATUS)
        client.request(method, path).raise_for_status()
        assert client.get(LOG).json() == {"count": 0, "evicted": 0, "requests": []}
        client.get(STATUS)
        assert verify(client, {}, 1).status_code == 200
        assert verify(client, {"method": "DELETE"}, 0).status_code == 200


def test_each_world_counts_its_own() -> None:
    with serving(isolate_clients=True, log_size=1) as client:
        for login, calls in (("x@one", 3), ("x@two", 1)):
            for _ in range(calls):
                client.get(STATUS, auth=(login, "x"))
        assert [client.get(f"{LOG}?client={code}").json()["evicted"] for code in ("one", "two")] == [2, 0]


def test_the_default_log_proves_nothing_exact_after_more_calls_than_it_keeps() -> None:
    with serving() as client:
        client.delete(f"{LINKS}/1")
        for _ in range(1000):
            client.get(STATUS)
        assert outcome(verify(client, {"method": "DELETE"}, 0)) == "not_provable"
        assert outcome(verify(client, {"path": STATUS}, 1000)) == "not_provable"
        assert outcome(verify(client, {"method": "GET"}, 1000)) == "ok"  # only the DELETE is gone
        client.get(STATUS)
        assert outcome(verify(client, {"method": "GET"}, 1000)) == "not_provable"
        assert outcome(verify(client, {"method": "GET"}, {"min": 1000})) == "ok"


@pytest.mark.parametrize("calls", [0, 2])
def test_nothing_is_verified_or_counted_without_a_log(calls: int) -> None:
    with serving(log_size=0) as client:
        for _ in range(calls):
            client.get(STATUS)
        for response in (
            verify(client, {}, 0),
            verify(client, {}, {"min": 0}, timeout="10s"),
            client.post(f"{LOG}/count", json={}),
        ):
            message = assert_error(response, 409, "not_provable")
            assert "the request log is off (--log-size 0)" in message
        assert client.get(LOG).json() == {"count": 0, "evicted": calls, "requests": []}


def test_calls_that_the_memory_has_no_room_for_are_dropped_and_counted() -> None:
    with serving() as client:
        client.delete(f"{LINKS}/1")
        body = json.dumps({**LINK, "note": "x" * 1_000_000})
        for _ in range(40):
            client.put(f"{LINKS}/1", data=body)
        listed = client.get(f"{LOG}?limit=0").json()
        assert listed["count"] + listed["evicted"] == 41
        assert listed["evicted"] > 1
        refused = verify(client, {"method": "DELETE"}, 0)
        assert outcome(refused) == "not_provable"
        assert "the log has reached its memory limit" in refused.json()["message"]
        assert "raise --log-size" not in refused.json()["message"]
        assert outcome(verify(client, {"method": "GET"}, 0)) == "ok"


def test_a_waiting_verification_that_loses_calls_has_the_same_results() -> None:
    with serving(log_size=2) as client, ThreadPoolExecutor() as pool:
        client.delete(f"{LINKS}/1")
        url = f"{client.url}{LOG}/verify"

        def later(method: str, count: Any) -> Any:
            body = {"match": {"method": method}, "count": count, "timeout": "20s"}
            return pool.submit(requests.post, url, json=body, timeout=30)

        exact, least = later("DELETE", 2), later("PUT", {"min": 2})
        for method in ("GET", "GET", "PUT", "PUT"):
            client.request(method, f"{LINKS}/1")
        assert outcome(exact.result()) == "not_provable"
        assert least.result().json() == {"ok": True, "count": 2}


def test_a_call_in_progress_can_be_dropped_like_any_other() -> None:
    with holding(log_size=1) as held:
        call = held.call()
        held.client.get(STATUS)
        held.release()
        assert call.result().status_code == 200
        listed = held.client.get(LOG).json()
        assert [entry["path"] for entry in listed["requests"]] == [STATUS]
        assert listed["evicted"] == 1
        assert outcome(held.verify({"path": HELD}, count=0)) == "not_provable"
