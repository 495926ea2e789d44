"""The request log asked: which calls, how many, and whether they were as they should be."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from tests.routes.test_admin_responses import assert_refused
from tests.support import LINK, Client

LINKS = "/v1/IntegrationKeyLink"
LOG = "/__admin/requests"
VERIFY = f"{LOG}/verify"


@pytest.fixture
def calls(client: Client) -> Client:
    """Four calls: a create, the same again (refused), a search, and one record that is not there."""
    client.link()
    client.post(LINKS, json=LINK)
    client.get(f"{LINKS}?search.external_id=a&search.external_id=b&page=2")
    client.get("/v1/Customers/1015", headers={"User-Agent": "my-job/1.0"})
    return client


def found(client: Client, query: str) -> list[int]:
    """Which of the four calls a query finds."""
    everything = [each["id"] for each in client.get(LOG).json()["requests"]]
    answer = client.get(f"{LOG}?{query}")
    assert answer.status_code == 200, answer.text
    return [everything.index(each["id"]) for each in answer.json()["requests"]]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", [0, 1, 2, 3]),
        ("method=post", [0, 1]),
        ("method=GET&path=/v1/customers/*", [3]),
        ("path=/v1/Integration*", [0, 1, 2]),
        ('match={"client": "acme", "method": "GET"}', [2, 3]),
        ('match={"client": "other"}', []),
        ("body.external_id=0012*", [0, 1]),
        ("body.internal_id=1015", [0, 1]),
        ("query.external_id=b", [2]),
        ("query.search.external_id=b", [2]),
        ("query.page=3", []),
        ("headers.user-agent=my-job*", [3]),
        ('match={"method": ["PUT", "POST"]}', [0, 1]),
        ('match={"query": {"page": 2}}', [2]),
        ('match={"body": {"external_id": null}}&method=GET', [2, 3]),
        ("limit=2", [2, 3]),
        ("limit=1&method=POST", [1]),
        ("limit=0", []),
        ("limit=99", [0, 1, 2, 3]),
    ],
)
def test_calls_are_found_by_what_they_were(calls: Client, query: str, wanted: list[int]) -> None:
    assert found(calls, query) == wanted


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("colour=red", "query: colour"),
        ("limit=x", "query: limit"),
        ("limit=-1", "query: limit"),
        ("limit=1&limit=2", "query: limit"),
        ("match=x", "query: match"),
        ("match=[]", "query: match"),
        ('match={"colour": 1}', "query.colour"),
        ("body=x", "query.body"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_with_its_place(
    client: Client, query: str, place: str
) -> None:
    answer = client.get(f"{LOG}?{query}")
    assert_refused(answer, 400, "invalid")
    assert answer.json()["mistakes"][0]["place"].startswith(place)


def test_an_unknown_parameter_is_refused_with_the_allowed_ones(client: Client) -> None:
    message = client.get(f"{LOG}?colour=red").json()["message"]
    assert all(name in message for name in ("match", "limit", "method", "path", "query", "headers", "body"))


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({}, 4),
        ({"match": {}}, 4),
        ({"match": {"method": "POST"}}, 2),
        ({"match": {"path": "/v1/Customers/1015"}}, 1),
        ({"match": {"client": "other"}}, 0),
    ],
)
def test_calls_are_counted(calls: Client, body: Any, count: int) -> None:
    assert calls.post(f"{LOG}/count", json=body).json() == {"count": count}


def test_calls_are_forgotten(calls: Client) -> None:
    assert calls.delete(LOG).json() == {"count": 4}
    assert calls.get(LOG).json() == {"count": 0, "requests": []}
    assert calls.delete(LOG).json() == {"count": 0}


def test_a_body_that_would_be_passed_over_is_refused_and_nothing_forgotten(calls: Client) -> None:
    answer = calls.delete(LOG, json={"match": {"method": "POST"}})
    assert "takes none" in assert_refused(answer, 400, "invalid")
    assert calls.get(LOG).json()["count"] == 4


POSTS = {"match": {"method": "POST"}}


@pytest.mark.parametrize(
    "count", [2, {"min": 1}, {"min": 2, "max": 2}, {"max": 2}, {"min": 0, "max": 5}, {}, None]
)
def test_as_many_calls_as_should_are_verified(calls: Client, count: Any) -> None:
    body = POSTS if count is None else {**POSTS, "count": count}
    assert calls.post(VERIFY, json=body).json() == {"ok": True, "count": 2}


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (1, "2 calls match, not 1"),
        (3, "2 calls match, not 3"),
        (0, "2 calls match, not 0"),
        ({"min": 3}, "2 calls match, not at least 3"),
        ({"max": 1}, "2 calls match, not 0 to 1"),
        ({"min": 4, "max": 5}, "2 calls match, not 4 to 5"),
    ],
)
def test_too_few_and_too_many_calls_are_not_verified(calls: Client, count: Any, says: str) -> None:
    answer = calls.post(VERIFY, json={**POSTS, "count": count})
    assert answer.status_code == 409
    body = answer.json()
    assert (body["error"], body["message"], body["count"]) == ("not_verified", says, 2)
    assert [each["request"]["method"] for each in body["nearest"]] == ["GET", "GET"]


def test_the_nearest_misses_say_what_differed_the_closest_first(calls: Client) -> None:
    match = {"method": "POST", "path": LINKS, "body": {"external_id": "other", "internal_id": 1015}}
    body = calls.post(VERIFY, json={"match": match}).json()
    assert [each["differences"] for each in body["nearest"]] == [
        [f"body.external_id is {LINK['external_id']}, not other"],
        [f"body.external_id is {LINK['external_id']}, not other"],
        [
            "method is GET, not POST",
            "body.external_id is absent, not other",
            "body.internal_id is absent, not 1015",
        ],
    ]
    assert body["nearest"][0]["request"]["id"] > body["nearest"][1]["request"]["id"], "the latest first"
    assert len(body["nearest"]) == 3


def test_a_verification_waits_for_calls_that_come_later_and_ends_as_soon_as_there_are_enough(
    client: Client,
) -> None:
    def later() -> None:
        own = Client(client.url)
        for number in range(3):
            time.sleep(0.1)
            own.get(f"/v1/Customers/{number}")
            own.link(external_id=f"{number}")
        own.close()

    thread = threading.Thread(target=later)
    began = time.monotonic()
    thread.start()
    answer = client.post(VERIFY, json={**POSTS, "count": {"min": 3}, "timeout": "20s"})
    assert answer.json() == {"ok": True, "count": 3}
    assert 0.3 <= time.monotonic() - began < 10
    thread.join()


def test_a_verification_that_waits_in_vain_ends_with_its_timeout(client: Client) -> None:
    began = time.monotonic()
    assert client.post(VERIFY, json={"timeout": "300ms"}).status_code == 409
    assert 0.3 <= time.monotonic() - began < 5


def test_too_many_calls_fail_at_once_whatever_the_timeout(calls: Client) -> None:
    began = time.monotonic()
    assert calls.post(VERIFY, json={**POSTS, "count": 1, "timeout": "20s"}).status_code == 409
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("count", [], "body"),
        ("count", {"count": 1}, "body.count"),
        ("count", {"match": []}, "body.match"),
        ("count", {"match": {"colour": 1}}, "body.match.colour"),
        ("verify", {"match": {"method": {}}}, "body.match.method"),
        ("verify", {"count": -1}, "body.count"),
        ("verify", {"count": "1"}, "body.count"),
        ("verify", {"count": {"least": 1}}, "body.count.least"),
        ("verify", {"count": {"min": 3, "max": 1}}, "body.count"),
        ("verify", {"timeout": 5}, "body.timeout"),
        ("verify", {"timeout": "61s"}, "body.timeout"),
        ("verify", {"timeout": "soon"}, "body.timeout"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_its_place(
    client: Client, path: str, body: Any, place: str
) -> None:
    answer = client.post(f"{LOG}/{path}", json=body)
    assert_refused(answer, 400, "invalid")
    assert answer.json()["mistakes"][0]["place"] == place


def test_a_wrong_name_is_refused_with_the_allowed_ones(client: Client) -> None:
    message = client.post(VERIFY, json={"matches": {}}).json()["message"]
    assert message == "body.matches: unknown; expected one of match, count, timeout"


@pytest.mark.parametrize(
    "query",
    [
        {"body": "x", "body.a": "1"},
        {"method": "GET", "method.x": "1"},
        {"match": '{"body": [1]}', "body.a": "1"},
        {"match": '{"query": null}', "query.a": "1"},
    ],
)
def test_a_part_as_a_whole_and_a_part_of_it_are_refused_with_their_place(
    client: Client, query: dict[str, str]
) -> None:
    answer = client.get(LOG, params=query)
    assert_refused(answer, 400, "invalid")
    assert answer.json()["mistakes"][0]["place"] == f"query: {list(query)[1]}"
