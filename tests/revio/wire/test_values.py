"""Converting the values of optional fields of every kind."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mockrevio.revio.fields import Field, Kind
from mockrevio.revio.wire.values import convert_known, exceeds_depth, to_plain_json
from tests.revio.wire.common import problems_of


@pytest.mark.parametrize(
    ("kind", "sent", "stored"),
    [
        ("whole", "4", 4),
        ("whole", 4.0, 4),
        ("decimal", Decimal("4.50"), 4.5),
        ("decimal", "4.50", 4.5),
        ("decimal", 4, 4),
        ("decimal", 49.95, 49.95),
        ("text", "", ""),
        ("text", 4, "4"),
        ("text", 4.5, "4.5"),
        ("date", "2016-10-21T16:24:21.293", "2016-10-21T16:24:21.293"),
        ("flag", True, True),
        ("flag", "False", False),
        ("object", {"a": [Decimal("1.5")]}, {"a": [1.5]}),
        ("list", [{"a": Decimal("1.0")}], [{"a": 1.0}]),
        ("object", None, None),
    ],
)
def test_a_value_is_converted_to_the_kind_of_its_field(kind: Kind, sent: object, stored: object) -> None:
    values = convert_known({"f": sent}, {"f": Field("f", kind), "g": Field("g", kind)})
    assert values == {"f": stored}
    assert type(values["f"]) is type(stored)


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("whole", "x"),
        ("decimal", "x"),
        ("decimal", "nan"),
        ("decimal", True),
        ("decimal", Decimal("1E+400")),
        ("text", []),
        ("text", "x" * 256),
        ("date", 4),
        ("flag", 1),
        ("flag", "maybe"),
        ("object", []),
        ("list", {}),
        ("list", "x"),
    ],
)
def test_a_value_of_another_kind_is_invalid(kind: Kind, sent: object) -> None:
    (problem,) = problems_of(lambda: convert_known({"f": sent}, {"f": Field("f", kind)}))
    assert (problem.code, problem.field) == ("invalid", "f")
    assert problem.explain


def test_decimals_become_plain_numbers_at_any_depth() -> None:
    assert to_plain_json([{"a": Decimal("1.50")}, "x", None, True]) == [{"a": 1.5}, "x", None, True]


@pytest.mark.parametrize(
    ("value", "depth"), [(1, 0), ([], 1), ({}, 1), ([[]], 2), ({"a": [1, {"b": []}]}, 4)]
)
def test_depth_counts_nested_lists_and_objects(value: object, depth: int) -> None:
    assert not exceeds_depth(value, depth)
    assert depth == 0 or exceeds_depth(value, depth - 1)
