"""Matchers match the requests that they describe, and say how others differ."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mockrevio.control.faults.matching import nearest_misses, parse_matcher
from mockrevio.errors import DocumentError
from mockrevio.revio.wire.request import ApiRequest

LINKS = "/v1/IntegrationKeyLink"


def make_request(method: str = "POST", path: str = LINKS, **parts: Any) -> ApiRequest:
    body = parts.get(
        "body", b'{"internal_id": 1015, "External_Id": "0012D00000dAsFzQAK", "flag": true, "n": null}'
    )
    headers = {"content-type": "application/json", "user-agent": "sync/1.0", **parts.get("headers", {})}
    return ApiRequest(method, path, parts.get("query", ""), headers, body, parts.get("client", "acme"), "me")


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
def test_a_matcher_matches_the_requests_it_describes(document: dict[str, Any]) -> None:
    matcher = parse_matcher(document, "match")

    assert matcher.matches(make_request())
    assert matcher.differences(make_request()) == []


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
def test_a_request_that_does_not_match_has_differences(document: dict[str, Any], difference: str) -> None:
    matcher = parse_matcher(document, "match")

    assert not matcher.matches(make_request())
    assert matcher.differences(make_request()) == [difference]


@pytest.mark.parametrize("name", ["external_id", "search.external_id", "Search.External_ID"])
@pytest.mark.parametrize("query", ["external_id=A1", "search.external_id=A1", "page=2&SEARCH.external_id=A1"])
def test_query_parameters_match_with_and_without_their_prefix(name: str, query: str) -> None:
    assert parse_matcher({"query": {name: "A*"}}, "match").matches(make_request("GET", query=query))


def test_one_value_of_a_repeated_parameter_is_enough_to_match() -> None:
    matcher = parse_matcher({"query": {"external_id": "B"}}, "match")

    assert matcher.matches(make_request("GET", query="external_id=A&external_id=B"))
    assert matcher.differences(make_request("GET", query="external_id=A&external_id=C")) == [
        "query.external_id is A and C, not B"
    ]


def test_a_trailing_slash_is_ignored() -> None:
    assert parse_matcher({"path": LINKS}, "match").matches(make_request(path=f"{LINKS}/"))
    assert parse_matcher({"path": [f"{LINKS}/"]}, "match").matches(make_request())


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff", b"<xml/>"])
def test_an_unreadable_body_has_no_fields(body: bytes) -> None:
    assert not parse_matcher({"body": {"external_id": "*"}}, "match").matches(make_request(body=body))


def test_numbers_are_compared_by_value() -> None:
    assert parse_matcher({"body": {"internal_id": 1015}}, "match").matches(
        make_request(body=b'{"internal_id": 1015.0}')
    )


@pytest.mark.parametrize(
    ("number", "sent"),
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
def test_equal_numbers_match_in_any_notation(number: float, sent: bytes) -> None:
    matcher = parse_matcher({"body": {"amount": number}}, "match")
    assert matcher.matches(make_request(body=b'{"amount": ' + sent + b"}"))
    assert not matcher.matches(make_request(body=b'{"amount": 1' + sent.strip(b"-") + b"}"))


@pytest.mark.parametrize("sent", [b"1e999999999", b"1e-999999999", b"9" * 4000 + b".5"])
def test_a_huge_or_tiny_number_simply_does_not_match(sent: bytes) -> None:
    assert not parse_matcher({"body": {"amount": 4.5}}, "match").matches(
        make_request(body=b'{"amount": ' + sent + b"}")
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
def test_an_invalid_matcher_is_rejected_with_its_place(document: Any, place: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_matcher(document, "match")

    assert [mistake.place for mistake in caught.value.mistakes] == [place]


def test_the_nearest_misses_have_the_fewest_differences_and_the_latest_come_first() -> None:
    matcher = parse_matcher({"method": "PUT", "path": LINKS, "client": "acme"}, "match")
    far, near, later = (
        make_request("GET", "/v1/Customers", client="b"),
        make_request("POST"),
        make_request("DELETE"),
    )

    assert [miss for miss, _ in nearest_misses(matcher, [far, near, later], 2)] == [later, near]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("basic  c2VjcmV0", "basic ***"),
        ("Basic\tc2VjcmV0 x", "Basic ***"),
        ("Bearer c2VjcmV0", "Bearer ***"),
        ("c2VjcmV0 Basic", "***"),
        ("c2VjcmV0", "***"),
        ("", "***"),
    ],
)
def test_of_an_authorization_header_only_the_scheme_is_kept(sent: str, shown: str) -> None:
    redacted = make_request(headers={"authorization": sent}).masked()
    assert redacted.headers["authorization"] == shown


def test_a_redacted_request_has_no_password_and_no_key() -> None:
    secret = {"authorization": "Basic c2VjcmV0", "ocp-apim-subscription-key": "k1", "cookie": "c=1"}
    redacted = make_request(
        query="a=1&Subscription-Key=k1&b=2&%20subscription-key=k1", headers=secret
    ).masked()

    assert redacted.headers["authorization"] == "Basic ***"
    assert redacted.headers["ocp-apim-subscription-key"] == redacted.headers["cookie"] == "***"
    assert redacted.query_string == "a=1&Subscription-Key=***&b=2&%20subscription-key=***"


@pytest.mark.parametrize(
    ("name", "sent", "shown"),
    [
        ("x-api-key", "hunter2", "***"),
        ("x-functions-key", "hunter2", "***"),
        ("x-auth-token", "hunter2", "***"),
        ("set-cookie", "sid=hunter2; Path=/", "***"),
        ("idempotency-key", "a-1", "a-1"),
        (
            "referer",
            "http://a/x?page=1&subscription-key=hunter2#y",
            "http://a/x?page=1&subscription-key=***#y",
        ),
        ("referer", "http://a/?subscription%2Dkey=hunter2,'3;4", "http://a/?subscription%2Dkey=***"),
        ("referer", "http://me:hunter2@a/x", "http://***@a/x"),
        ("referer", "http://a/?next=http%3A%2F%2Fb%2F%3Fapi_key%3Dhunter2", "http://a/?next=***"),
        ("x-original-url", "/v1/Customers?password=hunter2&page=2", "/v1/Customers?password=***&page=2"),
        ("forwarded", 'for=1.2.3.4;host="a"', 'for=1.2.3.4;host="a"'),
    ],
)
def test_a_masked_header_still_shows_the_parts_that_are_not_secret(name: str, sent: str, shown: str) -> None:
    assert make_request(headers={name: sent}).masked().headers[name] == shown


@pytest.mark.parametrize(
    "text",
    [
        "=" + "a" * 200_000,
        "a=%" + "25" * 100_000,
        "b=c%3D%" + "25" * 100_000,
        "//" * 100_000 + "@",
        "a=" * 100_000,
    ],
    ids=range(5),
)
def test_long_values_are_masked_in_time(text: str) -> None:
    started = time.perf_counter()
    make_request(headers={"referer": text}, query=text).masked()
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("api_key=hunter2&page=1", "api_key=***&page=1"),
        ("access_token=hunter2&password=hunter2,1", "access_token=***&password=***"),
        ("callback=http%3A%2F%2Fa%2F%3Ftoken%3Dhunter2", "callback=***"),
        ("callback=http%3A%2F%2Fa%2F%3Fpage%3D2", "callback=http%3A%2F%2Fa%2F%3Fpage%3D2"),
        ("a=b%3Dc%253Dd%25253De%2525253Dhunter2", "a=***"),  # nested too deeply
        ("subscription-key", "subscription-key"),
        ("status=ACTIVE&sort=-key", "status=ACTIVE&sort=-key"),
    ],
)
def test_a_masked_query_still_shows_the_parts_that_are_not_secret(sent: str, shown: str) -> None:
    assert make_request(query=sent).masked().query_string == shown


@pytest.mark.parametrize(
    ("excluded", "matches"),
    [
        ({"method": "GET"}, True),
        ({"method": "POST"}, False),
        ({"method": "POST", "path": "/v1/Customers"}, True),
        ({"method": "POST", "path": LINKS}, False),
        ({"body": {"external_id": None}}, True),
        ([{"method": "GET"}, {"client": "b*"}], True),
        ([{"method": "GET"}, {"client": "a*"}], False),
        ([], True),
    ],
)
def test_a_matcher_can_exclude_requests(excluded: Any, matches: bool) -> None:
    matcher = parse_matcher({"path": "/v1/*", "not": excluded}, "match")

    assert matcher.matches(make_request()) is matches
    assert (matcher.differences(make_request()) == []) is matches


def test_the_difference_from_a_matcher_that_excludes_names_what_it_excludes() -> None:
    matcher = parse_matcher({"not": {"method": "POST"}}, "match")

    assert matcher.differences(make_request()) == ['is excluded by not: {"method":"POST"}']
