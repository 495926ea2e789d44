"""The parts `records` and `resources` of a document: what is wrong has its place and says how to fix it."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.errors import Mistake
from mockrevio.seeding.document_checks import check_document, check_documents
from tests.world.common import DOCUMENT

WIDGETS: dict[str, Any] = {
    "id": "widget_id",
    "fields": {"widget_id": "whole", "made_date": "date", "size": {"width": "decimal"}},
}


def mistakes(**changes: Any) -> list[Mistake]:
    """The mistakes in DOCUMENT with these changes."""
    return check_document({**DOCUMENT, **changes}, "mine.json")


def test_records_of_any_endpoint_and_of_declared_ones_are_valid() -> None:
    records = {
        "Orders": [7, {"order_id": 8, "due_date": "2026-1-5"}],
        "users": [{"user_id": 1, "login_name": "ann"}],
        "Widgets": [5, {"widget_id": 6, "made_date": "2026-01-05Z", "size": {"width": 1.5}}],
        "OrderServices": [{"order_id": 7, "service_id": 1}, {"order_id": 7, "service_id": 2}],
    }
    assert (
        mistakes(records=records, resources={"Widgets": WIDGETS}, next_ids={"Orders": 9, "Widgets": 9}) == []
    )
    assert mistakes(records={}, resources={}) == []


CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"records": []}, "records", "must be an object, not []"),
    ({"records": {"Orders": {}}}, "records.Orders", "must be a list of records or ids, not {}"),
    ({"records": {"Orders": ["x"]}}, "records.Orders[0]", "must be an object or just an id"),
    ({"records": {"Orders": [{}]}}, "records.Orders[0].order_id", "is missing; it must be a whole number"),
    ({"records": {"Orders": [0]}}, "records.Orders[0]", "a whole number from 1"),
    (
        {"records": {"Orders": [7, {"order_id": 7}]}},
        "records.Orders[1].order_id",
        "id 7 is already used by mine.json: records.Orders[0]",
    ),
    (
        {"records": {"Orders": [{"order_id": 7, "due_date": "2026-02-30"}]}},
        "records.Orders[0].due_date",
        "must be a date such as 2026-01-05, 2026-01-05Z or 2016-10-21T16:24:21.293, not '2026-02-30'",
    ),
    (
        {"records": {"OrderServices": [{"order_id": "7"}]}},
        "records.OrderServices[0].order_id",
        "must be a whole number from 1",
    ),
    (
        {"records": {"Order": [7]}},
        "records.Order",
        "unknown endpoint; nearest Orders; correct the path or declare it in resources",
    ),
    (
        {"records": {"Zebras": []}},
        "records.Zebras",
        "unknown endpoint; docs/entities.md lists the endpoints; correct the path or declare it in resources",
    ),
    ({"records": {"Customers": [7]}}, "records.Customers", "belongs in entities.CUSTOMER"),
    ({"records": {"integrationkeylink": []}}, "records.integrationkeylink", "belongs in key_links"),
    ({"records": {"IntegrationSystem": []}}, "records.IntegrationSystem", "belongs in integration_systems"),
    # Within a field.
    (
        {"entities": {"CUSTOMER": [{"customer_id": 1, "finance": {"balance": "much"}}]}},
        "entities.CUSTOMER[0].finance.balance",
        "must be a number, not 'much'",
    ),
    (
        {"entities": {"CUSTOMER": [{"customer_id": 1, "finance": {"due_date": "2026-02-30"}}]}},
        "entities.CUSTOMER[0].finance.due_date",
        "must be a date such as",
    ),
    (
        {"entities": {"CUSTOMER": [{"customer_id": 1, "fields": [{}, {"field_id": "x"}]}]}},
        "entities.CUSTOMER[0].fields[1].field_id",
        "must be a whole number, not 'x'",
    ),
    (
        {"entities": {"CUSTOMER": [{"customer_id": 1, "fields": [None]}]}},
        "entities.CUSTOMER[0].fields[0]",
        "must be an object, not null",
    ),
    (
        {"entities": {"CUSTOMER": [{"customer_id": 1, "fields": {}}]}},
        "entities.CUSTOMER[0].fields",
        "must be a list, not {}",
    ),
    (
        {"entities": {"PRODUCT": [{"product_id": 1, "bill_profile_ids": [1, "2"]}]}},
        "entities.PRODUCT[0].bill_profile_ids[1]",
        "must be a whole number, not '2'",
    ),
    # Declarations.
    ({"resources": []}, "resources", "must be an object, not []"),
    ({"resources": {"Widgets": []}}, "resources.Widgets", 'must be an object: {"id": "widget_id"'),
    ({"resources": {"Widgets": {**WIDGETS, "id": "no"}}}, "resources.Widgets", "must have id, the name of"),
    ({"resources": {"Customers": WIDGETS}}, "resources.Customers", "this path is taken; choose another one"),
    ({"resources": {"WIDGETS": WIDGETS}}, "resources.WIDGETS", "a path must be letters and digits"),
    (
        {"resources": {"Widgets": {**WIDGETS, "fields": {"widget_id": "whole", "x": "number"}}}},
        "resources.Widgets",
        "x: must be declared as",
    ),
    (
        {"resources": {"Widgets": {**WIDGETS, "entity_type": "AGENT"}}},
        "resources.Widgets",
        "the entity type AGENT is taken; choose another one",
    ),
    (
        {"resources": {"Widgets": WIDGETS}, "records": {"Widgets": [{"widget_id": 1, "made_date": "soon"}]}},
        "records.Widgets[0].made_date",
        "must be a date such as",
    ),
    (
        {
            "resources": {"Widgets": {**WIDGETS, "entity_type": "WIDGET"}},
            "records": {"Widgets": [1]},
        },
        "records.Widgets",
        "belongs in entities.WIDGET",
    ),
    ({"next_ids": {"Zebras": 3}}, "next_ids.Zebras", "unknown; use key_links"),
    ({"next_ids": {"Customers": 3}}, "next_ids.Customers", "unknown; use key_links"),
    ({"next_ids": {"Orders": 0}}, "next_ids.Orders", "must be a whole number from 1"),
]


@pytest.mark.parametrize(("changes", "place", "message"), CASES, ids=[place for _, place, _ in CASES])
def test_a_mistake_is_reported_with_its_place_and_how_to_fix_it(
    changes: dict[str, Any], place: str, message: str
) -> None:
    (mistake,) = mistakes(**changes)
    assert mistake.fatal
    assert mistake.place == f"mine.json: {place}"
    assert message in mistake.message


def test_every_wrong_part_of_a_record_is_reported() -> None:
    customer = {
        "customer_id": 1,
        "status": 5,
        "finance": {"balance": "x", "due_date": "y", "cycle_date": "2026-01-05"},
        "fields": [{"field_id": "x", "label": 5}, 7],
    }
    assert [
        mistake.place.partition("[0].")[2] for mistake in mistakes(entities={"CUSTOMER": [customer]})
    ] == [
        "status",
        "finance.balance",
        "finance.due_date",
        "fields[0].field_id",
        "fields[0].label",
        "fields[1]",
    ]


def test_unknown_fields_are_warnings_and_unknown_members_nothing() -> None:
    order = {"order_id": 7, "colour": "red"}
    (warning,) = mistakes(records={"Orders": [order]})
    assert (warning.fatal, warning.place) == (False, "mine.json: records.Orders[0].colour")
    assert warning.message.startswith("unknown field of Orders; known fields: order_id, ")
    assert mistakes(entities={"CUSTOMER": [{"customer_id": 1, "finance": {"colour": "red"}}]}) == []


def test_nothing_else_is_judged_while_a_declaration_is_wrong() -> None:
    document = {"resources": {"Widgets": {}, "Gadgets": WIDGETS}, "records": {"Gadgets": ["x"], "Zebras": []}}
    assert [mistake.place for mistake in mistakes(**document)] == ["mine.json: resources.Widgets"]
    reported = check_documents([("one.json", DOCUMENT), ("two.json", document)])
    assert [mistake.place for mistake in reported] == ["two.json: resources.Widgets"]


def test_a_deeply_nested_declaration_is_a_mistake() -> None:
    field: Any = "text"
    for _ in range(900):
        field = {"inner": field}
    declaration = {"id": "widget_id", "fields": {"widget_id": "whole", "deep": field}}
    (mistake,) = mistakes(resources={"Widgets": declaration})
    assert mistake.place == "mine.json: resources.Widgets"
    assert "nested" in mistake.message
