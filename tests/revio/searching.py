"""A world with a few records to search for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mockrevio.revio.fields import Record
from mockrevio.revio.resources import ASSIGNMENTS, BUILT_IN, ENTITIES, SERVICES, Resource
from mockrevio.revio.search import exact_fields
from mockrevio.revio.wire.query import parse_query
from mockrevio.settings import Settings
from mockrevio.storage import Selection
from mockrevio.world.world import World
from tests.world.common import CUSTOMER, fixture_file, open_world

CONTACT, ADDRESS, PRODUCT, BILL = (ENTITIES[name] for name in ("CONTACT", "ADDRESS", "PRODUCT", "BILL"))
TICKETS = BUILT_IN.at_path("Tickets")
TYPES = [
    {"integration_entity_type_id": type_id, "entity_type_name": name}
    for type_id, name in enumerate(ENTITIES, start=1)
]

CUSTOMERS: list[Record] = [
    {
        "customer_id": 1,
        "account_number": "A-1",
        "finance": {"bill_profile_id": 7, "balance": 10.5, "due_date": "2026-01-10"},
        "billing_address": {"company_name": "Straße Telecom", "city": "Bern", "modified_date": "2026-01-01"},
        "service_address": {"first_name": "Ann", "last_name": "Archer", "city": "Basel"},
        "created_date": "2026-01-05T09:30:00.000",
    },
    {
        "customer_id": 2,
        "account_number": "A-2",
        "finance": {"bill_profile_id": 8, "balance": 0, "due_date": "2026-02-10"},
        "billing_address": {"first_name": "Bob", "last_name": "Butcher", "modified_date": "2026-02-01"},
        "service_address": None,
        "listing_address": {"city": "Basel", "company_name": "STRASSE NORTH", "modified_date": "2026-01-01"},
        "created_date": "2026-01-05T23:59:59.999",
    },
    {"customer_id": 3, "created_date": "2026-01-06T00:00:00.000", "finance": {}},
    {"customer_id": 4, "created_date": None, "billing_address": None},
]


@contextmanager
def searched_world(folder: Path, *, indexed: bool) -> Iterator[World]:
    """A world of these records, with an index of every field or without any."""
    entities = {
        "CUSTOMER": CUSTOMERS,
        "CONTACT": [
            {"contact_id": 1, "name": "Ann Archer", "company": "Straße Telecom"},
            {"contact_id": 2, "name": "Bob", "company": None},
        ],
        "ADDRESS": [
            1,
            {"address_id": 2, "customer_id": 5},
            {"address_id": 3, "customer_id": 0, "line_2": ""},
        ],
        "PRODUCT": [1, {"product_id": 2, "code_1": "X"}],
        "SERVICE": [
            {"service_id": 1, "contract_start": "2026-01-01", "contract_end": "2026-12-31"},
            {"service_id": 2, "contract_end": "2027-12-31"},
        ],
        "BILL": [{"bill_id": 1, "isLive": True}, {"bill_id": 2, "isLive": False}],
    }
    records = {
        "Tickets": [
            {"ticket_id": 1, "due_date_start": "2026-01-01", "due_date_end": "2026-03-01"},
            {"ticket_id": 2, "due_date_start": "2026-02-01", "due_date_end": "2026-04-01"},
        ],
        "ServiceInventory": [
            {"inventory_item_id": 1, "line_id": 1},
            {"inventory_item_id": 2, "line_id": 2},
            {"inventory_item_id": 1, "line_id": 2},
        ],
    }
    with open_world(
        fixture_file(folder, entities=entities, records=records, integration_entity_types=TYPES)
    ) as world:
        if indexed:  # every field that has an index
            for resource in (CUSTOMER, CONTACT, ADDRESS, PRODUCT, SERVICES, BILL, TICKETS, ASSIGNMENTS):
                for field in exact_fields(resource).values():
                    if field.indexed:
                        world.page(resource, Selection({field.name: frozenset([None])}))
                        world.page(resource, Selection(sort=field.name))
        yield world


def found(world: World, resource: Resource, query: str, **options: Any) -> list[int]:
    """The ids of the records that a query string finds."""
    records, _ = world.page(resource, parse_query(query, resource, Settings(**options)))
    return [record[resource.id_field] for record in records]
