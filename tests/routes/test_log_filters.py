"""Filters of the request log: the same words in a listing, in a count and in a verification."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.example_suite import Suite
from tests.routes.common import LINKS, assert_error
from tests.support import LINK, Client, serving

LOG = "/__admin/requests"
STATUS = "/v1/SystemStatus"


@pytest.fixture(scope="module")
def logged() -> Iterator[Client]:
    """A client after six calls on a frozen clock, one every ten seconds.

    0 created, 1 rejected as a duplicate, 2 failed by rule 1 ("out, of (order)"), 3 by a header, 4 reset by
    rule 2 without an answer, 5 not found, from another client code.
    """
    with serving() as client:
        client.put("/__admin/clock", json={"now": "2030-01-02T03:00:00"}).raise_for_status()

        def tick() -> None:
            client.put("/__admin/clock", json={"advance": "10s"}).raise_for_status()

        client.link()
        tick()
        client.post(LINKS, json=LINK)
        tick()
        once = {"times": 1}
        rules = [
            {"name": "out, of (order)", "when": once, "effect": {"status": 503}},
            {"when": once, "effect": {"connection": "reset"}},
        ]
        client.post("/__admin/faults", json=rules[0]).raise_for_status()
        client.get(STATUS)
        tick()
        client.get(STATUS, headers={"X-Mock-Fault": "status=500"})
        tick()
        client.post("/__admin/faults", json=rules[1]).raise_for_status()
        with pytest.raises(OSError, match=r"reset|aborted"):
            client.get(STATUS)
        tick()
        client.get("/v1/Customers/999999", auth=("other@beta", "x"))
        client.delete("/__admin/faults")
        yield client


ALL = [0, 1, 2, 3, 4, 5]
CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({"status": 503}, [2]),
    ({"status": "503"}, [2]),
    ({"status": "5xx"}, [2, 3]),
    ({"status": "5XX"}, [2, 3]),
    ({"status": "2xx,404"}, [0, 5]),
    ({"status": [201, "4xx"]}, [0, 1, 5]),
    ({"status": "none"}, [4]),
    ({"status": None}, [4]),
    ({"status": "any"}, [0, 1, 2, 3, 5]),
    ({"fault": "any"}, [2, 3, 4]),
    ({"fault": "none"}, [0, 1, 5]),
    ({"fault": None}, [0, 1, 5]),
    ({"fault": 1}, [2]),
    ({"fault": "2"}, [4]),
    ({"fault": "out, of (order)"}, [2]),
    ({"fault": "out*"}, [2]),
    ({"fault": "X-Mock-Fault"}, [3]),
    ({"fault": ["none", 2]}, [0, 1, 4, 5]),
    ({"client": "beta"}, [5]),
    ({"client": "a*"}, [0, 1, 2, 3, 4]),
    ({"since": "2030-01-02T03:00:20"}, [2, 3, 4, 5]),
    ({"since": "2030-01-02T03:00:20.001"}, [3, 4, 5]),
    ({"since": "2030-01-02T05:00:20+02:00"}, [2, 3, 4, 5]),
    ({"since": "2030-01-02"}, ALL),
    ({"since": "2030-01-03"}, []),
    ({"since": "30s"}, [2, 3, 4, 5]),
    ({"until": "2030-01-02T03:00:20Z"}, [0, 1, 2]),
    ({"until": "2030-01-02"}, ALL),
    ({"until": "30s"}, [0, 1, 2]),
    ({"since": "40s", "until": "20s"}, [1, 2, 3]),
    ({"not": {"status": "5xx"}}, [0, 1, 4, 5]),
    ({"not": {"path": STATUS}}, [0, 1, 5]),
    ({"not": {"path": STATUS, "status": 503}}, [0, 1, 3, 4, 5]),
    ({"not": [{"path": STATUS}, {"client": "beta"}]}, [0, 1]),
    ({"method": "POST", "not": {"body": {"internal_id": 1015}}}, []),
    ({"method": "POST", "not": {"body": {"internal_id": 1016}}}, [0, 1]),
    ({"not": {"since": "20s"}}, [0, 1, 2]),
]


@pytest.mark.parametrize(("match", "expected"), CASES, ids=[json.dumps(match) for match, _ in CASES])
def test_a_filter_selects_the_same_calls_everywhere(
    logged: Client, match: dict[str, Any], expected: list[int]
) -> None:
    ids = [entry["id"] for entry in logged.get(LOG).json()["requests"]]
    listed = logged.get(LOG, params={"match": json.dumps(match)}).json()
    assert [ids.index(entry["id"]) for entry in listed["requests"]] == expected
    assert logged.post(f"{LOG}/count", json={"match": match}).json() == {"count": len(expected)}
    verified = logged.post(f"{LOG}/verify", json={"match": match, "count": len(expected)})
    assert verified.json() == {"ok": True, "count": len(expected)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=503", [2]),
        ("status=5xx,201", [0, 2, 3]),
        ("fault=none&status=4xx", [1, 5]),
        ("client=beta", [5]),
        ("since=30s&until=2030-01-02T03:00:40", [2, 3, 4]),
        (f"not.path={STATUS}", [0, 1, 5]),
        ("not.body.internal_id=1015&not.method=POST", [2, 3, 4, 5]),
        ("not.client=beta&not.status=404", [0, 1, 2, 3, 4]),
        ('match={"not": {"method": "GET"}}&status=201', [0]),
    ],
)
def test_filters_can_be_query_parameters(logged: Client, query: str, expected: list[int]) -> None:
    ids = [entry["id"] for entry in logged.get(LOG).json()["requests"]]
    response = logged.get(f"{LOG}?{query}")
    assert response.status_code == 200, response.text
    assert [ids.index(entry["id"]) for entry in response.json()["requests"]] == expected


def test_a_limit_shortens_the_list_and_not_the_count(logged: Client) -> None:
    body = logged.get(f"{LOG}?limit=2").json()
    assert (body["count"], len(body["requests"])) == (6, 2)


@pytest.mark.parametrize(
    ("match", "place", "message"),
    [
        ({"status": 99}, "match.status", "a status such as 503"),
        ({"status": "6xx"}, "match.status", "a class such as 5xx"),
        ({"status": True}, "match.status", "must be a status"),
        ({"status": []}, "match.status", "must be"),
        ({"status": ""}, "match.status", "must be a status"),
        ({"fault": {}}, "match.fault", "must be text"),
        ({"since": "soon"}, "match.since", "or how long ago, such as 30s, not 'soon'"),
        ({"until": 5}, "match.until", "must be a date such as"),
        ({"not": {}}, "match.not", "is empty"),
        ({"not": "x"}, "match.not", "must be an object"),
        ({"not": [{"path": "x"}, {}]}, "match.not[1]", "is empty"),
        ({"not": {"not": {"path": "x"}}}, "match.not.not", "unknown"),
        ({"statuss": 1}, "match.statuss", "did you mean status?"),
        ({"not": {"metod": 1}}, "match.not.metod", "did you mean method?"),
        ({"colour": 1}, "match.colour", "unknown; expected one of method, path"),
    ],
)
@pytest.mark.parametrize("path", ["count", "verify"])
def test_an_invalid_filter_is_rejected_with_what_would_be_right(
    logged: Client, path: str, match: Any, place: str, message: str
) -> None:
    response = logged.post(f"{LOG}/{path}", json={"match": match})
    assert message in assert_error(response, 400, "invalid")
    assert response.json()["mistakes"][0]["place"] == f"body.{place}"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("statsu=503", "query: statsu: unknown, did you mean status? expected one of match, limit, "),
        ("limt=3", "did you mean limit?"),
        ("not.colour=red", "query: not.colour: unknown; expected one of method, path"),
        ("not.limit=3", "query: not.limit: unknown; expected one of method, path"),
        ("not=x", "query.not: must be an object"),
        ("not.path=x&not=y", "query.not: must be an object"),
        ("not=y&not.path=x", "query: not.path: cannot be combined with not"),
        ("status=x", "query.status: must be a status"),
    ],
)
def test_an_invalid_query_is_rejected_with_what_would_be_right(
    logged: Client, query: str, message: str
) -> None:
    assert message in assert_error(logged.get(f"{LOG}?{query}"), 400, "invalid")


@pytest.mark.parametrize("name", ["status", "fault", "since", "until"])
def test_a_fault_rule_cannot_match_what_is_known_only_later(logged: Client, name: str) -> None:
    for match in ({name: "x"}, {"not": {name: "x"}}):
        response = logged.post("/__admin/faults", json={"match": match, "effect": {"status": 500}})
        message = assert_error(response, 400, "invalid")
        assert "unknown" not in message
        assert "a rule can match method, path" in message


def test_a_fault_rule_can_exclude_requests() -> None:
    with serving() as client:
        match = {"path": "/v1/*", "not": [{"path": STATUS}, {"method": "POST"}]}
        client.post("/__admin/faults", json={"match": match, "effect": {"status": 503}}).raise_for_status()
        assert client.get(STATUS).status_code == 200
        assert client.post(LINKS, json=LINK).status_code == 201
        assert "is excluded by not: " in client.get("/__admin/faults/1").json()["last_miss"]
        assert client.get(LINKS).status_code == 503


def test_client_picks_the_world_where_each_client_has_its_own() -> None:
    with serving(isolate_clients=True) as client:
        for code in ("one", "two"):
            suite = Suite(client.url, code)
            suite.call("GET", STATUS)
            suite.close()
        assert client.get(f"{LOG}?client=one").json()["count"] == 1
        assert client.get(f"{LOG}?client=one&not.client=one").json()["count"] == 0
        for match, count in (({"client": "one"}, 1), ({"client": "two"}, 0)):
            response = client.post(f"{LOG}/count?client=one", json={"match": match})
            assert response.json() == {"count": count}


def test_client_selects_a_world_where_it_is_not_a_filter(logged: Client) -> None:
    for response in (logged.delete(f"{LOG}?client=acme"), logged.post(f"{LOG}/count?client=acme", json={})):
        assert "needs --isolate-clients" in assert_error(response, 400, "invalid")


@pytest.mark.parametrize("name", ["first, error_rate up", "slow, fault 9 (x)", "a, X-Mock-Fault"])
def test_the_name_of_a_fault_is_not_taken_for_several(client: Client, name: str) -> None:
    rule = {"name": name, "match": {"method": "GET"}, "effect": {"status": 503}}
    client.post("/__admin/faults", json=rule).raise_for_status()
    client.get("/v1/SystemStatus")
    found = {
        value: client.post("/__admin/requests/count", json={"match": {"fault": value}}).json()["count"]
        for value in (name, "1", "9", "error_rate*", "X-Mock*")
    }
    assert found == {name: 1, "1": 1, "9": 0, "error_rate*": 0, "X-Mock*": 0}


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        ({"path": "*a" * 15_000}, "query.path"),
        ({"match": json.dumps({"path": "[" * 16_000})}, "query.path"),
        ({"fault": "?" * 1001}, "query.fault"),
        ({"not.body.x": "*" * 1001}, "query.not.body.x"),
    ],
)
def test_a_filter_of_excessive_length_is_rejected(
    logged: Client, parameters: dict[str, str], place: str
) -> None:
    message = assert_error(logged.get(LOG, params=parameters), 400, "invalid")
    assert message.startswith(f"{place}: may have at most 1000 characters in a text with wildcards")
