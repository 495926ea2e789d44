"""How values of a field are parsed, checked and compared."""

from __future__ import annotations

import pytest

from mockrevio.errors import ApiError
from mockrevio.revio.fields import MAX_INTEGER, Field, Kind, Resource, parse_integer


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
        ("text", "A", "A", True),
        ("text", "A", "a", False),
        ("text", "7", 7, False),
        ("name", "Straße", "STRASSE", True),
        ("flag", "True", True, True),
        ("flag", "0", False, True),
        ("date", "2016-10-21T16:24:21.293", "2016-10-21T16:24:21.293", True),
        ("date", "2016-10-21", "2016-10-21T16:24:21.293", False),
    ],
)
def test_search_compares_by_the_kind_of_the_field(kind: Kind, text: str, stored: object, equal: bool) -> None:
    field = Field("f", kind)
    assert (field.parse_search_value(text) == field.search_key(stored)) == equal


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("whole", "x"),
        ("whole", "1.5"),
        ("decimal", "1,5"),
        ("decimal", "nan"),
        ("decimal", "1e5"),
        ("flag", "yes"),
    ],
)
def test_an_invalid_search_value_is_rejected_with_an_example(kind: Kind, text: str) -> None:
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
    ],
)
def test_a_field_accepts_values_of_its_kind_and_null(kind: Kind, valid: object, invalid: object) -> None:
    field = Field("f", kind)
    assert field.accepts(valid)
    assert field.accepts(None)
    assert not field.accepts(invalid)


def test_with_all_fields_adds_missing_fields_in_order_and_keeps_extra_ones() -> None:
    resource = Resource("Things", "THING", {name: Field(name, "text") for name in ("thing_id", "a", "b")})
    assert resource.id_field == "thing_id"
    record = resource.with_all_fields({"x": 1, "b": 2, "thing_id": 3})
    assert list(record.items()) == [("thing_id", 3), ("a", None), ("b", 2), ("x", 1)]
