"""The request log in the admin API: filtering, counting, verifying and clearing it."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from tests.routes.common import LINKS, assert_error
from tests.support import LINK, Client

LOG = "/__admin/requests"
VERIFY = f"{LOG}/verify"


@pytest.fixture
def logged(client: Client) -> Client:
    """A client after four requests: a create, the same again (rejected), a search, a read."""
    client.link()
    client.post(LINKS, json=LINK)
    client.get(f"{LINKS}?search.external_id=a&search.external_id=b&page=2")
    client.get("/v1/Customers/1015", headers={"User-Agent": "my-job/1.0"})
    return client


def select(client: Client, query: str) -> list[int]:
    """Which of the four requests a query selects, by index."""
    all_ids = [entry["id"] for entry in client.get(LOG).json()["requests"]]
    response = client.get(f"{LOG}?{query}")
    assert response.status_code == 200, response.text
    return [all_ids.index(entry["id"]) for entry in response.json()["requests"]]


@pytest.mark.parametrize(
    ("query", "expected"),
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
def test_requests_can_be_filtered(logged: Client, query: str, expected: list[int]) -> None:
    assert select(logged, query) == expected


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
def test_an_invalid_filter_is_rejected_with_its_place(client: Client, query: str, place: str) -> None:
    response = client.get(f"{LOG}?{query}")
    assert_error(response, 400, "invalid")
    assert response.json()["mistakes"][0]["place"].startswith(place)


def test_an_unknown_parameter_is_rejected_with_the_known_ones(client: Client) -> None:
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
def test_requests_can_be_counted(logged: Client, body: Any, count: int) -> None:
    assert logged.post(f"{LOG}/count", json=body).json() == {"count": count}


def test_the_log_can_be_cleared(logged: Client) -> None:
    assert logged.delete(LOG).json() == {"count": 4}
    assert logged.get(LOG).json() == {"count": 0, "evicted": 0, "requests": []}
    assert logged.delete(LOG).json() == {"count": 0}


def test_clearing_the_log_with_a_body_is_rejected(logged: Client) -> None:
    response = logged.delete(LOG, json={"match": {"method": "POST"}})
    assert "must be empty" in assert_error(response, 400, "invalid")
    assert logged.get(LOG).json()["count"] == 4


POSTS = {"match": {"method": "POST"}}


@pytest.mark.parametrize(
    "count", [2, {"min": 1}, {"min": 2, "max": 2}, {"max": 2}, {"min": 0, "max": 5}, {}, None]
)
def test_a_matching_count_is_verified(logged: Client, count: Any) -> None:
    body = POSTS if count is None else {**POSTS, "count": count}
    assert logged.post(VERIFY, json=body).json() == {"ok": True, "count": 2}


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (1, "2 requests match, expected 1"),
        (3, "2 requests match, expected 3"),
        (0, "2 requests match, expected 0"),
        ({"min": 3}, "2 requests match, expected at least 3"),
        ({"max": 1}, "2 requests match, expected 0 to 1"),
        ({"min": 4, "max": 5}, "2 requests match, expected 4 to 5"),
    ],
)
def test_too_few_or_too_many_requests_are_not_verified(logged: Client, count: Any, message: str) -> None:
    response = logged.post(VERIFY, json={**POSTS, "count": count})
    assert response.status_code == 409
    body = response.json()
    assert (body["error"], body["message"], body["count"]) == ("not_verified", message, 2)
    assert [miss["request"]["method"] for miss in body["nearest"]] == ["GET", "GET"]


def test_the_nearest_misses_list_their_differences_closest_first(logged: Client) -> None:
    match = {"method": "POST", "path": LINKS, "body": {"external_id": "other", "internal_id": 1015}}
    body = logged.post(VERIFY, json={"match": match}).json()
    assert [miss["differences"] for miss in body["nearest"]] == [
        [f"body.external_id is {LINK['external_id']}, not other"],
        [f"body.external_id is {LINK['external_id']}, not other"],
        [
            "method is GET, not POST",
            "body.external_id is absent, not other",
            "body.internal_id is absent, not 1015",
        ],
    ]
    assert body["nearest"][0]["request"]["id"] > body["nearest"][1]["request"]["id"], "latest first"
    assert len(body["nearest"]) == 3


def test_a_verification_waits_until_enough_requests_match(client: Client) -> None:
    def send_later() -> None:
        sender = Client(client.url)
        for number in range(3):
            time.sleep(0.1)
            sender.get(f"/v1/Customers/{number}")
            sender.link(external_id=f"{number}")
        sender.close()

    thread = threading.Thread(target=send_later)
    started = time.monotonic()
    thread.start()
    response = client.post(VERIFY, json={**POSTS, "count": {"min": 3}, "timeout": "20s"})
    outcome = response.json()
    assert (outcome["ok"], outcome["count"]) == (True, 3)  # the third may still be in progress
    assert 0.3 <= time.monotonic() - started < 10
    thread.join()


def test_a_verification_fails_after_its_timeout(client: Client) -> None:
    started = time.monotonic()
    assert client.post(VERIFY, json={"timeout": "300ms"}).status_code == 409
    assert 0.3 <= time.monotonic() - started < 5


def test_too_many_requests_fail_without_waiting(logged: Client) -> None:
    started = time.monotonic()
    assert logged.post(VERIFY, json={**POSTS, "count": 1, "timeout": "20s"}).status_code == 409
    assert time.monotonic() - started < 5


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
def test_an_invalid_body_is_rejected_with_its_place(client: Client, path: str, body: Any, place: str) -> None:
    response = client.post(f"{LOG}/{path}", json=body)
    assert_error(response, 400, "invalid")
    assert response.json()["mistakes"][0]["place"] == place


def test_an_unknown_field_is_rejected_with_the_known_ones(client: Client) -> None:
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
def test_a_part_cannot_be_combined_with_its_fields(client: Client, query: dict[str, str]) -> None:
    response = client.get(LOG, params=query)
    assert_error(response, 400, "invalid")
    assert response.json()["mistakes"][0]["place"] == f"query: {list(query)[1]}"


def test_a_listing_of_excessive_size_has_the_latest_requests_and_counts_the_others(client: Client) -> None:
    for _ in range(190):
        client.post(LINKS, data=b"\xff" * 64 * 1024)  # six times as long in JSON
    client.get(LINKS)
    response = client.get("/__admin/requests")
    assert len(response.content) < 65 * 1024 * 1024
    listing = response.json()
    assert (listing["count"], listing["evicted"]) == (191, 0)
    assert listing["omitted"] == 191 - len(listing["requests"]) > 10
    assert listing["requests"][-1]["method"] == "GET"
    assert [call["id"] for call in listing["requests"]] == sorted(call["id"] for call in listing["requests"])
    latest = client.get("/__admin/requests", params={"limit": "2"}).json()
    assert latest["requests"] == listing["requests"][-2:]
    assert "omitted" not in latest
