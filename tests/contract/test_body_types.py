"""Bodies of writes: content types, charsets and malformed bodies."""

from __future__ import annotations

import json

import pytest

from tests.contract.common import FORM, JSON, LINKS, post, stored
from tests.support import LINK, Client


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
@pytest.mark.parametrize("prefix", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf "])
def test_a_json_body_is_json_whatever_its_content_type(
    client: Client, content_type: str | None, prefix: bytes
) -> None:
    assert stored(client, post(client, prefix + JSON, content_type)) == LINK


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_a_charset_is_respected(client: Client, charset: str) -> None:
    link = {**LINK, "external_id": "Zürich"}
    data = json.dumps(link, ensure_ascii=False).encode(charset)
    assert stored(client, post(client, data, f"application/json; charset={charset}")) == link


@pytest.mark.parametrize(
    "charset", ["utf-8", "UTF8", "utf-16", "UTF-16LE", "us-ascii", "iso-8859-1", "windows-1252"]
)
def test_a_common_charset_is_accepted(client: Client, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    assert client.post(LINKS, data=json.dumps(LINK).encode(charset), headers=headers).status_code == 201


@pytest.mark.parametrize("charset", ["klingon", "hex", "base64", "rot13"])
def test_an_unknown_charset_is_415(client: Client, charset: str) -> None:
    response = post(client, JSON, f"application/json; charset={charset}")
    assert (response.status_code, response.json()[0]["error"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["x" * 1000, "punycode", "idna", "unicode_escape", "base64", "rot13"])
def test_an_unusual_charset_is_415(client: Client, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    assert client.post(LINKS, data=json.dumps(LINK), headers=headers).status_code == 415


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
