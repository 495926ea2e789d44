"""Parsing bodies and converting their fields."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrevio.errors import ApiError
from mockrevio.revio.resources import INTEGRATION_KEY_LINK
from mockrevio.revio.wire.body import MAX_BODY_SIZE, parse_fields, read_body
from mockrevio.revio.wire.values import convert_required
from tests.revio.wire.common import problems_of

JSON = "application/json"
FIELDS = {name: INTEGRATION_KEY_LINK.fields[name] for name in ("internal_id", "external_id")}


def rejected(code: str, data: bytes, content_type: str = JSON) -> str:
    with pytest.raises(ApiError) as caught:
        parse_fields(data, content_type)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.explain
    return problem.message


def test_at_most_one_byte_beyond_the_size_limit_is_read() -> None:
    assert len(read_body(io.BytesIO(b"x" * MAX_BODY_SIZE))) == MAX_BODY_SIZE
    stream = io.BytesIO(b"x" * MAX_BODY_SIZE * 2)
    with pytest.raises(ApiError) as caught:
        read_body(stream)
    assert caught.value.problems[0].code == "too_large"
    assert stream.tell() == MAX_BODY_SIZE + 1


def test_names_become_lowercase_and_numbers_stay_exact() -> None:
    assert parse_fields(b'{"A": 4.10, "B": 4, "c": "C"}', JSON) == {"a": Decimal("4.10"), "b": 4, "c": "C"}


def test_a_form_is_parsed_into_text_fields() -> None:
    data = b"A=1&b=x+y%26&c=&d"
    expected = {"a": "1", "b": "x y&", "c": "", "d": ""}
    assert parse_fields(data, "application/x-www-form-urlencoded; charset=utf-8") == expected


@pytest.mark.parametrize("content_type", ["", JSON, "text/json", "TEXT/JSON; x=y", "multipart/form-data"])
def test_a_body_that_looks_like_json_is_json(content_type: str) -> None:
    assert parse_fields(b' \n{"a": 1}', content_type) == {"a": 1}
    assert parse_fields(b'\xef\xbb\xbf{"a": 1}', content_type) == {"a": 1}


def test_other_bodies_are_judged_by_their_content_type() -> None:
    rejected("malformed_body", b"a=1", "")
    rejected("malformed_body", b"a=1", JSON)
    rejected("unsupported_media_type", b"a=1", "text/plain")
    rejected("unsupported_media_type", b"{}", "text/json; charset=nonsense")
    rejected("unsupported_media_type", b"", "application/xml")


@pytest.mark.parametrize(
    "data", [b"", b"[1]", b"{", b'{"a": NaN}', b'{"a": -Infinity}', b"[" * 100_000, b"\xff"]
)
def test_anything_but_a_json_object_is_malformed(data: bytes) -> None:
    rejected("malformed_body", data)


def test_the_message_gives_the_position_of_a_json_error() -> None:
    assert "line 2 column 1" in rejected("malformed_body", b'{"a": 1,\n')


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4, 4),
        ("4", 4),
        (" 4 ", 4),
        (Decimal("4.0"), 4),
        (Decimal("4E1"), 40),
        (-4, -4),
        (2**31 - 1, 2**31 - 1),
    ],
)
def test_integers_are_read_leniently(value: object, expected: int) -> None:
    assert convert_required({"internal_id": value, "external_id": "x"}, FIELDS)["internal_id"] == expected


@pytest.mark.parametrize("value", [True, "x", "", "4.0", Decimal("4.5"), Decimal("1E+400"), 2**31, [], {}])
def test_anything_but_an_integer_is_invalid(value: object) -> None:
    with pytest.raises(ApiError) as caught:
        convert_required({"internal_id": value, "external_id": "x"}, FIELDS)
    assert [(problem.code, problem.field) for problem in caught.value.problems] == [
        ("invalid", "internal_id")
    ]


@pytest.mark.parametrize(
    ("value", "text"), [("x", "x"), (" x ", " x "), (4, "4"), (Decimal("4.50"), "4.50"), (False, "false")]
)
def test_a_number_in_a_text_field_becomes_text(value: object, text: str) -> None:
    assert convert_required({"internal_id": 1, "external_id": value}, FIELDS)["external_id"] == text


def test_every_invalid_field_is_reported_with_its_value() -> None:
    with pytest.raises(ApiError) as caught:
        convert_required({"internal_id": [1], "ignored": 1}, FIELDS)
    first, second = caught.value.problems
    assert (first.code, first.field, first.message) == (
        "invalid",
        "internal_id",
        "internal_id must be a whole number.",
    )
    assert first.explain == "internal_id is an array"
    assert (second.code, second.field) == ("required", "external_id")
    assert second.explain == "external_id is missing; a write requires internal_id, external_id"


def test_the_reported_value_is_cut_short() -> None:
    with pytest.raises(ApiError) as caught:
        convert_required({"internal_id": 1, "external_id": "x" * 100_000}, FIELDS)
    assert len(caught.value.problems[0].explain or "") < 200


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["internal_id", "External_Id", "x"]), values))
def test_any_object_is_converted_or_rejected(document: dict[str, Any]) -> None:
    fields = parse_fields(json.dumps(document).encode(), JSON)
    problems = problems_of(lambda: convert_required(fields, FIELDS))
    assert {problem.field for problem in problems} <= set(FIELDS)
    if not problems:
        converted = convert_required(fields, FIELDS)
        assert type(converted["internal_id"]) is int
        assert 0 < len(converted["external_id"]) <= 255


TYPES = [JSON, "", "application/x-www-form-urlencoded", "text/x", "a; ="]


@given(st.binary(max_size=80), st.sampled_from(TYPES))
def test_any_bytes_are_parsed_or_rejected(data: bytes, content_type: str) -> None:
    problems = problems_of(lambda: parse_fields(data, content_type))
    assert {problem.code for problem in problems} <= {"malformed_body", "unsupported_media_type"}
