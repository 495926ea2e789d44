"""Bodies of writes: which values the fields accept."""

from __future__ import annotations

import pytest

from tests.contract.common import JSON, LINKS, post, stored
from tests.support import LINK, TESTER, Client


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


@pytest.mark.parametrize("text", ["1e999999999999", "-1e999999999999", "1e1000000", "1e-999999999999"])
def test_a_number_with_a_huge_exponent_does_not_cause_a_500(client: Client, text: str) -> None:
    body = f'{{"rate": {text}}}'
    status = client.post("/v1/Products", data=body).status_code
    assert status == (201 if "e-" in text else 400)


@pytest.mark.parametrize(
    ("sent", "stored_text"),
    [("15", "15"), ("1.50", "1.50"), ("true", "true"), ('" x "', " x "), ('"\\u00fc\\ud83d\\ude00"', "ü😀")],
)
def test_a_number_in_a_text_field_becomes_text(client: Client, sent: str, stored_text: str) -> None:
    data = JSON.replace(b'"0012D00000dAsFzQAK"', sent.encode())
    assert stored(client, post(client, data, "application/json"))["external_id"] == stored_text


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
    assert (record["created_by"], record["ok"]) == (TESTER, True)
    assert "a" not in record
