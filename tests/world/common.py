"""A small fixture, and worlds created from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mockrevio.control.clock import Clock
from mockrevio.revio.resources import ENTITIES
from mockrevio.seeding.fixtures import load_fixture
from mockrevio.settings import Settings
from mockrevio.world.baseline import Baseline
from mockrevio.world.world import World
from tests.support import LINK

AGENT, CUSTOMER = ENTITIES["AGENT"], ENTITIES["CUSTOMER"]

DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "integration_systems": [
        {"integration_system_id": 4, "system_name": "SALESFORCE"},
        {"integration_system_id": 5, "system_name": "NETSUITE"},
    ],
    "integration_entity_types": [
        {"integration_entity_type_id": 1, "entity_type_name": "AGENT"},
        {"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"},
    ],
    "entities": {
        "AGENT": [1001],
        "CUSTOMER": [{"customer_id": 1015, "status": "ACTIVE", "agent_id": 1001}, 1016],
    },
}


def fixture_file(folder: Path, name: str = "mine.json", **changes: Any) -> str:
    """Write the document above to a fixture file, with changes; a part that is None is omitted."""
    document = {key: value for key, value in {**DOCUMENT, **changes}.items() if value is not None}
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def link(**changes: Any) -> dict[str, Any]:
    """The fields of the key link in Rev.io's worked example, with changes."""
    return {**LINK, **changes}


@contextmanager
def open_world(
    *fixtures: str, folder: Path | None = None, warnings: list[str] | None = None, **options: Any
) -> Iterator[World]:
    """A world created from fixtures, `default` if none are given.

    A warning fails the test, unless `warnings` is given to collect it.
    """

    def warn(message: str) -> None:
        if warnings is None:
            raise AssertionError(message)
        warnings.append(message)

    settings = Settings(**options, explicit=frozenset(options))
    baseline = Baseline(load_fixture(fixtures or ("default",)), Clock(settings.clock).date())
    world = World("default", settings, baseline, folder=folder, warn=warn)
    try:
        yield world
    finally:
        world.close()


def create_links(world: World, *external_ids: str) -> None:
    """Create a key link for each external id."""
    for external_id in external_ids:
        world.key_links.create(link(external_id=external_id), None)


def external_ids(world: World) -> dict[int, str]:
    """The external ids of all key links, by link id."""
    return {record["integration_key_link_id"]: record["external_id"] for record in world.state()["key_links"]}


def duplicates_setting(world: World) -> str:
    """The setting `duplicates`, in a function because mypy assumes that an attribute keeps its value."""
    return world.settings.duplicates
