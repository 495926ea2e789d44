"""Matchers mean the calls that they describe, and say where another call differs."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.control.faults.matching import nearest_misses, parse_matcher
from mockrevio.errors import DocumentError
from mockrevio.revio.wire.request import ApiRequest

LINKS = "/v1/IntegrationKeyLink"


def call(method: str = "POST", path: str = LINKS, **given: Any) -> ApiRequest:
    body = given.get(
        "body", b'{"internal_id": 1015, "External_Id": "0012D00000dAsFzQAK", "flag": true, "n": null}'
    )
    headers = {"content-type": "application/json", "user-agent": "sync/1.0", **given.get("headers", {})}
    return ApiRequest(method, path, given.get("query", ""), headers, body, given.get("client", "acme"), "me")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"method": "post"},
        {"method": ["GET", "POST"]},
        {"path": LINKS},
        {"path": "/V1/integrationkeylink"},
        {"path": "/v1/*"},
        {"path": "/v1/Integration???Link"},
        {"client": "ac*"},
        {"headers": {"User-Agent": "sync/*"}},
        {"headers": {"X-Other": None}},
        {"body": {"external_id": "0012*"}},
        {"body": {"INTERNAL_ID": 1015}},
        {"body": {"internal_id": "10*"}},
        {"body": {"flag": True}},
        {"body": {"flag": "true"}},
        {"body": {"n": None, "missing": None}},
        {"body": {"internal_id": [7, 1015]}},
        {"method": "POST", "path": LINKS, "body": {"external_id": "*QAK"}},
    ],
)
def test_a_call_that_is_described_is_meant(document: dict[str, Any]) -> None:
    matcher = parse_matcher(document, "match")

    assert matcher.matches(call())
    assert matcher.differences(call()) == []


@pytest.mark.parametrize(
    ("document", "difference"),
    [
        ({"method": "GET"}, "method is POST, not GET"),
        ({"method": ["GET", "PUT"]}, "method is POST, not GET or PUT"),
        ({"path": "/v1/IntegrationKeyLink/*"}, f"path is {LINKS}, not /v1/IntegrationKeyLink/*"),
        ({"client": "Acme"}, "client is acme, not Acme"),
        ({"headers": {"user-agent": None}}, "headers.user-agent is sync/1.0, not absent"),
        ({"headers": {"x-other": "*"}}, "headers.x-other is absent, not *"),
        ({"body": {"external_id": "0012d*"}}, "body.external_id is 0012D00000dAsFzQAK, not 0012d*"),
        ({"body": {"internal_id": 1016}}, "body.internal_id is 1015, not 1016"),
        ({"query": {"page": 2}}, "query.page is absent, not 2"),
    ],
)
def test_a_call_that_is_not_meant_differs_somewhere(document: dict[str, Any], difference: str) -> None:
    matcher = parse_matcher(document, "match")

    assert not matcher.matches(call())
    assert matcher.differences(call()) == [difference]


@pytest.mark.parametrize("name", ["external_id", "search.external_id", "Search.External_ID"])
@pytest.mark.parametrize("sent", ["external_id=A1", "search.external_id=A1", "page=2&SEARCH.external_id=A1"])
def test_query_parameters_match_with_and_without_their_prefix(name: str, sent: str) -> None:
    assert parse_matcher({"query": {name: "A*"}}, "match").matches(call("GET", query=sent))


def test_one_of_several_parameters_of_a_name_is_enough() -> None:
    matcher = parse_matcher({"query": {"external_id": "B"}}, "match")

    assert matcher.matches(call("GET", query="external_id=A&external_id=B"))
    assert matcher.differences(call("GET", query="external_id=A&external_id=C")) == [
        "query.external_id is A and C, not B"
    ]


def test_a_trailing_slash_makes_no_other_path() -> None:
    assert parse_matcher({"path": LINKS}, "match").matches(call(path=f"{LINKS}/"))
    assert parse_matcher({"path": [f"{LINKS}/"]}, "match").matches(call())


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff", b"<xml/>"])
def test_a_body_that_cannot_be_read_has_no_fields(body: bytes) -> None:
    assert not parse_matcher({"body": {"external_id": "*"}}, "match").matches(call(body=body))


def test_numbers_are_compared_by_their_value() -> None:
    assert parse_matcher({"body": {"internal_id": 1015}}, "match").matches(
        call(body=b'{"internal_id": 1015.0}')
    )


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (49.90, b"49.90"),
        (49.9, b"49.900"),
        (4.5, b"4.50"),
        (0.00001, b"0.00001"),
        (1e-7, b"0.0000001"),
        (1e30, b"1e30"),
        (1e30, b"1000000000000000000000000000000"),
        (0.1, b"1e-1"),
        (-2.50, b"-2.5"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(given: float, sent: bytes) -> None:
    matcher = parse_matcher({"body": {"amount": given}}, "match")
    assert matcher.matches(call(body=b'{"amount": ' + sent + b"}"))
    assert not matcher.matches(call(body=b'{"amount": 1' + sent.strip(b"-") + b"}"))


@pytest.mark.parametrize("sent", [b"1e999999999", b"1e-999999999", b"9" * 4000 + b".5"])
def test_a_monstrous_number_is_just_another_one(sent: bytes) -> None:
    assert not parse_matcher({"body": {"amount": 4.5}}, "match").matches(
        call(body=b'{"amount": ' + sent + b"}")
    )


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"verb": "GET"}, "match.verb"),
        ({"method": {}}, "match.method"),
        ({"method": []}, "match.method"),
        ({"path": [["/v1"]]}, "match.path"),
        ({"query": "page=2"}, "match.query"),
        ({"body": {"external_id": {"like": "x"}}}, "match.body.external_id"),
        ([], "match"),
        ("GET", "match"),
    ],
)
def test_what_is_no_matcher_is_refused_with_its_place(document: Any, place: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_matcher(document, "match")

    assert [mistake.place for mistake in caught.value.mistakes] == [place]


def test_the_nearest_misses_are_those_with_the_fewest_differences_and_then_the_latest() -> None:
    matcher = parse_matcher({"method": "PUT", "path": LINKS, "client": "acme"}, "match")
    far, near, later = call("GET", "/v1/Customers", client="b"), call("POST"), call("DELETE")

    assert [miss for miss, _ in nearest_misses(matcher, [far, near, later], 2)] == [later, near]


def test_a_masked_call_shows_neither_password_nor_key() -> None:
    secret = {"authorization": "Basic c2VjcmV0", "ocp-apim-subscription-key": "k1", "cookie": "c=1"}
    masked = call(query="a=1&Subscription-Key=k1&b=2&%20subscription-key=k1", headers=secret).redacted()

    assert masked.headers["authorization"] == "Basic ***"
    assert masked.headers["ocp-apim-subscription-key"] == masked.headers["cookie"] == "***"
    assert masked.query_string == "a=1&Subscription-Key=***&b=2&%20subscription-key=***"
