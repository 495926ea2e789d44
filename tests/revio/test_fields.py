"""How values of a field are parsed, checked and compared."""

from __future__ import annotations

import pytest

from mockrevio.errors import ApiError
from mockrevio.revio.fields import MAX_INTEGER, Field, FieldKind, parse_field, parse_integer


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4", 4),
        (" +4 ", 4),
        ("-4", -4),
        ("007", 7),
        (str(MAX_INTEGER), MAX_INTEGER),
        (str(-MAX_INTEGER - 1), -MAX_INTEGER - 1),
        (str(MAX_INTEGER + 1), None),
        ("", None),
        ("4.0", None),
        ("4 4", None),
        ("1_0", None),
        ("٤", None),
        ("²", None),
        ("9" * 5000, None),
    ],
)
def test_integers_are_32_bit_and_ascii(text: str, number: int | None) -> None:
    assert parse_integer(text) == number


@pytest.mark.parametrize(
    ("kind", "text", "stored", "equal"),
    [
        ("whole", "7", 7, True),
        ("decimal", "7.50", 7.5, True),
        ("decimal", "7", 7, True),
        ("decimal", "7.5e-7", 0.00000075, True),
        ("decimal", "1E+3", 1000, True),
        ("text", "A", "A", True),
        ("text", "A", "a", False),
        ("text", "7", 7, False),
        ("name", "Straße", "STRASSE", True),
        ("flag", "True", True, True),
        ("flag", "0", False, True),
        ("date", "2016-10-21T16:24:21.293", "2016-10-21T16:24:21.293", True),
        ("date", "2016-10-21", "2016-10-21T16:24:21.293", False),
        ("date", "2016-10-21T18:24:21.293+02:00", "2016-10-21T16:24:21.293", True),
        ("date", "2016-10-21", "2016-10-21T00:00:00.000", True),
    ],
)
def test_search_compares_by_the_kind_of_the_field(
    kind: FieldKind, text: str, stored: object, equal: bool
) -> None:
    field = Field("f", kind)
    assert (field.parse_search_value(text) == field.search_key(stored)) == equal


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("whole", "x"),
        ("whole", "1.5"),
        ("decimal", "1,5"),
        ("decimal", "nan"),
        ("decimal", "1e999"),
        ("decimal", "1e5.5"),
        ("flag", "yes"),
        ("date", "yesterday"),
        ("date", "2026-02-30"),
    ],
)
def test_an_invalid_search_value_is_rejected_with_an_example(kind: FieldKind, text: str) -> None:
    with pytest.raises(ApiError) as caught:
        Field("f", kind).parse_search_value(text)
    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == ("invalid", "f")
    assert "such as" in (problem.explain or "")


@pytest.mark.parametrize(
    ("kind", "valid", "invalid"),
    [
        ("whole", 1, True),
        ("whole", -1, 1.0),
        ("decimal", 1.5, "1.5"),
        ("decimal", 1, True),
        ("text", "x", 1),
        ("flag", True, 1),
        ("object", {}, []),
        ("list", [], {}),
        ("date", "2016-10-21T16:24:21.293", "2016-02-30"),
        ("date", "2026-1-5", 20260105),
        ("date", "0001-01-01T00:00:00", ""),
    ],
)
def test_a_field_accepts_values_of_its_kind_and_null(kind: FieldKind, valid: object, invalid: object) -> None:
    field = Field("f", kind)
    assert field.accepts(valid)
    assert field.accepts(None)
    assert not field.accepts(invalid)


def test_an_object_and_a_list_accept_members_and_items_of_their_kinds() -> None:
    size = parse_field("size", {"width": "decimal", "checked_date": "date"})
    assert size.accepts({"width": 1.5, "checked_date": None, "colour": ["any"]})
    assert not size.accepts({"width": "wide"})
    tags, parts = parse_field("tags", ["text"]), parse_field("parts", [{"part_id": "whole"}])
    assert tags.accepts(["a", ""])
    assert not tags.accepts(["a", None])
    assert not tags.accepts(["a", 5])
    assert parts.accepts([{}, {"part_id": 5}])
    assert not parts.accepts([{"part_id": "5"}])
    assert not parts.accepts([5])


def test_an_unset_field_is_compared_by_its_unset_value() -> None:
    assert parse_field("f", "whole; unset 0").search_key(None) == 0
    assert parse_field("f", 'text; unset ""').search_key(None) == ""
    assert parse_field("f", "text").search_key(None) is None
