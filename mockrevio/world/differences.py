"""The differences between two states of a world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockrevio.cancellation import cancellable
from mockrevio.revio.fields import Record
from mockrevio.revio.webhooks import DELIVERIES
from mockrevio.seeding.fixtures import LINKS, SYSTEMS, TYPES, WorldState
from mockrevio.settings import Settings

KINDS = ("added", "changed", "removed")


def diff_worlds(
    before: WorldState, after: WorldState, old_settings: Settings, new_settings: Settings
) -> dict[str, Any]:
    """The differences between two states: `added`, `changed` and `removed` records, `settings` and `faults`.

    Each record has its id and its table as named in a fixture (`key_links`, `entities.CUSTOMER`). A changed
    record lists the fields that differ as Rev.io shows them: a write may store what a record showed as unset.
    `settings` lists the settings that differ; `faults` has the rules of both states, or is None if they are
    the same.
    """
    return {
        **_diff_tables(before, after),
        "settings": _changed_fields(old_settings.world_settings(), new_settings.world_settings()),
        "faults": _diff_faults(before, after),
    }


def _diff_tables(before: WorldState, after: WorldState) -> dict[str, Any]:
    added, changed, removed = [], [], []
    for table, old, new in _pair_tables(before, after):
        resource = after.resources.of_table(table.rpartition(".")[2])
        for record_id in cancellable(sorted(old.keys() | new.keys())):
            address = {"table": table, "id": record_id}
            if record_id not in old:
                added.append({**address, "record": new[record_id]})
            elif record_id not in new:
                removed.append({**address, "record": old[record_id]})
            elif old[record_id] != new[record_id]:
                records = old[record_id], new[record_id]
                fields = _changed_fields(*(map(resource.view, records) if resource else records))
                if fields:
                    changed.append({**address, "fields": fields})
    return {"added": added, "changed": changed, "removed": removed}


def _pair_tables(
    before: WorldState, after: WorldState
) -> Iterator[tuple[str, Mapping[int, Record], Mapping[int, Record]]]:
    """Every table of either state, by its name in a fixture, with its records before and after.

    Deliveries are left out: they come and go by themselves.
    """
    for table in sorted((before.tables.keys() | after.tables.keys()) - {DELIVERIES}):
        name = f"{_fixture_part(table)}.{table}" if table not in (SYSTEMS, TYPES, LINKS) else table
        yield name, before.tables.get(table, {}), after.tables.get(table, {})


def _fixture_part(table: str) -> str:
    """The part of a fixture that has a table's records: only the names of entity types are all uppercase."""
    return "entities" if table.isupper() else "records"


def _changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that differ, with their values before and after; None for a missing field."""
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    }


def _diff_faults(before: WorldState, after: WorldState) -> dict[str, Any] | None:
    old, new = ([dict(spec.document) for spec in state.faults] for state in (before, after))
    return None if old == new else {"before": old, "after": new}


def count_changes(diff: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """How many records of each table were added, changed and removed, for the tables with changes."""
    counts: dict[str, dict[str, int]] = {}
    for kind in KINDS:
        for change in cancellable(diff[kind]):
            table = counts.setdefault(change["table"], dict.fromkeys(KINDS, 0))
            table[kind] += 1
    return dict(sorted(counts.items()))


def limit_changes(diff: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """The same differences with at most `limit` records of each table and kind: the first ones."""
    return {**diff, **{kind: _first_of_each_table(diff[kind], limit) for kind in KINDS}}


def _first_of_each_table(changes: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    first = []
    for change in changes:
        table = change["table"]
        counts[table] = counts.get(table, 0) + 1
        if counts[table] <= limit:
            first.append(change)
    return first
