"""The fixtures that come with mockrevio, and the recipes they are generated from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mockrevio.documents import dump_document
from mockrevio.revio.resources import ENTITIES
from mockrevio.seeding.factories.lookups import lookup_rows
from mockrevio.seeding.generator import catalog_document, make_document


class FixtureRecipe(NamedTuple):
    """The arguments of `make_document` for a shipped fixture."""

    counts: Mapping[str, int]
    key_links: int
    seed: int


DEFAULT_RECIPE = FixtureRecipe(
    # All look-up tables are full: everything else is few enough to load at each start.
    {
        **{name: len(rows) for name, rows in lookup_rows().items()},
        **dict.fromkeys(ENTITIES, 25),
        "Announcements": 3,
        "Audits": 8,
        "CustomerRelationships": 4,
        "Files": 8,
        "Notes": 8,
        "OrderServiceProducts": 8,
        "OrderServices": 8,
        "Orders": 8,
        "PackageProducts": 8,
        "Packages": 4,
        "PaymentAccounts": 8,
        "ProductGroups": 4,
        "Reports": 5,
        "RequestAddresses": 6,
        "RequestContacts": 6,
        "RequestProducts": 8,
        "RequestServices": 6,
        "RequestTemplates": 4,
        "Requests": 6,
        "ServiceInventory": 12,
        "Tasks": 10,
        "TicketJournals": 10,
        "Tickets": 6,
    },
    key_links=0,
    seed=10,
)
DEMO_RECIPE = FixtureRecipe(
    {
        **{name: len(rows) for name, rows in lookup_rows().items()},
        "AGENT": 8,
        "BILL": 450,
        "CONTACT": 230,
        "CUSTOMER": 150,
        "SERVICE_PRODUCT": 400,
        "CREDIT": 60,
        "CHARGE": 600,
        "SERVICE": 250,
        "PAYMENT": 300,
        "PRODUCT": 40,
        "ADDRESS": 200,
        "INVENTORY_ITEM": 180,
        "Announcements": 6,
        "Audits": 120,
        "CustomerRelationships": 12,
        "Files": 60,
        "Notes": 140,
        "OrderServiceProducts": 130,
        "OrderServices": 110,
        "Orders": 90,
        "PackageProducts": 16,
        "Packages": 4,
        "PaymentAccounts": 70,
        "ProductGroups": 7,
        "Reports": 5,
        "RequestAddresses": 40,
        "RequestContacts": 40,
        "RequestProducts": 80,
        "RequestServices": 50,
        "RequestTemplates": 4,
        "Requests": 40,
        "ServiceInventory": 110,
        "Tasks": 160,
        "TicketJournals": 150,
        "Tickets": 70,
    },
    key_links=260,
    seed=150,
)


def write_shipped_fixtures(folder: Path) -> None:
    """Regenerate default.json, empty.json and demo.json in `folder`: run `make fixtures`."""
    documents = {
        "default": make_document(
            DEFAULT_RECIPE.counts, key_links=DEFAULT_RECIPE.key_links, seed=DEFAULT_RECIPE.seed
        ),
        "empty": catalog_document() | {"entities": {}, "key_links": []},
        "demo": make_document(DEMO_RECIPE.counts, key_links=DEMO_RECIPE.key_links, seed=DEMO_RECIPE.seed),
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(dump_document(document), encoding="utf-8", newline="\n")
