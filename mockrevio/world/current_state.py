"""The current state of a world, for documents."""

from __future__ import annotations

from collections.abc import Collection

from mockrevio.control.faults.rules import FaultRules
from mockrevio.revio.resources import INTEGRATION_ENTITY_TYPE, INTEGRATION_SYSTEM, Resources
from mockrevio.revio.webhooks import DELIVERIES
from mockrevio.seeding.fixtures import WorldState
from mockrevio.storage import LiveDatabase, Tables
from mockrevio.world.baseline import METADATA

_READ_ONLY = (INTEGRATION_SYSTEM.table, INTEGRATION_ENTITY_TYPE.table)


def read_state(
    database: LiveDatabase, faults: FaultRules, resources: Resources, explicit: Collection[str]
) -> WorldState:
    """The state of a world with these resources. `explicit` settings override those of its fixture."""
    with database.reading():
        tables = database.documents()
        next_ids = database.next_ids()
        metadata = tables.pop(METADATA, {}).get(1, {})
        specs = faults.specs()
    known = _known_tables({*tables, *next_ids}, tables, resources)
    # Reading a table creates it, so leave out empty ones: reading must not change the state.
    revio_tables = {name: table for name, table in tables.items() if table and name in known}
    ids = {name: next_id for name, next_id in next_ids.items() if name in known and name not in _READ_ONLY}
    settings = {name: value for name, value in metadata.get("settings", {}).items() if name not in explicit}
    settings.update(metadata.get("patched", {}))
    return WorldState(revio_tables, ids, settings, specs, resources)


def _known_tables(names: Collection[str], tables: Tables, resources: Resources) -> set[str]:
    """The tables of Rev.io's records. A data file from elsewhere may contain others."""
    types = tables.get(INTEGRATION_ENTITY_TYPE.table, {}).values()
    listed = {record["entity_type_name"] for record in types}
    return {
        name
        for name in names
        if name == DELIVERIES
        or (resources.of_table(name) and (name in listed or not resources.is_added_type(name)))
    }
