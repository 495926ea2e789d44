"""Bodies of writes: their size, and how they are transferred."""

from __future__ import annotations

import pytest

from tests.contract.common import FORM, JSON, LINKS, MIB, post, stored
from tests.contract.raw import Raw, head, in_chunks, with_length
from tests.support import LINK, Client


def padded(size: int) -> bytes:
    return JSON + b" " * (size - len(JSON))


def test_a_body_of_exactly_one_mib_is_accepted(client: Client) -> None:
    assert stored(client, post(client, padded(MIB), "application/json")) == LINK


@pytest.mark.parametrize("extra", [1, 5 * MIB])
def test_a_larger_body_is_413_and_the_client_can_read_the_response(client: Client, extra: int) -> None:
    for data in (padded(MIB + extra), iter([padded(MIB), b" " * extra])):
        response = post(client, data, "application/json")
        assert (response.status_code, response.reason) == (413, "Request Entity Too Large")
        assert response.json()[0]["error"] == "too_large"
    assert client.get(LINKS).json()["records"] == []


def test_a_body_may_be_chunked(client: Client) -> None:
    assert stored(client, post(client, iter([JSON[:7], JSON[7:8], JSON[8:]]), "application/json")) == LINK


def test_chunks_may_have_extensions_and_trailers(raw: Raw) -> None:
    start = head("POST", LINKS, "Transfer-Encoding: chunked", "Trailer: X-Sum")
    chunks = b'%X;name="x"\r\n%b\r\n0\r\nX-Sum: 1\r\nX-Other: 2\r\n\r\n' % (len(JSON), JSON)
    assert raw.call(start + chunks).status == 201
    assert raw.call(head("GET", f"{LINKS}/1")).status == 200


@pytest.mark.parametrize("expect", ["100-continue", "100-Continue"])
def test_expect_100_continue_gets_an_interim_response_before_the_body(raw: Raw, expect: str) -> None:
    raw.send(head("POST", LINKS, f"Content-Length: {len(JSON)}", f"Expect: {expect}"))
    interim = raw.read(bodiless=True)
    assert (interim.status, interim.reason) == (100, "Continue")
    assert raw.call(JSON).status == 201
    assert raw.call(head("GET", f"{LINKS}/1")).status == 200


@pytest.mark.parametrize("length", [MIB + 1, 1000 * MIB])
def test_a_client_is_not_asked_for_a_body_that_is_too_large(raw: Raw, length: int) -> None:
    raw.send(head("POST", LINKS, f"Content-Length: {length}", "Expect: 100-continue"))
    response = raw.read()
    assert (response.status, response.headers["connection"]) == (413, "close")
    assert response.json()[0]["error"] == "too_large"
    assert raw.is_closed()


def test_the_size_limit_applies_to_chunks_after_expect_100_continue(raw: Raw) -> None:
    raw.send(head("POST", LINKS, "Transfer-Encoding: chunked", "Expect: 100-continue"))
    assert raw.read(bodiless=True).status == 100
    assert raw.call(b"%x\r\n%b\r\n0\r\n\r\n" % (MIB + 1, b" " * (MIB + 1))).status == 413


@pytest.mark.parametrize("expect", ["100-continue", "magic"])
def test_http_1_0_ignores_expectations(raw: Raw, expect: str) -> None:
    raw.send(head("POST", LINKS, f"Content-Length: {len(JSON)}", f"Expect: {expect}", version="1.0") + JSON)
    assert raw.read().status == 201


@pytest.mark.parametrize("expect", ["magic", "100-continue, magic", "100-continue;q=1", "200-ok"])
def test_an_unknown_expectation_is_417(client: Client, raw: Raw, expect: str) -> None:
    response = raw.call(head("POST", LINKS, f"Content-Length: {len(JSON)}", f"Expect: {expect}") + JSON)
    assert (response.status, response.json()[0]["error"]) == (417, "expectation_failed")
    assert raw.is_closed()
    assert client.get(LINKS).json()["record_count"] == 0


@pytest.mark.parametrize("expect", ["", " , 100-CONTINUE,"])
def test_an_expectation_may_be_blank_or_in_a_list(raw: Raw, expect: str) -> None:
    raw.send(head("POST", LINKS, f"Content-Length: {len(JSON)}", f"Expect: {expect}"))
    if expect:
        assert raw.read(bodiless=True).status == 100
    assert raw.call(JSON).status == 201


def test_a_request_whose_client_closes_in_the_middle_of_the_body_is_not_carried_out(client: Client) -> None:
    incomplete = FORM[:-3]
    content_type = "Content-Type: application/x-www-form-urlencoded"
    with Raw(client.url) as raw:
        raw.send(head("POST", LINKS, f"Content-Length: {len(FORM)}", content_type) + incomplete)
        raw.socket.shutdown(1)
        assert raw.is_closed()
    [entry] = client.get("/__admin/requests").json()["requests"]
    assert (entry["client_left"], entry["response"]["status"]) == (True, None)
    assert client.get(LINKS).json()["records"] == []


@pytest.mark.parametrize(
    "chunks",
    [b"zz\r\n{}\r\n0\r\n\r\n", b"-5\r\n", b"\r\n", b"3\r\n{}xyz\r\n0\r\n\r\n", b"0x2\r\n{}\r\n0\r\n\r\n"],
)
def test_malformed_chunks_are_400_and_close_the_connection(raw: Raw, chunks: bytes) -> None:
    response = raw.call(head("POST", LINKS, "Transfer-Encoding: chunked") + chunks)
    assert (response.status, response.json()[0]["error"]) == (400, "malformed_body")
    assert response.headers["connection"] == "close"
    assert raw.is_closed()


@pytest.mark.parametrize("length", ["-5", "abc", "+5", "5, 5", "1.0"])
def test_a_malformed_content_length_is_400_and_closes_the_connection(raw: Raw, length: str) -> None:
    assert raw.call(head("POST", LINKS, f"Content-Length: {length}") + b"{}").status == 400
    assert raw.is_closed()


def test_put_parses_its_body_by_the_same_rules(client: Client, raw: Raw) -> None:
    client.link()
    assert raw.call(in_chunks("PUT", f"{LINKS}/1", FORM[:5], FORM[5:])).status == 400  # a form needs its type
    assert raw.call(in_chunks("PUT", f"{LINKS}/1", JSON)).status == 200
    assert raw.call(with_length("PUT", f"{LINKS}/1", JSON, "Content-Type: text/json")).status == 200


def test_a_patch_of_thousands_of_large_moves_is_rejected_quickly(client: Client) -> None:
    large = [{"op": "add", "path": "/fields", "value": [[0] * 100_000]}]
    moves = [{"op": "move", "from": "/fields/0", "path": "/fields/0"}] * 5000
    response = client.patch("/v1/Services/1001", json=large + moves, timeout=10)
    assert response.status_code == 400
    assert "in total" in response.headers["X-Mock-Explain"]
