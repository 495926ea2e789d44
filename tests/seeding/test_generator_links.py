"""Key links of generated documents, including the shipped ones."""

from __future__ import annotations

import pytest

from mockrevio.revio.resources import INTEGRATION_KEY_LINK, Resource
from mockrevio.seeding.fake_data import salesforce_id
from mockrevio.seeding.generator import make_document
from tests.seeding.common import (
    Document,
    by_id,
    has_kind,
    shipped_document,
)


def test_key_links_resolve_and_are_distinct(document: Document) -> None:
    type_names = {
        record["integration_entity_type_id"]: record["entity_type_name"]
        for record in document["integration_entity_types"]
    }
    systems = {record["integration_system_id"] for record in document["integration_systems"]}
    links = document["key_links"]

    for number, link in enumerate(links, 1):
        assert link["integration_key_link_id"] == number
        assert link["integration_system_id"] in systems
        assert link["internal_id"] in by_id(document, type_names[link["integration_entity_type_id"]])
    keys = {tuple(link[name] for name in list(INTEGRATION_KEY_LINK.fields)[1:5]) for link in links}
    assert len(keys) == len(links)


def test_key_links_are_created_by_the_user_of_the_integration() -> None:
    document = shipped_document("demo")
    users, systems = (
        {record[id_field]: record[name] for record in records}
        for records, id_field, name in (
            (document["records"]["Users"], "user_id", "login_name"),
            (document["integration_systems"], "integration_system_id", "system_name"),
        )
    )
    for link in document["key_links"]:
        own = f"{systems[link['integration_system_id']].lower()}.sync"
        expected = own if own in users.values() else "integration.sync"
        assert users[link["created_by"]] == expected


def test_a_key_link_has_a_valid_value_in_every_field(generated: Document) -> None:
    resource: Resource = INTEGRATION_KEY_LINK
    for link in generated["key_links"]:
        assert list(link) == list(resource.fields)
        assert all(has_kind(field, link[name]) for name, field in resource.fields.items())


def test_there_are_as_many_key_links_as_requested_but_none_without_records() -> None:
    assert len(make_document({"AGENT": 1}, key_links=30, seed=1)["key_links"]) == 30
    assert make_document({}, key_links=30, seed=1)["key_links"] == []


def test_the_checksum_of_a_salesforce_id_matches_the_documented_example() -> None:
    assert salesforce_id("0012D00000dAsFz") == "0012D00000dAsFzQAK"


@pytest.mark.parametrize(("type_id", "prefix"), [(2, "001"), (4, "003")])
def test_customers_are_salesforce_accounts_and_contacts_are_contacts(
    generated: Document, type_id: int, prefix: str
) -> None:
    ids = [
        link["external_id"]
        for link in generated["key_links"]
        if (link["integration_system_id"], link["integration_entity_type_id"]) == (4, type_id)
    ]

    assert ids
    assert all(text.startswith(prefix) and salesforce_id(text[:15]) == text for text in ids)
