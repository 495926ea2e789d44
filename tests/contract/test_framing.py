"""A request whose end is ambiguous is rejected, so what follows is never taken for another request."""

from __future__ import annotations

import json
import time

import pytest

from tests.contract.raw import Raw, basic, head
from tests.support import AUTH, LINK, Client

LINKS = "/v1/IntegrationKeyLink"
BODY = json.dumps(LINK).encode()
MARKER = head("GET", "/v1/Agents/1001?marker=1")
LENGTH = b"Content-Length: %d\r\n" % len(BODY)

REJECTED = {
    "two lengths, the second smaller": LENGTH + b"Content-Length: 0\r\n",
    "two lengths, the first smaller": b"Content-Length: 0\r\n" + LENGTH,
    "the same length twice": LENGTH * 2,
    "a folded length": b"Content-Length: %d\r\n 0\r\n" % len(BODY),
    "a length and chunks": LENGTH + b"Transfer-Encoding: chunked\r\n",
    "chunks in two headers": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "chunked twice": b"Transfer-Encoding: chunked, chunked\r\n",
    "a coding without a name": b"Transfer-Encoding:\r\n",
    "a carriage return too many": LENGTH + b"X: y\r\r\n",
    "a carriage return too many at the end": LENGTH + b"\r",
    "a space before the colon": b"Content-Length : %d\r\n" % len(BODY),
    "a length on two lines": b"Content-Length:\r\n %d\r\n" % len(BODY),
    "a header without a name": LENGTH + b": x\r\n",
    "a control byte in a name": LENGTH + b"\x0bX: y\r\n",
    "a control byte in a value": LENGTH + b"X: a\x0bb\r\n",
    "a bare carriage return": LENGTH + b"X: a\rb\r\n",
    "a name of a kilobyte": LENGTH + b"X" * 1000 + b": y\r\n",
    "a bare line feed": LENGTH + b"X: y\n",
    "two hosts": LENGTH + b"Host: restapi.rev.io\r\n",
}


@pytest.mark.parametrize("case", REJECTED)
def test_an_ambiguously_framed_request_is_rejected_along_with_what_follows(client: Client, case: str) -> None:
    request = head("POST", LINKS)[:-2] + REJECTED[case] + b"\r\n" + BODY + MARKER
    with Raw(client.url) as raw:
        assert raw.call(request).status == 400
        assert raw.is_closed()
    (logged,) = client.get("/__admin/requests").json()["requests"]
    assert (logged["method"], logged["path"], logged["response"]["status"]) == ("POST", LINKS, 400)
    assert client.get(LINKS).json()["record_count"] == 0


@pytest.mark.parametrize("version", ["1.+1", "+1.1", "1.01", "1.1 ", "1.1x", "1,1", "1.-1", "1. 1", " 1.1"])
def test_a_version_in_another_form_is_rejected(client: Client, version: str) -> None:
    with Raw(client.url) as raw:
        assert raw.call(head("GET", "/v1/SystemStatus", version=version) + MARKER).status == 400
        assert raw.is_closed()


@pytest.mark.parametrize("own_first", [True, False])
def test_of_two_origins_none_wins(client: Client, own_first: bool) -> None:
    origins = [client.url, "https://evil.example"]
    lines = [f"Host: {client.url.removeprefix('http://')}", f"Authorization: {basic(*AUTH)}"]
    lines += [f"Origin: {origin}" for origin in (origins if own_first else origins[::-1])]
    start = "\r\n".join([f"POST {LINKS} HTTP/1.1", *lines, ""]).encode()
    with Raw(client.url) as raw:
        assert raw.call(start + LENGTH + b"\r\n" + BODY).status == 403
    assert client.get(LINKS).json()["record_count"] == 0


def test_a_folded_line_as_the_first_header_is_rejected(client: Client) -> None:
    with Raw(client.url) as raw:
        assert raw.call(b"GET / HTTP/1.1\r\n x\r\n\r\n").status == 400


def test_a_folded_line_cannot_replace_the_credentials(client: Client) -> None:
    folded = (
        f"GET /v1/SystemStatus HTTP/1.1\r\nHost: x\r\nAuthorization: Basic AAAA\r\n {basic(*AUTH)}\r\n\r\n"
    )
    with Raw(client.url) as raw:
        assert raw.call(folded.encode()).status == 400


def test_a_header_with_an_underscore_is_not_confused_with_one_with_a_dash(client: Client) -> None:
    with Raw(client.url) as raw:
        assert raw.call(head("POST", LINKS)[:-2] + LENGTH + b"Content_Length: 0\r\n\r\n" + BODY).status == 201


@pytest.mark.parametrize("blank", [b" ", b"\t", b" \t "])
def test_blanks_around_a_value_are_not_part_of_it(client: Client, blank: bytes) -> None:
    lines = [b"Host:" + blank + b"localhost" + blank, b"Content-Type:" + blank + b"application/json" + blank]
    lines += [b"Authorization: " + basic(*AUTH).encode() + blank, b"X-Mock-Fault: status=418" + blank]
    start = b"\r\n".join([f"POST {LINKS} HTTP/1.1".encode(), *lines, b""])
    with Raw(client.url) as raw:
        assert raw.call(start + LENGTH + b"\r\n" + BODY).status == 418


HOSTS = ["a:b", "a:70000", "a:-1", "a:b:c", "[", "[::1", "a]b", "a/b", "<script>", "a?b#c", "", "a b"]


@pytest.mark.parametrize("host", [*HOSTS, "\u2100", "\u00ff"])
def test_an_invalid_host_breaks_no_write_and_is_not_echoed(client: Client, host: str) -> None:
    request = (
        f"POST {LINKS} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {basic(*AUTH)}\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    )
    with Raw(client.url) as raw:
        response = raw.call(request.encode() + BODY)
    links = client.get(LINKS).json()["record_count"]
    assert (response.status, links) in ((201, 1), (400, 0))
    if links:
        assert response.headers["location"] == f"{client.url}{LINKS}/1"


@pytest.mark.parametrize(
    "host", ["rev_mock:7384", "restapi.rev.io", "[::1]:80", "127.0.0.1", "localhost:65535", "localhost:60001"]
)
def test_a_location_uses_the_host_of_the_request(client: Client, host: str) -> None:
    response = client.post(LINKS, json=LINK, headers={"Host": host})
    assert response.headers["Location"] == f"http://{host}{LINKS}/1"


def test_a_header_with_many_spaces_is_parsed_quickly(client: Client) -> None:
    header = b"X: a" + b" " * 60_000 + b"b\r\n"
    began = time.monotonic()
    with Raw(client.url) as raw:
        assert raw.call(head("GET", "/v1/SystemStatus")[:-2] + header + b"\r\n").status == 200
    assert time.monotonic() - began < 2
