"""Examples: Rev.io's worked example of key links, and the first records of the shipped fixture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from mockrevio.revio.resources import (
    BUILT_IN,
    INTEGRATION_KEY_LINK,
    WEBHOOK_RECEIVERS,
    WEBHOOK_SUBSCRIPTIONS,
    Resource,
)
from mockrevio.revio.wire.dates import DATE_EXAMPLE
from mockrevio.seeding.fixture_files import shipped_folder

KEY_LINK: Mapping[str, Any] = {
    "integration_system_id": 4,
    "integration_entity_type_id": 2,
    "internal_id": 1015,
    "external_id": "0012D00000dAsFzQAK",
}
"""D: the body of the create in the worked example."""

KEY_LINK_ID = 11027
"""D: the id in its response."""

_TO_WRITE: Mapping[Resource, Mapping[str, Any]] = {
    # Records that the fixture has none of: what a client sends to create one.
    INTEGRATION_KEY_LINK: KEY_LINK,
    WEBHOOK_RECEIVERS: {"url": "http://127.0.0.1:8080/hooks"},
    WEBHOOK_SUBSCRIPTIONS: {"event_type": "INVENTORY_UNASSIGNED", "webhook_receiver_id": 56},
}
_STORED: Mapping[Resource, Mapping[str, Any]] = {
    INTEGRATION_KEY_LINK: {INTEGRATION_KEY_LINK.id_field: KEY_LINK_ID},
    WEBHOOK_RECEIVERS: {WEBHOOK_RECEIVERS.id_field: 56, "status": "ACTIVE"},
    WEBHOOK_SUBSCRIPTIONS: {WEBHOOK_SUBSCRIPTIONS.id_field: 7},
}
_STAMPS = {"created_date": DATE_EXAMPLE, "created_by": 1002}


@cache
def _records() -> Mapping[str, Mapping[str, Any]]:
    """The first record of each table of the shipped fixture."""
    fixture = json.loads((shipped_folder() / "default.json").read_bytes())
    tables = {
        **fixture["entities"],
        **fixture["records"],
        "integration_systems": [
            each for each in fixture["integration_systems"] if each["system_name"] == "SALESFORCE"
        ],
        "integration_entity_types": [
            each for each in fixture["integration_entity_types"] if each["entity_type_name"] == "CUSTOMER"
        ],
    }
    return {name: records[0] for name, records in tables.items() if records}


def example_record(resource: Resource) -> dict[str, Any] | None:
    """A record as a response has it; None for a resource that a fixture declares."""
    if resource not in set(BUILT_IN):
        return None
    if resource in _TO_WRITE:
        return resource.view({**_TO_WRITE[resource], **_STORED[resource], **_STAMPS})
    return resource.view(_records()[resource.table])


def example_input(resource: Resource) -> dict[str, Any] | None:
    """The body of a write that creates such a record: its writable fields that have a value."""
    if resource in _TO_WRITE:
        return dict(_TO_WRITE[resource])
    record = example_record(resource)
    if record is None:
        return None
    return {
        field.name: record[field.name]
        for field in resource.writable.values()
        if record[field.name] not in (None, "", [])
    }
