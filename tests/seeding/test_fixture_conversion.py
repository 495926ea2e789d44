"""Fixture documents are converted to tables and back."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockrevio.errors import FixtureError
from mockrevio.revio.resources import ENTITIES
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding.fixtures import load_fixture, parse_state, to_document
from tests.world.common import DOCUMENT, fixture_file, link

IDS = st.integers(1, 2**31 - 1)
NAMES = st.text(min_size=1, max_size=20)
DATES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 31)).map(format_date)  # noqa: DTZ001
RECORDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "integration_systems": st.fixed_dictionaries({"system_name": NAMES}),
    "integration_entity_types": st.fixed_dictionaries({"entity_type_name": st.sampled_from(list(ENTITIES))}),
    "key_links": st.fixed_dictionaries(
        {
            "integration_system_id": IDS,
            "integration_entity_type_id": IDS,
            "internal_id": st.integers(-(2**31), 2**31 - 1),
            "external_id": NAMES,
        },
        optional={"created_date": st.none() | DATES, "created_by": st.none() | IDS},
    ),
    "CUSTOMER": st.fixed_dictionaries(
        {},
        optional={
            "status": st.none() | NAMES,
            "close_date": st.none() | DATES,
            "finance": st.none()
            | st.fixed_dictionaries({}, optional={"due_date": DATES, "balance": IDS, "my own": NAMES}),
            "fields": st.lists(
                st.fixed_dictionaries({}, optional={"field_id": IDS, "value": NAMES}), max_size=2
            ),
            "my own": st.booleans(),
        },
    ),
    "ORDER_LINE": st.fixed_dictionaries({}),
    "Orders": st.fixed_dictionaries({}, optional={"due_date": st.none() | DATES, "customer_id": IDS}),
    "ServiceInventory": st.fixed_dictionaries({"line_id": IDS}),
    "Widgets": st.fixed_dictionaries(
        {}, optional={"colour": NAMES, "size": st.fixed_dictionaries({}, optional={"made_date": DATES})}
    ),
}
RESOURCES = {
    "Widgets": {
        "id": "widget_id",
        "fields": {"widget_id": "whole", "colour": "text", "size": {"made_date": "date"}},
    }
}
ID = "integration_entity_type_id"
ORDER_LINE: dict[str, Any] = {ID: 2**31 - 1, "entity_type_name": "ORDER_LINE"}
ID_FIELDS = {
    "integration_systems": "integration_system_id",
    "integration_entity_types": "integration_entity_type_id",
    "key_links": "integration_key_link_id",
    "CUSTOMER": "customer_id",
    "ORDER_LINE": "order_line_id",
    "Orders": "order_id",
    "ServiceInventory": "inventory_item_id",
    "Widgets": "widget_id",
}


def record_lists(table: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lists of records of a table, by ascending id."""
    return st.dictionaries(IDS, RECORDS[table], max_size=4).map(
        lambda records: [{ID_FIELDS[table]: record_id, **records[record_id]} for record_id in sorted(records)]
    )


DOCUMENTS = st.fixed_dictionaries(
    {
        "schema": st.just(1),
        "resources": st.just(RESOURCES),
        "integration_systems": record_lists("integration_systems"),
        "integration_entity_types": record_lists("integration_entity_types").map(
            lambda types: [*(each for each in types if each[ID] != ORDER_LINE[ID]), ORDER_LINE]
        ),
        "entities": st.fixed_dictionaries(
            {}, optional={name: record_lists(name).filter(bool) for name in ("CUSTOMER", "ORDER_LINE")}
        ),
        "key_links": record_lists("key_links"),
        "records": st.fixed_dictionaries(
            {"Orders": record_lists("Orders").filter(bool)},
            optional={
                "ServiceInventory": st.tuples(*[record_lists("ServiceInventory")] * 2)
                .map(lambda lists: [*lists[0], *lists[1]])
                .filter(bool),
                "Widgets": record_lists("Widgets").filter(bool),
            },
        ),
        "next_ids": st.dictionaries(st.sampled_from(["key_links", "CUSTOMER", "Orders", "Widgets"]), IDS),
        "faults": st.just([]),
        "settings": st.fixed_dictionaries({}, optional={"duplicates": st.sampled_from(["allow", "reject"])}),
    }
)


@given(DOCUMENTS)
@settings(max_examples=25, deadline=None)
def test_a_document_survives_a_round_trip(document: dict[str, Any]) -> None:
    assert to_document(parse_state(json.loads(json.dumps(document)))) == document


def test_a_document_of_the_wrong_form_is_rejected() -> None:
    with pytest.raises(FixtureError, match="document: keylinks: unknown"):
        parse_state({"keylinks": []})
    with pytest.raises(FixtureError, match="document: must be an object"):
        parse_state([])


