"""Load by wrk, against a real server."""

from __future__ import annotations

import pytest

from benchmarks import wrk
from benchmarks.client import Request
from benchmarks.servers import CREATE, LINKS, SEARCH
from tests.programs import needs
from tests.support import Client, serving


def port(client: Client) -> int:
    return int(client.url.rsplit(":", 1)[1])


@needs("wrk")
def test_a_load_creates_a_new_link_with_each_request() -> None:
    with serving() as client:
        outcomes = [wrk.drive(port(client), CREATE, wrk.new_numbers(), seconds=1) for _ in range(2)]
        created = len(client.get("/__admin/state").json()["key_links"])
    # One more at the start of each; at the end, connections are closed while requests are in progress.
    answered = sum(outcome.requests + 1 for outcome in outcomes)
    assert answered <= created <= answered + 2 * wrk.CONNECTIONS
    assert all(0.9 < outcome.seconds < 2 for outcome in outcomes)


@needs("wrk")
def test_a_load_searches_for_one_link_after_another() -> None:
    with serving() as client:
        wrk.drive(port(client), SEARCH, range(1, 4), seconds=1)
        logged = client.get("/__admin/requests", params={"path": LINKS}).json()["requests"]
    searched = {entry["query"]["external_id"][0] for entry in logged}
    assert searched == {f"0012D{number:013d}" for number in (1, 2, 3)}


@needs("wrk")
def test_a_load_with_failures_is_an_error_that_counts_them() -> None:
    with serving() as client:
        rule = {"match": {"method": "GET"}, "effect": {"status": 502}, "when": {"skip": 1}}
        assert client.post("/__admin/faults", json=rule).status_code == 201
        with pytest.raises(RuntimeError, match=r"of (\d+) requests, \1 failed; 0 connections broke"):
            wrk.drive(port(client), SEARCH, range(1, 4), seconds=1)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("unable to connect to 127.0.0.1:1 Connection refused", "Connection refused"),
        ("result 10 1000000 3 0", "of 10 requests, 3 failed; 0 connections broke"),
        ("result 10 1000000 0 2", "of 10 requests, 0 failed; 2 connections broke"),
        ("result 0 1000000 0 0", "of 0 requests"),
    ],
)
def test_any_failure_makes_a_load_useless(output: str, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        wrk.parse(output)


def test_the_result_is_requests_and_seconds() -> None:
    outcome = wrk.parse("Running 2s test\n  8 connections\nresult 3000 2000000 0 0\n")
    assert outcome == (3000, 2.0)
    assert outcome.rate == 1500


def test_a_percent_sign_in_a_request_arrives_as_it_is() -> None:
    assert "/a%%20b?n=%013d HTTP/1.1" in wrk.render(80, Request("/a%20b?n={n}"), range(5))
