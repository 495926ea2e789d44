"""Converting the values of optional fields of every kind."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockrevio.documents import exceeds_depth
from mockrevio.errors import ApiError
from mockrevio.revio.fields import Field, FieldKind
from mockrevio.revio.record_checks import check_record
from mockrevio.revio.resources import BUILT_IN, ENTITIES, KEY_LINK_RESOURCES, Resource
from mockrevio.revio.wire.values import convert_known, to_plain_json
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
        ("date", "2026-1-5", "2026-01-05T00:00:00.000"),
        ("date", "2026-01-05Z", "2026-01-05T00:00:00.000"),
        ("date", " 2026-01-05T01:00:00+02:00 ", "2026-01-04T23:00:00.000"),
        ("date", "", None),
        ("date", "  ", None),
        ("date", "0001-01-01T00:00:00", None),
        ("date", "0001-01-01T00:00:00+02:00", None),
        ("flag", True, True),
        ("flag", "False", False),
        ("object", {"a": [Decimal("1.5")]}, {"a": [1.5]}),
        ("list", [{"a": Decimal("1.0")}], [{"a": 1.0}]),
        ("list", [], []),
        ("object", None, None),
    ],
)
def test_a_value_is_converted_to_the_kind_of_its_field(kind: FieldKind, sent: object, stored: object) -> None:
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
        ("date", "2026-02-30"),
        ("date", "2026-13-01"),
        ("date", "soon"),
        ("date", True),
        ("date", ["2026-01-05"]),
        ("date", "0001-01-01x"),
        ("flag", 1),
        ("flag", "maybe"),
        ("object", []),
        ("list", {}),
        ("list", "x"),
    ],
)
def test_a_value_of_another_kind_is_invalid(kind: FieldKind, sent: object) -> None:
    (problem,) = problems_of(lambda: convert_known({"f": sent}, {"f": Field("f", kind)}))
    assert (problem.code, problem.field) == ("invalid", "f")
    assert problem.explain


# --- objects and lists


def convert(body: dict[str, Any], type_name: str = "CUSTOMER", *required: str) -> dict[str, Any]:
    """The values of a body for a resource, as a write converts them."""
    fields = {name.lower(): value for name, value in body.items()}
    return convert_known(fields, ENTITIES[type_name].writable, required)


def test_members_and_items_are_converted_like_fields() -> None:
    assert convert(
        {
            "finance": {
                "Balance": "12.50",
                "due_date": "2026-1-5",
                "bill_profile_id": "7",
                "class": {"x": 1},
            },
            "fields": [{"FIELD_ID": "3", "value": 4, "label": None}, {}],
        }
    ) == {
        "finance": {
            "balance": 12.5,
            "due_date": "2026-01-05T00:00:00.000",
            "bill_profile_id": 7,
            "class": {"x": 1},
        },
        "fields": [{"field_id": 3, "value": "4", "label": None}, {}],
    }
    assert convert({"bill_profile_ids": ["1", 2, Decimal("3.0")]}, "PRODUCT") == {
        "bill_profile_ids": [1, 2, 3]
    }


@pytest.mark.parametrize("resource", list(BUILT_IN), ids=lambda resource: resource.path)
def test_nothing_that_is_sent_for_a_known_field_is_dropped(resource: Resource) -> None:
    sent = {name: SAMPLES[field.kind] for name, field in resource.writable.items()}
    for name, field in resource.writable.items():
        if field.kind == "object":
            sent[name] = {inner: SAMPLES[member.kind] for inner, member in field.fields.items()}
        elif field.kind == "list" and field.fields:
            sent[name] = [{inner: SAMPLES[member.kind] for inner, member in field.fields.items()}]
        elif field.items:
            sent[name] = [SAMPLES[field.items]]
    stored = convert_known(sent, resource.writable)
    assert stored == {field.name: sent[name] for name, field in resource.writable.items()}
    complete = {**stored, resource.id_field: 1}
    assert list(check_record(resource, complete, "here")) == [] or resource in KEY_LINK_RESOURCES


SAMPLES: dict[str, Any] = {
    "whole": 7,
    "decimal": 1.5,
    "text": "x",
    "name": "X",
    "flag": True,
    "date": "2026-01-05T00:00:00.000",
    "object": {},
    "list": [],
}


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        ({"finance": {"balance": "much"}}, "finance.balance", "must be a number"),
        ({"Finance": {"BALANCE": "much"}}, "finance.BALANCE", "must be a number"),
        ({"finance": {"due_date": "2026-02-30"}}, "finance.due_date", "must be a date such as 2026-01-05"),
        ({"finance": 5}, "finance", "must be an object"),
        ({"fields": [{"field_id": 1}, {"field_id": "x"}]}, "fields.1.field_id", "must be a whole number"),
        ({"fields": [{}, 5]}, "fields.1", "must be an object"),
        ({"fields": [None]}, "fields.0", "must be an object"),
        ({"fields": {}}, "fields", "must be a list"),
        ({"finance": {"own": [Decimal("1E+400")]}}, "finance.own", "must not contain a number beyond"),
        ({"billing_address": {"city": []}}, "billing_address.city", "must be text"),
        ({"billing_address": {"city": "\ud800"}}, "billing_address.city", "is not valid Unicode text"),
        ({"finance": {"own": ["\ud800"]}}, "finance.own", "is not valid Unicode text"),
        ({"finance": {"\ud800": 1}}, "finance.\ud800", "is not valid Unicode text"),
        ({"close_date": "2026-02-30"}, "close_date", "must be a date such as 2026-01-05"),
    ],
)
def test_a_problem_names_the_place_within_the_field(body: dict[str, Any], place: str, message: str) -> None:
    (problem,) = problems_of(lambda: convert(body))
    assert (problem.code, problem.field) == ("invalid", place)
    assert problem.message.startswith(f"{place} {message}")


def test_every_field_with_a_problem_is_reported() -> None:
    body = {"finance": {"balance": "x", "due_date": "y"}, "fields": 5, "is_parent": "maybe", "status": "OK"}
    problems = problems_of(lambda: convert(body))
    assert {problem.field for problem in problems} == {"finance.balance", "fields", "is_parent"}


@pytest.mark.parametrize(
    ("type_name", "name"),
    [
        ("CONTACT", "comments"),
        ("SERVICE", "notes"),
        ("SERVICE", "description"),
        ("PRODUCT", "long_description"),
        ("BILL", "note"),
    ],
)
def test_free_texts_may_be_long(type_name: str, name: str) -> None:
    text = "x" * 100_000
    assert convert({name: text}, type_name) == {name: text}


def test_other_texts_may_not_and_those_of_custom_fields_may() -> None:
    (problem,) = problems_of(lambda: convert({"status": "x" * 256}))
    assert problem.message == "status must have at most 255 characters, not 256."
    assert convert({"status": "x" * 255}) == {"status": "x" * 255}
    assert convert({"fields": [{"value": "x" * 256}]}) == {"fields": [{"value": "x" * 256}]}


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_required_field_needs_a_value(value: object) -> None:
    (problem,) = problems_of(lambda: convert({"status": value}, "CUSTOMER", "status"))
    assert (problem.code, problem.field) == ("required", "status")
    assert convert({"status": value}) == {"status": value}


def test_the_id_and_fields_that_the_server_sets_are_ignored() -> None:
    body = {"customer_id": 5, "created_date": "x", "created_by": [], "updated_date": 4, "status": "OK"}
    assert convert(body) == {"status": "OK"}


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(list(SAMPLES.values())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_every_value_accepted_in_a_body_is_accepted_in_a_data_file(data: st.DataObject) -> None:
    resource = data.draw(st.sampled_from(list(ENTITIES.values())))
    names = data.draw(st.lists(st.sampled_from(list(resource.writable)), min_size=1, max_size=3))
    body: dict[str, Any] = {}
    for name in names:
        field = resource.writable[name]
        members = st.dictionaries(st.sampled_from([*field.fields, "own"]), JSON_VALUES, max_size=3)
        items = members if field.fields else JSON_VALUES
        shaped = {"object": members, "list": st.lists(items | st.none(), max_size=3)}
        body[name] = data.draw(shaped.get(field.kind, JSON_VALUES))
    try:
        stored = convert_known(body, resource.writable)
    except ApiError:
        return
    assert list(check_record(resource, {**stored, resource.id_field: 1}, "here")) == []
    assert resource.normalize(stored) == stored
    assert json.loads(json.dumps(stored, ensure_ascii=False, allow_nan=False).encode()) == stored


# --- numbers and depth


def test_decimals_become_plain_numbers_at_any_depth() -> None:
    assert to_plain_json([{"a": Decimal("1.50")}, "x", None, True]) == [{"a": 1.5}, "x", None, True]


@pytest.mark.parametrize(
    ("value", "depth"), [(1, 0), ([], 1), ({}, 1), ([[]], 2), ({"a": [1, {"b": []}]}, 4)]
)
def test_depth_counts_nested_lists_and_objects(value: object, depth: int) -> None:
    assert not exceeds_depth(value, depth)
    assert depth == 0 or exceeds_depth(value, depth - 1)
