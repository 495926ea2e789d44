"""References that lead nowhere, and key links and names that are there twice, are warnings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import Mistake
from mockrevio.revio.record_checks import nearest_id
from mockrevio.seeding.document_checks import check_document
from mockrevio.seeding.fixtures import load_fixture, merge
from mockrevio.seeding.reference_checks import check_references
from tests.world.common import DOCUMENT, fixture_file, link


def reference_mistakes(**changes: Any) -> list[Mistake]:
    """The mistakes in the references of DOCUMENT with these changes."""
    document = {**DOCUMENT, **changes}
    assert not [mistake for mistake in check_document(document, "mine.json") if mistake.fatal]
    state, places, _ = merge([("mine.json", document)])
    return check_references(state.tables, state.settings, places, state.resources)


def test_references_that_resolve_are_valid() -> None:
    assert reference_mistakes(key_links=[link(), link(internal_id=1016), link(integration_system_id=5)]) == []


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        (
            {"key_links": [link(), link(integration_system_id=6)]},
            "key_links[1].integration_system_id",
            "system 6 does not exist; the nearest is 5",
        ),
        (
            {"key_links": [link(integration_entity_type_id=9)]},
            "key_links[0].integration_entity_type_id",
            "entity type 9 does not exist; the nearest is 2",
        ),
        (
            {"key_links": [link(internal_id=1020)]},
            "key_links[0].internal_id",
            "CUSTOMER 1020 does not exist; the nearest is 1016",
        ),
        (
            {"key_links": [link()], "entities": {}},
            "key_links[0].internal_id",
            "CUSTOMER 1015 does not exist; none exist",
        ),
        (
            {"key_links": [link(), link(external_id="x"), link()]},
            "key_links[2]",
            "duplicates mine.json: key_links[0]; remove one or set duplicates to allow",
        ),
    ],
)
def test_a_broken_reference_is_a_warning(changes: dict[str, Any], place: str, message: str) -> None:
    (mistake,) = reference_mistakes(**changes)
    assert not mistake.fatal
    assert mistake.place == f"mine.json: {place}"
    assert mistake.message == message


def test_duplicate_links_are_valid_if_the_settings_allow_them() -> None:
    assert reference_mistakes(key_links=[link(), link()], settings={"duplicates": "allow"}) == []


@pytest.mark.parametrize(
    ("part", "id_field", "name_field", "names"),
    [
        ("integration_systems", "integration_system_id", "system_name", ("MY_CRM", "My_CRM")),
        ("integration_entity_types", "integration_entity_type_id", "entity_type_name", ("LEASE", "LEASE")),
    ],
)
def test_two_names_that_clients_cannot_tell_apart_are_a_warning_with_both_places(
    part: str, id_field: str, name_field: str, names: tuple[str, str], tmp_path: Path
) -> None:
    records: Any = [
        {id_field: number, name_field: name} for number, name in zip((40, 41), names, strict=True)
    ]
    path = fixture_file(tmp_path, **{part: records})
    (warning,) = load_fixture(["default", path]).warnings
    assert str(warning) == (
        f"{path}: {part}[1].{name_field}: {names[1]!r} is also the name of {path}: {part}[0]; "
        "give both the same id, or remove one"
    )


def test_a_name_that_is_replaced_under_its_id_is_there_once(tmp_path: Path) -> None:
    again = fixture_file(
        tmp_path, integration_systems=[{"integration_system_id": 4, "system_name": "Salesforce"}]
    )
    assert load_fixture(["default", again]).warnings == ()


def test_links_to_records_of_a_user_defined_entity_type_resolve() -> None:
    types = [*DOCUMENT["integration_entity_types"]]
    types.append({"integration_entity_type_id": 30, "entity_type_name": "ORDER_LINE"})
    changes = {
        "integration_entity_types": types,
        "entities": {**DOCUMENT["entities"], "ORDER_LINE": [5, {"order_line_id": 6}]},
        "key_links": [link(integration_entity_type_id=30, internal_id=6)],
    }
    assert reference_mistakes(**changes) == []
    changes["key_links"] = [link(integration_entity_type_id=30, internal_id=7)]
    (mistake,) = reference_mistakes(**changes)
    assert mistake.message == "ORDER_LINE 7 does not exist; the nearest is 6"


# --- references between records


@pytest.mark.parametrize(
    ("parts", "place", "message"),
    [
        (
            {"entities": {"CUSTOMER": [{"customer_id": 1, "agent_id": 5}]}},
            "entities.CUSTOMER[0].agent_id",
            "Agents 5 does not exist; none exist",
        ),
        (
            {"entities": {"CUSTOMER": [{"customer_id": 1, "parent_customer_id": 2}, 4]}},
            "entities.CUSTOMER[0].parent_customer_id",
            "Customers 2 does not exist; the nearest is 1",
        ),
        (
            {"entities": {"CUSTOMER": [{"customer_id": 1, "finance": {"bill_profile_id": 9}}]}},
            "entities.CUSTOMER[0].finance.bill_profile_id",
            "BillProfiles 9 does not exist; none exist",
        ),
        (
            {
                "entities": {"PRODUCT": [{"product_id": 1, "bill_profile_ids": [7, 9]}]},
                "records": {"BillProfiles": [7]},
            },
            "entities.PRODUCT[0].bill_profile_ids[1]",
            "BillProfiles 9 does not exist; the nearest is 7",
        ),
        (
            {"records": {"UserGroups": [{"user_group_id": 1, "users": [3]}]}},
            "records.UserGroups[0].users[0]",
            "Users 3 does not exist; none exist",
        ),
        (
            {"records": {"Orders": [7, {"order_id": 8, "customer_id": 3}]}},
            "records.Orders[1].customer_id",
            "Customers 3 does not exist; none exist",
        ),
        (
            {
                "resources": {
                    "Widgets": {
                        "id": "widget_id",
                        "fields": {"widget_id": "whole", "parts": [{"part_of": "whole -> Widgets"}]},
                    }
                },
                "records": {"Widgets": [{"widget_id": 1, "parts": [{"part_of": 1}, {"part_of": 4}]}]},
            },
            "records.Widgets[0].parts[1].part_of",
            "Widgets 4 does not exist; the nearest is 1",
        ),
        (
            {
                "resources": {
                    "Widgets": {"id": "widget_id", "fields": {"widget_id": "whole", "x": "whole -> Gadgets"}}
                },
                "records": {"Widgets": [{"widget_id": 1, "x": 4}]},
            },
            "records.Widgets[0].x",
            "Gadgets 4 does not exist; none exist",
        ),
    ],
)
def test_a_reference_to_a_missing_record_is_a_warning_with_its_place(
    parts: dict[str, Any], place: str, message: str
) -> None:
    (warning,) = reference_mistakes(**{"entities": {}, **parts})
    assert not warning.fatal
    assert warning.place == f"mine.json: {place}"
    assert warning.message == message


@pytest.mark.parametrize("value", [0, None])
def test_no_reference_leads_nowhere(value: int | None) -> None:
    assert reference_mistakes(entities={"ADDRESS": [{"address_id": 1, "customer_id": value}]}) == []


def test_references_may_lead_to_pairs_by_their_ids() -> None:
    declared = {
        "Pairs": {"id": "pair_id", "id_repeats": True, "fields": {"pair_id": "whole"}},
        "Widgets": {"id": "widget_id", "fields": {"widget_id": "whole", "pair_id": "whole -> Pairs"}},
    }
    records = {
        "Pairs": [70, 70, 80],
        "Widgets": [{"widget_id": 1, "pair_id": 70}, {"widget_id": 2, "pair_id": 1}],
    }
    (warning,) = reference_mistakes(resources=declared, records=records)
    assert str(warning) == "mine.json: records.Widgets[1].pair_id: Pairs 1 does not exist; the nearest is 70"


def test_a_fixture_with_such_references_loads_and_warns(tmp_path: Path) -> None:
    path = fixture_file(tmp_path, records={"Orders": [{"order_id": 7, "customer_id": 99}]})
    fixture = load_fixture([path])
    assert [str(warning) for warning in fixture.warnings] == [
        f"{path}: records.Orders[0].customer_id: Customers 99 does not exist; the nearest is 1015"
    ]
    assert fixture.state.tables["Orders"] == {7: {"order_id": 7, "customer_id": 99}}


# --- the nearest id


@pytest.mark.parametrize(
    ("ids", "missing_id", "nearest"),
    [
        ([], 5, None),
        ([3], 5, 3),
        ([3, 9], 5, 3),
        ([3, 9], 7, 9),
        ([3, 9], 6, 3),
        ([3, 9], 9, 9),
        ([3, 9], 1, 3),
    ],
)
def test_the_lower_of_two_equally_near_ids_is_the_nearest(
    ids: list[int], missing_id: int, nearest: int | None
) -> None:
    assert nearest_id(ids, missing_id) == nearest
