"""Bodies of writes: how clients send them, what is taken, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.contract.raw import Raw, head, in_chunks, with_length
from tests.support import LINK, Client

LINKS = "/v1/IntegrationKeyLink"
JSON = json.dumps(LINK).encode()
FORM = "&".join(f"{name}={value}" for name, value in LINK.items()).encode()
MIB = 1024 * 1024


def post(client: Client, data: Any, content_type: str | None) -> requests.Response:
    return client.post(LINKS, data=data, headers={"Content-Type": content_type} if content_type else {})


def stored(client: Client, response: requests.Response) -> dict[str, Any]:
    assert response.status_code == 201, response.text
    record: dict[str, Any] = client.get(f"{LINKS}/{response.json()['id']}").json()
    return {name: record[name] for name in LINK}


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/json",
        "application/json; charset=utf-8",
        "text/json;charset=UTF-8",
        'Application/JSON; Charset="utf8"',
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        None,
    ],
)
@pytest.mark.parametrize("before", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf "])
def test_a_json_body_is_json_whatever_its_content_type(
    client: Client, content_type: str | None, before: bytes
) -> None:
    assert stored(client, post(client, before + JSON, content_type)) == LINK


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_a_charset_is_respected(client: Client, charset: str) -> None:
    link = {**LINK, "external_id": "Zürich"}
    data = json.dumps(link, ensure_ascii=False).encode(charset)
    assert stored(client, post(client, data, f"application/json; charset={charset}")) == link


@pytest.mark.parametrize("charset", ["klingon", "hex", "base64", "rot13"])
def test_an_unknown_charset_is_415(client: Client, charset: str) -> None:
    response = post(client, JSON, f"application/json; charset={charset}")
    assert (response.status_code, response.json()[0]["error"]) == (415, "unsupported_media_type")


def test_a_blank_charset_is_utf_8(client: Client) -> None:
    assert stored(client, post(client, JSON, "application/json; charset=")) == LINK


def test_a_form_is_read_as_fields(client: Client) -> None:
    assert stored(client, post(client, FORM, "application/x-www-form-urlencoded")) == LINK
    data = {**LINK, "EXTERNAL_ID": "a b+c&d=ü"}
    del data["external_id"]
    assert stored(client, client.post(LINKS, data=data))["external_id"] == "a b+c&d=ü"


@pytest.mark.parametrize("content_type", ["application/xml", "text/plain", "image/png", "nonsense"])
def test_any_other_body_is_415(client: Client, content_type: str) -> None:
    response = post(client, b"<link/>", content_type)
    assert (response.status_code, response.json()[0]["error"]) == (415, "unsupported_media_type")
    assert "application/json" in response.headers["X-Mock-Explain"]


@pytest.mark.parametrize("content_type", ["application/json", "text/json; charset=utf-8", None])
@pytest.mark.parametrize("data", [FORM, b"<link/>", b'"text"', b"4", b"null", b"", b"   "])
def test_without_a_type_or_with_a_json_type_only_a_json_object_is_valid(
    client: Client, content_type: str | None, data: bytes
) -> None:
    response = post(client, data, content_type)
    assert (response.status_code, response.json()[0]["error"]) == (400, "malformed_body")


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b"[{}]",
        b'{"a": 1} x',
        b'{"internal_id": NaN}',
        b'{"internal_id": Infinity}',
        b'{"internal_id": -Infinity}',
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": "\x00"}',
        b'{"a": "\xff"}',
        b'{"a": 1' + b"0" * 5000 + b"}",
        b'{"a": ' + b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": 1e99999999999999999999}',
    ],
    ids=range(15),
)
def test_a_malformed_body_is_400_with_an_explanation(client: Client, data: bytes) -> None:
    response = post(client, data, "application/json")
    assert (response.status_code, response.json()[0]["error"]) == (400, "malformed_body")
    assert response.headers["X-Mock-Explain"]


def test_the_message_gives_the_position_of_a_json_error(client: Client) -> None:
    response = post(client, b'{"a": 1,\n "b" 2}', "application/json")
    assert "line 2 column 6" in response.json()[0]["message"]


# Values.


@pytest.mark.parametrize("text", ["4", "4.0", '"4"', "4.000", "4e0", "40E-1", '" 4 "', '"+4"'])
def test_an_integer_may_be_written_in_many_ways(client: Client, text: str) -> None:
    data = JSON.replace(b'"integration_system_id": 4', b'"integration_system_id": ' + text.encode())
    assert stored(client, post(client, data, "application/json"))["integration_system_id"] == 4


@pytest.mark.parametrize(
    "text",
    ["true", "4.5", '"x"', "[4]", "{}", '"4.0"', '"4x"', "2147483648", "-2147483648", "1e30", '"٤"', '""'],
)
def test_anything_but_an_integer_is_invalid(client: Client, text: str) -> None:
    data = JSON.replace(b'"internal_id": 1015', b'"internal_id": ' + text.encode())
    response = post(client, data, "application/json")
    assert response.status_code == 400
    assert (response.json()[0]["error"], response.json()[0]["field"]) == ("invalid", "internal_id")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("15", "15"), ("1.50", "1.50"), ("true", "true"), ('" x "', " x "), ('"\\u00fc\\ud83d\\ude00"', "ü😀")],
)
def test_a_number_in_a_text_field_becomes_text(client: Client, sent: str, kept: str) -> None:
    data = JSON.replace(b'"0012D00000dAsFzQAK"', sent.encode())
    assert stored(client, post(client, data, "application/json"))["external_id"] == kept


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ('""', "required"),
        ('"  "', "required"),
        ("null", "required"),
        ("[]", "invalid"),
        ("{}", "invalid"),
        ('["x"]', "invalid"),
        (r'"\ud83d"', "invalid"),
        (r'"\ude00\ud83d"', "invalid"),
    ],
)
def test_a_required_text_field_needs_text(client: Client, sent: str, code: str) -> None:
    data = JSON.replace(b'"0012D00000dAsFzQAK"', sent.encode())
    response = post(client, data, "application/json")
    assert response.status_code == 400
    assert [(problem["error"], problem["field"]) for problem in response.json()] == [(code, "external_id")]
    assert client.get(LINKS).json()["records"] == []


@pytest.mark.parametrize("field", LINK)
def test_every_field_is_required(client: Client, field: str) -> None:
    for body in ({**LINK, field: None}, {name: LINK[name] for name in LINK if name != field}):
        response = client.post(LINKS, json=body)
        assert response.status_code == 400
        assert [(problem["error"], problem["field"]) for problem in response.json()] == [("required", field)]
        for name in LINK:
            assert name in response.headers["X-Mock-Explain"]


@pytest.mark.parametrize("character", ["x", "ü", "😀"])
def test_text_is_limited_to_255_characters(client: Client, character: str) -> None:
    assert stored(client, client.post(LINKS, json={**LINK, "external_id": character * 255}))
    response = client.post(LINKS, json={**LINK, "external_id": character * 256})
    assert response.status_code == 400
    assert (response.json()[0]["error"], response.json()[0]["field"]) == ("invalid", "external_id")


def test_field_names_ignore_case(client: Client) -> None:
    body = {name.upper() if number % 2 else name.title(): LINK[name] for number, name in enumerate(LINK)}
    assert stored(client, client.post(LINKS, json=body)) == LINK


def test_unknown_and_read_only_fields_are_ignored(client: Client) -> None:
    body = {
        **LINK,
        "integration_key_link_id": 77,
        "created_date": "x",
        "created_by": "me",
        "ok": 1,
        "a": [{}],
    }
    response = client.post(LINKS, json=body)
    assert response.json() == {"ok": True, "id": 1}
    record = client.get(f"{LINKS}/1").json()
    assert (record["created_by"], record["ok"]) == ("tester", True)
    assert "a" not in record


# Sizes and transfers.


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
    begin = head("POST", LINKS, "Transfer-Encoding: chunked", "Trailer: X-Sum")
    chunks = b'%X;name="x"\r\n%b\r\n0\r\nX-Sum: 1\r\nX-Other: 2\r\n\r\n' % (len(JSON), JSON)
    assert raw.call(begin + chunks).status == 201
    assert raw.call(head("GET", f"{LINKS}/1")).status == 200


@pytest.mark.parametrize("expect", ["100-continue", "100-Continue"])
def test_expect_100_continue_gets_an_interim_response_before_the_body(raw: Raw, expect: str) -> None:
    raw.send(head("POST", LINKS, f"Content-Length: {len(JSON)}", f"Expect: {expect}"))
    interim = raw.read(bodiless=True)
    assert (interim.status, interim.reason) == (100, "Continue")
    assert raw.call(JSON).status == 201
    assert raw.call(head("GET", f"{LINKS}/1")).status == 200


def test_the_size_limit_applies_after_expect_100_continue(raw: Raw) -> None:
    raw.send(head("POST", LINKS, f"Content-Length: {MIB + 1}", "Expect: 100-continue"))
    assert raw.read(bodiless=True).status == 100
    response = raw.call(b" " * (MIB + 1))
    assert response.status == 413
    assert response.json()[0]["error"] == "too_large"


def test_an_incomplete_body_is_rejected(client: Client) -> None:
    cut = FORM[:-3]
    content_type = "Content-Type: application/x-www-form-urlencoded"
    with Raw(client.url) as raw:
        raw.send(head("POST", LINKS, f"Content-Length: {len(FORM)}", content_type) + cut)
        raw.socket.shutdown(1)
        response = raw.read()
        assert (response.status, response.json()[0]["error"]) == (400, "malformed_body")
        assert raw.is_closed()
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


@pytest.mark.parametrize("text", ["1e999999999999", "-1e999999999999", "1e1000000", "1e-999999999999"])
def test_a_number_with_a_huge_exponent_does_not_cause_a_500(client: Client, text: str) -> None:
    body = f'{{"rate": {text}}}'
    status = client.post("/v1/Products", data=body).status_code
    assert status == (201 if "e-" in text else 400)


@pytest.mark.parametrize("charset", ["x" * 1000, "punycode", "idna", "unicode_escape", "base64", "rot13"])
def test_an_unusual_charset_is_415(client: Client, charset: str) -> None:
    sent = {"Content-Type": f"application/json; charset={charset}"}
    assert client.post(LINKS, data=json.dumps(LINK), headers=sent).status_code == 415


@pytest.mark.parametrize(
    "charset", ["utf-8", "UTF8", "utf-16", "UTF-16LE", "us-ascii", "iso-8859-1", "windows-1252"]
)
def test_a_common_charset_is_accepted(client: Client, charset: str) -> None:
    sent = {"Content-Type": f"application/json; charset={charset}"}
    assert client.post(LINKS, data=json.dumps(LINK).encode(charset), headers=sent).status_code == 201


def test_a_patch_of_thousands_of_large_moves_is_rejected_quickly(client: Client) -> None:
    large = [{"op": "add", "path": "/fields", "value": [[0] * 100_000]}]
    moves = [{"op": "move", "from": "/fields/0", "path": "/fields/0"}] * 5000
    refused = client.patch("/v1/Services/1001", json=large + moves, timeout=10)
    assert refused.status_code == 400
    assert "together" in refused.headers["X-Mock-Explain"]
