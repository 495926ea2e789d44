"""Records as Rev.io returns them, and as they are stored."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.revio.resources import BUILT_IN, ENTITIES, Resource, Resources

DATE, SENTINEL = "2016-10-21T16:24:21.293", "0001-01-01T00:00:00"
WIDGETS = Resources(
    {
        "Widgets": {
            "id": "widget_id",
            "fields": {
                "widget_id": "whole",
                "made_date": "date",
                "parent_id": "whole -> Widgets; unset 0",
                "label": 'text; unset ""',
                "size": {"width": "decimal", "unit": 'text; unset ""', "checked_date": "date"},
                "parts": [{"part_id": "whole; unset 0", "made_date": "date"}],
                "tags": ["text"],
                "dates": ["date"],
            },
        }
    }
).at_path("Widgets")


def test_a_view_has_every_field_in_the_order_of_the_table_and_keeps_others_at_the_end() -> None:
    view = WIDGETS.view({"x": 1, "tags": ["a"], "widget_id": 3})
    assert list(view) == [*WIDGETS.fields, "x"]
    assert (view["x"], view["tags"], view["widget_id"]) == (1, ["a"], 3)


def test_unset_fields_are_null_or_have_the_declared_value() -> None:
    assert WIDGETS.view({"widget_id": 3, "label": None}) == {
        "widget_id": 3,
        "made_date": None,
        "parent_id": 0,
        "label": "",
        "size": None,
        "parts": None,
        "tags": None,
        "dates": None,
    }


def test_objects_and_the_items_of_lists_are_completed_too() -> None:
    view = WIDGETS.view({"widget_id": 3, "size": {"x": 1, "width": 2}, "parts": [{}, {"part_id": 5, "y": 2}]})
    assert view["size"] == {"width": 2, "unit": "", "checked_date": None, "x": 1}
    assert view["parts"] == [
        {"part_id": 0, "made_date": None},
        {"part_id": 5, "made_date": None, "y": 2},
    ]


def test_unset_dates_may_be_shown_as_clients_have_met_them_at_every_depth() -> None:
    record = {"widget_id": 3, "size": {"width": 2}, "parts": [{"made_date": DATE}, {"part_id": 5}]}
    view = WIDGETS.view(record, unset_dates="sentinel")
    assert view["made_date"] == SENTINEL
    assert view["size"]["checked_date"] == SENTINEL
    assert [part["made_date"] for part in view["parts"]] == [DATE, SENTINEL]
    assert (view["dates"], view["label"]) == (None, "")
    assert WIDGETS.view({"widget_id": 3, "made_date": DATE}, unset_dates="sentinel")["made_date"] == DATE


def test_a_view_does_not_change_the_stored_record() -> None:
    record: dict[str, Any] = {"widget_id": 3, "size": {"width": 2}, "parts": [{"part_id": 5}]}
    before = {"widget_id": 3, "size": {"width": 2}, "parts": [{"part_id": 5}]}
    WIDGETS.view(record, unset_dates="sentinel")
    assert record == before


@pytest.mark.parametrize(
    ("type_name", "shown"),
    [
        ("AGENT", {"parent_agent_id": 0, "email": None}),
        ("ADDRESS", {"customer_id": 0, "line_1": None, "line_2": ""}),
        (
            "PRODUCT",
            {"code_1": "", "provider_id": 0, "free_months": None, "created_by": None, "ledger_code": None},
        ),
    ],
)
def test_unset_values_are_shown_as_the_portal_and_clients_know_them(
    type_name: str, shown: dict[str, Any]
) -> None:
    view = ENTITIES[type_name].view({})
    assert {name: view[name] for name in shown} == shown


@pytest.mark.parametrize("resource", list(BUILT_IN), ids=lambda resource: resource.path)
def test_every_date_of_every_resource_has_its_sentinel(resource: Resource) -> None:
    view = resource.view({}, unset_dates="sentinel")
    dates = {name for name, field in resource.fields.items() if field.kind == "date"}
    assert {name for name, value in view.items() if value == SENTINEL} == dates


# --- stored form


def test_a_record_is_stored_with_its_dates_in_one_form_at_every_depth() -> None:
    record = {
        "widget_id": 3,
        "made_date": "2026-1-5",
        "size": {"checked_date": "2026-01-05Z", "width": 2, "own_date": "2026-1-5"},
        "parts": [{"made_date": "2026-01-05T10:00:00+02:00"}, {"part_id": 4}],
        "dates": ["2020-08-02"],
        "label": "2026-1-5",
    }
    assert WIDGETS.normalize(record) == {
        "widget_id": 3,
        "made_date": "2026-01-05T00:00:00.000",
        "size": {"checked_date": "2026-01-05T00:00:00.000", "width": 2, "own_date": "2026-1-5"},
        "parts": [{"made_date": "2026-01-05T08:00:00.000"}, {"part_id": 4}],
        "dates": ["2020-08-02T00:00:00.000"],
        "label": "2026-1-5",
    }


@pytest.mark.parametrize(
    "sentinel", [SENTINEL, f"{SENTINEL}.000", f"{SENTINEL}Z", "0001-01-01", "0001-1-1", f"{SENTINEL}+02:00"]
)
def test_the_sentinel_is_stored_as_no_date(sentinel: str) -> None:
    record = {"widget_id": 3, "made_date": sentinel, "size": {"checked_date": sentinel}}
    assert WIDGETS.normalize(record) == {
        "widget_id": 3,
        "made_date": None,
        "size": {"checked_date": None},
    }


def test_missing_fields_stay_missing_and_nulls_stay_null() -> None:
    record = {"widget_id": 3, "made_date": DATE, "size": None, "parts": None}
    assert WIDGETS.normalize(record) == record
    assert WIDGETS.normalize({"widget_id": 3}) == {"widget_id": 3}
