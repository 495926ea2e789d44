"""The fixtures that come with mockrevio, and the recipes they are generated from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mockrevio.documents import dump_document
from mockrevio.revio.resources import ENTITIES
from mockrevio.seeding.generator import catalog_document, make_document


class FixtureRecipe(NamedTuple):
    """The arguments of `make_document` for a shipped fixture."""

    counts: Mapping[str, int]
    key_links: int
    seed: int


DEFAULT_RECIPE = FixtureRecipe(dict.fromkeys(ENTITIES, 25), key_links=0, seed=5)
DEMO_RECIPE = FixtureRecipe(
    {
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