def test_a_state_can_have_links_to_missing_records() -> None:
    assert len(parse_state({**DOCUMENT, "key_links": [link(internal_id=5)]}).tables["key_links"]) == 1


def test_dates_of_every_form_are_stored_in_one(tmp_path: Path) -> None:
    path = fixture_file(
        tmp_path,
        entities={
            "CUSTOMER": [
                {
                    "customer_id": 1,
                    "close_date": "2026-1-5",
                    "activated_date": "0001-01-01T00:00:00",
                    "created_date": "2026-01-05T01:00:00+02:00",
                    "finance": {"due_date": "2026-01-05Z", "cycle_date": None},
                }
            ]
        },
        key_links=[],
        records={"Orders": [{"order_id": 7, "due_date": "2026-01-05 09:30"}]},
    )
    tables = load_fixture([path]).state.tables
    assert tables["CUSTOMER"][1] == {
        "customer_id": 1,
        "close_date": "2026-01-05T00:00:00.000",
        "activated_date": None,
        "created_date": "2026-01-04T23:00:00.000",
        "finance": {"due_date": "2026-01-05T00:00:00.000", "cycle_date": None},
    }
    assert tables["Orders"] == {7: {"order_id": 7, "due_date": "2026-01-05T09:30:00.000"}}


def test_paths_ignore_case_and_are_stored_in_the_spelling_of_the_table() -> None:
    state = parse_state({"records": {"oRDERS": [7], "users": [{"user_id": 3}]}})
    assert state.tables["Orders"] == {7: {"order_id": 7}}
    assert to_document(state)["records"] == {"Orders": [{"order_id": 7}], "Users": [{"user_id": 3}]}


PAIRS = [{"inventory_item_id": 7, "line_id": 1}, {"inventory_item_id": 7, "line_id": 2}]


def test_ids_of_pairs_may_repeat_and_equal_pairs_are_kept() -> None:
    document = {"records": {"ServiceInventory": [*PAIRS, PAIRS[0]]}}
    assert to_document(parse_state(document))["records"] == document["records"]


def test_the_pairs_of_a_later_fixture_are_added_unless_they_are_there(tmp_path: Path) -> None:
    first = fixture_file(tmp_path, "one.json", records={"ServiceInventory": PAIRS[:1]})
    second = fixture_file(tmp_path, "two.json", records={"ServiceInventory": PAIRS})
    pairs = load_fixture([first, second]).state.tables["ServiceInventory"]
    assert list(pairs.values()) == PAIRS


def test_a_later_fixture_may_declare_the_resource_of_an_earlier_one_again(tmp_path: Path) -> None:
    first = fixture_file(tmp_path, "one.json", resources=RESOURCES, records={"Widgets": [1]})
    fields = {"widget_id": "whole", "colour": "whole"}
    second = fixture_file(
        tmp_path,
        "two.json",
        resources={"Widgets": {"id": "widget_id", "fields": fields}},
        records={"Widgets": [{"widget_id": 2, "colour": 5}]},
    )
    state = load_fixture([first, second]).state
    assert state.resources.at_path("widgets").fields["colour"].kind == "whole"
    assert state.tables["Widgets"] == {1: {"widget_id": 1}, 2: {"widget_id": 2, "colour": 5}}


def test_records_may_be_of_a_resource_that_another_fixture_declares(tmp_path: Path) -> None:
    declaring = fixture_file(tmp_path, "one.json", resources=RESOURCES)
    using = fixture_file(
        tmp_path, "two.json", records={"widgets": [{"widget_id": 1}]}, next_ids={"Widgets": 9}
    )
    for names in ([declaring, using], [using, declaring]):
        state = load_fixture(names).state
        assert state.tables["Widgets"] == {1: {"widget_id": 1}}
        assert state.next_ids == {"Widgets": 9}
    with pytest.raises(FixtureError, match=r"records\.widgets: unknown endpoint"):
        load_fixture([using])


def test_records_without_dates_get_those_of_the_world_and_nulls_stay() -> None:
    customers = [{"customer_id": 1}, {"customer_id": 2, "created_date": None, "updated_date": None}]
    state = parse_state({"entities": {"CUSTOMER": customers}, "records": {"ServiceInventory": PAIRS}})
    now = "2026-01-05T09:30:00.000"
    dated = state.with_dates(now).tables
    assert dated["CUSTOMER"][1] == {
        "customer_id": 1,
        "created_date": now,
        "updated_date": now,
        "created_by": None,
    }
    assert dated["CUSTOMER"][2] == {
        "customer_id": 2,
        "created_date": None,
        "updated_date": None,
        "created_by": None,
    }
    assert [pair["created_date"] for pair in dated["ServiceInventory"].values()] == [now, now]
    assert state.tables["CUSTOMER"][1] == {"customer_id": 1}  # unchanged
