"""Every mistake in a fixture document is reported with its place and how to fix it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import FixtureError, Mistake
from mockrevio.revio.record_checks import check_record
from mockrevio.revio.resources import ENTITIES
from mockrevio.seeding.document_checks import check_document, check_documents
from mockrevio.seeding.fixtures import load_fixture
from tests.world.common import DOCUMENT, link


def mistakes(**changes: Any) -> list[Mistake]:
    """The mistakes in DOCUMENT with these changes."""
    return check_document({**DOCUMENT, **changes}, "mine.json")


SYSTEM = {"integration_system_id": 4, "system_name": "SALESFORCE"}
TYPE = {"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"}


def without(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != name}


def test_a_valid_document_has_no_mistakes() -> None:
    assert mistakes() == []
    assert mistakes(key_links=[link()], next_ids={"key_links": 7, "CUSTOMER": 2000}, faults=[]) == []
    assert mistakes(settings={"duplicates": "allow"}) == []
    assert check_document({}, "mine.json") == []


@pytest.mark.parametrize("document", [None, [], "x", 7])
def test_a_document_must_be_an_object(document: Any) -> None:
    (mistake,) = check_document(document, "mine.json")
    assert mistake.place == "mine.json"
    assert "must be an object with some of schema, resources, integration_systems" in mistake.message


CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"keylinks": []}, "keylinks", "unknown; a fixture can have schema"),
    ({"schema": 2}, "schema", "must be 1, the format version, not 2"),
    ({"schema": True}, "schema", "must be 1"),
    ({"schema": None}, "schema", "must be 1, the format version, not null"),
    ({"entities": []}, "entities", "must be an object, not []"),
    ({"next_ids": 5}, "next_ids", "must be an object, not 5"),
    ({"settings": "x"}, "settings", "must be an object, not 'x'"),
    ({"key_links": {}}, "key_links", "must be a list, not {}"),
    ({"integration_systems": None}, "integration_systems", "must be a list, not null"),
    ({"key_links": [5]}, "key_links[0]", "must be an object, not 5"),
    ({"integration_systems": [4]}, "integration_systems[0]", "must be an object, not 4"),
    # Records of the catalog.
    (
        {"integration_systems": [SYSTEM, {"integration_system_id": 9}]},
        "integration_systems[1].system_name",
        "is missing; it must be text",
    ),
    (
        {"integration_systems": [without(SYSTEM, "integration_system_id")]},
        "integration_systems[0].integration_system_id",
        "is missing; it must be a whole number from 1 to 2147483647",
    ),
    (
        {"key_links": [link(color="red")]},
        "key_links[0].color",
        "unknown field of key_links; known fields: integration_key_link_id, integration_system_id, ",
    ),
    (
        {"integration_systems": [SYSTEM, SYSTEM]},
        "integration_systems[1].integration_system_id",
        "id 4 is already used by mine.json: integration_systems[0]",
    ),
    (
        {"integration_entity_types": [{**TYPE, "entity_type_name": "key_links"}]},
        "integration_entity_types[0].entity_type_name",
        "must be an entity type name such as CUSTOMER or SERVICE_PRODUCT, not 'key_links'",
    ),
    # Entities.
    ({"entities": {"CUSTOMER": {}}}, "entities.CUSTOMER", "must be a list of records or ids, not {}"),
    ({"entities": {"Customer": []}}, "entities.Customer", "must be an entity type name"),
    ({"entities": {"": []}}, "entities.", "must be an entity type name"),
    ({"entities": {"CUSTOMER": ["x"]}}, "entities.CUSTOMER[0]", "must be an object or just an id"),
    ({"entities": {"CUSTOMER": [1, True]}}, "entities.CUSTOMER[1]", "must be an object or just an id"),
    ({"entities": {"CUSTOMER": [0]}}, "entities.CUSTOMER[0]", "a whole number from 1"),
    ({"entities": {"CUSTOMER": [2**31]}}, "entities.CUSTOMER[0]", "a whole number from 1"),
    ({"entities": {"CUSTOMER": [{}]}}, "entities.CUSTOMER[0].customer_id", "is missing; it must be a whole"),
    (
        {"entities": {"CUSTOMER": [{"customer_id": 1, "status": 7}]}},
        "entities.CUSTOMER[0].status",
        "must be text, not 7",
    ),
    (
        {"entities": {"CUSTOMER": [7, {"customer_id": 7}]}},
        "entities.CUSTOMER[1].customer_id",
        "id 7 is already used by mine.json: entities.CUSTOMER[0]",
    ),
    # Key links.
    (
        {"key_links": [link(integration_key_link_id=None)]},
        "key_links[0].integration_key_link_id",
        ", not null",
    ),
    ({"key_links": [link(internal_id="7")]}, "key_links[0].internal_id", "must be a whole number, not '7'"),
    ({"key_links": [link(internal_id=7.0)]}, "key_links[0].internal_id", "must be a whole number, not 7.0"),
    ({"key_links": [link(external_id="")]}, "key_links[0].external_id", "must be text, not ''"),
    ({"key_links": [link(external_id=None)]}, "key_links[0].external_id", "must be text, not null"),
    ({"key_links": [link(external_id="x" * 256)]}, "key_links[0].external_id", "at most 255 characters"),
    (
        {"key_links": [link(created_date=5)]},
        "key_links[0].created_date",
        "must be a date such as 2026-01-05, 2026-01-05Z or 2016-10-21T16:24:21.293",
    ),
    ({"key_links": [link(created_date="2026-02-30")]}, "key_links[0].created_date", "must be a date such as"),
    ({"key_links": [link(created_by=["x"])]}, "key_links[0].created_by", "must be a whole number"),
    (
        {"key_links": [link(created_by="me")]},
        "key_links[0].created_by",
        "must be a whole number, not 'me'; this is now the id of a user, not a login: replace or remove it",
    ),
    ({"key_links": [link(note="x")]}, "key_links[0].note", "unknown field of key_links"),
    (
        {"key_links": [link(integration_key_link_id=3), link(integration_key_link_id=3, external_id="y")]},
        "key_links[1].integration_key_link_id",
        "id 3 is already used by mine.json: key_links[0]",
    ),
    # The rest.
    ({"next_ids": {"keylinks": 3}}, "next_ids.keylinks", "unknown; use key_links, deliveries, an entity"),
    (
        {"next_ids": {"key_links": 0}},
        "next_ids.key_links",
        "must be a whole number from 1 to 2147483647, not 0",
    ),
    (
        {"next_ids": {"CUSTOMER": "3"}},
        "next_ids.CUSTOMER",
        "must be a whole number from 1 to 2147483647, not '3'",
    ),
    ({"settings": {"duplicates": "maybe"}}, "settings.duplicates", "must be reject or allow, not 'maybe'"),
    ({"settings": {"port": 1}}, "settings.port", "cannot be set in a fixture; these can: auth"),
    ({"settings": {"colour": 1}}, "settings.colour", "unknown setting; expected one of auth"),
]


@pytest.mark.parametrize(("changes", "place", "message"), CASES, ids=[place for _, place, _ in CASES])
def test_a_mistake_is_reported_with_its_place_and_how_to_fix_it(
    changes: dict[str, Any], place: str, message: str
) -> None:
    (mistake,) = mistakes(**changes)
    assert mistake.fatal
    assert mistake.place == f"mine.json: {place}"
    assert message in mistake.message


def test_a_long_value_is_truncated_in_the_message() -> None:
    (mistake,) = mistakes(key_links="x" * 10_000)
    assert len(mistake.message) < 100


def test_all_mistakes_are_reported_not_only_the_first() -> None:
    reported = mistakes(schema=3, key_links=[link(internal_id="x"), link(external_id=5)], color=1)
    assert [mistake.place.removeprefix("mine.json: ") for mistake in reported] == [
        "schema",
        "key_links[0].internal_id",
        "key_links[1].external_id",
        "color",
    ]


def test_an_unknown_field_of_an_entity_is_only_a_warning() -> None:
    (warning,) = mistakes(entities={"CUSTOMER": [{"customer_id": 1, "color": "red"}]})
    assert not warning.fatal
    assert warning.place == "mine.json: entities.CUSTOMER[0].color"


@pytest.mark.parametrize(
    ("part", "record"), [("integration_systems", SYSTEM), ("integration_entity_types", TYPE)]
)
def test_an_unknown_field_of_the_catalog_is_a_warning(part: str, record: dict[str, Any]) -> None:
    (warning,) = mistakes(**{part: [{**record, "color": "red"}]})
    assert not warning.fatal
    assert warning.place == f"mine.json: {part}[0].color"


def test_records_of_an_endpoint_whose_entity_type_is_not_listed_are_a_warning() -> None:
    (warning,) = check_documents([("mine.json", {**DOCUMENT, "entities": {"BILL": [7], "SERVICE": []}})])
    assert not warning.fatal
    assert str(warning) == (
        "mine.json: entities.BILL: this entity type is not in integration_entity_types, "
        "so key links to its records cannot be created"
    )


def test_a_user_defined_entity_type_is_valid() -> None:
    types = [*DOCUMENT["integration_entity_types"], {**TYPE, "integration_entity_type_id": 30}]
    types[-1] = {"integration_entity_type_id": 30, "entity_type_name": "ORDER_LINE"}
    changes = {
        "integration_entity_types": types,
        "entities": {**DOCUMENT["entities"], "ORDER_LINE": [5, {"order_line_id": 6}]},
        "key_links": [link(integration_entity_type_id=30, internal_id=6)],
    }
    assert mistakes(**changes) == []


def test_an_unknown_entity_type_is_reported_once_instead_of_its_records() -> None:
    document = {**DOCUMENT, "entities": {"CUSTOMERS": [{"customer_id": 1}, 2], "ORDER": [1], "EMPTY": []}}
    near, far = check_documents([("mine.json", document)])
    assert str(near) == (
        "mine.json: entities.CUSTOMERS: unknown entity type; nearest CUSTOMER; "
        "correct the name or add it to integration_entity_types"
    )
    assert str(far) == (
        "mine.json: entities.ORDER: unknown entity type; known: AGENT, CUSTOMER; "
        "correct the name or add it to integration_entity_types"
    )
    assert near.fatal
    assert far.fatal


def test_an_unknown_entity_type_is_a_mistake_even_if_no_types_are_listed() -> None:
    _, mistake = check_documents([("mine.json", {"entities": {"CUSTOMERS": [1]}})])
    assert mistake.fatal
    assert mistake.message.startswith("unknown entity type; nearest CUSTOMER")


def test_an_entity_type_may_be_listed_in_another_document() -> None:
    types = [{"integration_entity_type_id": 30, "entity_type_name": "ORDER_LINE"}]
    documents = [{"integration_entity_types": types}, {"entities": {"ORDER_LINE": [5]}}]
    assert check_documents([(f"{number}.json", each) for number, each in enumerate(documents)]) == []


def test_documents_with_records_but_no_entity_types_get_one_warning() -> None:
    document = {"entities": {"CUSTOMER": [1, 2], "AGENT": [3]}, "key_links": [link(), link(internal_id=1016)]}
    (mistake,) = check_documents([("mine.json", document)])
    assert str(mistake) == (
        "mine.json: no integration_entity_types; load an included fixture first: "
        "--fixture empty --fixture mine.json"
    )
    assert not mistake.fatal
    assert check_documents([("mine.json", {"settings": {"duplicates": "allow"}})]) == []


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_json_cannot_represent_is_rejected(number: float) -> None:
    (mistake,) = check_record(ENTITIES["PRODUCT"], {"product_id": 1, "rate": number}, "here")
    assert str(mistake).startswith("here.rate: must be a number")


def test_an_infinite_number_in_a_fixture_file_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"entities": {"PRODUCT": [{"product_id": 1, "rate": 1e999}]}}')
    with pytest.raises(FixtureError, match="the number 1e999 is too large"):
        load_fixture([str(path)])
