"""Fixture documents: find, read, check and merge them, and convert them to tables and back.

One format is used for fixtures, `GET|PUT /__admin/state` and snapshots; docs/fixtures.md describes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mockrevio.control.faults.specification import FaultSpec, parse_fault
from mockrevio.documents import parse_document, sharing_values
from mockrevio.errors import DocumentError, FixtureError, Mistake
from mockrevio.fairness import give_way
from mockrevio.revio.fields import MAX_INTEGER, Record
from mockrevio.revio.resources import (
    BUILT_IN,
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    KEY_LINK_RESOURCES,
    Resource,
    Resources,
)
from mockrevio.revio.webhooks import DELIVERIES
from mockrevio.revio.writes import Origin, stamp
from mockrevio.scheduling import while_current
from mockrevio.storage import Tables

SCHEMA_VERSION = 1
SYSTEMS = INTEGRATION_SYSTEM.table
TYPES = INTEGRATION_ENTITY_TYPE.table
LINKS = INTEGRATION_KEY_LINK.table


class WorldState(NamedTuple):
    """The state that a world starts from: tables, next ids, settings, fault rules and resources."""

    tables: Tables
    next_ids: Mapping[str, int]
    settings: Mapping[str, Any]
    faults: Sequence[FaultSpec] = ()
    resources: Resources = BUILT_IN

    def with_dates(self, now: str) -> WorldState:
        """This state with creation dates for the records that have none: they came about with it.

        C1: every record has one that can have one. A null in a fixture stays.
        """
        origin = Origin(now)
        tables = {}
        for name, table in self.tables.items():
            resource = self.resources.of_table(name)
            if resource is None or not resource.set_by_server:
                tables[name] = table
                continue
            tables[name] = {
                record_id: record
                if resource.set_by_server <= record.keys()
                else {**stamp(resource, record, origin), **record}
                for record_id, record in while_current(table.items())
            }
        return self._replace(tables=tables)


class Fixture(NamedTuple):
    """The merged fixtures of a server; `digest` changes when any of them changes."""

    names: tuple[str, ...]
    digest: str
    state: WorldState
    warnings: tuple[Mistake, ...] = ()


def shipped_folder() -> Path:
    """The folder of the shipped fixtures: in the installed package, or at the top level of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "fixtures"
    return inside if inside.is_dir() else package.parent / "fixtures"


def shipped_names() -> list[str]:
    """The names of the fixtures that are included in mockrevio."""
    return sorted(path.stem for path in shipped_folder().glob("*.json"))


def load_fixture(names: Sequence[str]) -> Fixture:
    """Read, check and merge fixtures by name or path.

    Raises FixtureError, which lists every mistake with its place.
    """
    sources = [_read(name) for name in names]
    mistakes: list[Mistake] = []
    if set(names) <= set(shipped_names()):  # tests check these, so that a start need not
        state, _ = merge(((source, document) for source, document, _ in sources), stored_form=True)
    else:
        from mockrevio.seeding.document_checks import check_documents
        from mockrevio.seeding.reference_checks import check_references

        mistakes = check_documents([(source, document) for source, document, _ in sources])
        _raise_fatal(mistakes)
        state, places = merge((source, document) for source, document, _ in sources)
        mistakes += check_references(state.tables, state.settings, places, state.resources)
        _raise_fatal(mistakes)
    digest = hashlib.sha256(b"\0".join(data for _, _, data in sources)).hexdigest()
    return Fixture(tuple(names), digest, state, tuple(mistakes))


def parse_state(document: object) -> WorldState:
    """The state that a document describes. Raises FixtureError if its form is invalid.

    References are not checked: as in Rev.io, a key link may outlive its record.
    """
    from mockrevio.seeding.document_checks import check_document

    _raise_fatal(check_document(document, "document"))
    state, _ = merge([("document", document)])  # type: ignore[list-item]  # checked above
    return state


def _raise_fatal(mistakes: Iterable[Mistake]) -> None:
    fatal = [mistake for mistake in mistakes if mistake.fatal]
    if fatal:
        raise FixtureError(fatal)


def _read(name: str) -> tuple[str, Any, bytes]:
    """The source for messages, the document and the bytes of a fixture."""
    is_shipped = name in shipped_names()
    path = shipped_folder() / f"{name}.json" if is_shipped else Path(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        shipped = ", ".join(shipped_names())
        reason = error.strerror or error
        message = f"cannot be read: {reason}; pass a file or one of the included fixtures: {shipped}"
        raise FixtureError([Mistake(name, message)]) from None
    # Most worlds start with an included fixture; one of a user may have too many distinct values.
    object_hook = sharing_values() if is_shipped else give_way
    try:
        return name, parse_document(data, name, object_hook=object_hook), data
    except DocumentError as error:
        raise FixtureError(error.mistakes) from None


def merge(
    sources: Iterable[tuple[str, Mapping[str, Any]]], *, stored_form: bool = False
) -> tuple[WorldState, dict[tuple[str, int], str]]:
    """Merge checked documents; a later record replaces an earlier one with the same id.

    With `stored_form`, their records are known to be as they are stored. Otherwise this also returns the
    place of each record, by table and id, for messages.
    """
    documents = list(sources)
    resources = Resources.of_documents(document for _, document in documents)
    tables: Tables = {SYSTEMS: {}, TYPES: {}, LINKS: {}}
    pairs = {resource.table for resource in resources if resource.id_repeats}
    places: dict[tuple[str, int], str] = {}
    without_id: list[tuple[str, Record]] = []
    next_ids: dict[str, int] = {}
    settings: dict[str, Any] = {}
    faults: list[FaultSpec] = []
    for source, document in documents:
        faults += [parse_fault(fault, f"{source}: faults") for fault in document.get("faults", [])]
        next_ids.update(document.get("next_ids", {}))
        settings.update(document.get("settings", {}))
        for delivery in document.get(DELIVERIES, []):
            tables.setdefault(DELIVERIES, {})[delivery["id"]] = delivery
        earlier_pairs = {name: {*map(repr, tables[name].values())} for name in pairs & tables.keys()}
        for resource, record, part, index in while_current(_iterate_records(document, resources)):
            table = tables.setdefault(resource.table, {})
            if not stored_form:
                record = resource.normalized(record)  # noqa: PLW2901
            if resource.id_repeats:  # a list of pairs, whose keys are their places in the list
                if repr(record) in earlier_pairs.get(resource.table, ()):
                    continue
                record_id = len(table) + 1
            elif resource.id_field not in record:
                without_id.append((f"{source}: {part}[{index}]", record))
                continue
            else:
                record_id = record[resource.id_field]
            table[record_id] = record
            if not stored_form:
                places[resource.table, record_id] = f"{source}: {part}[{index}]"
    links = tables[LINKS]
    first_id = max(max(links, default=0) + 1, next_ids.get(LINKS, 1))
    for link_id, (place, record) in enumerate(without_id, start=first_id):
        if link_id > MAX_INTEGER:
            raise FixtureError(
                [Mistake(place, f"has no id, and none is left up to {MAX_INTEGER}; give it an unused id")]
            )
        links[link_id] = {INTEGRATION_KEY_LINK.id_field: link_id, **record}
        places[LINKS, link_id] = place
    return WorldState(tables, next_ids, settings, faults, resources), places


def _iterate_records(
    document: Mapping[str, Any], resources: Resources
) -> Iterator[tuple[Resource, Record, str, int]]:
    """Every record of a checked document, with the part that it is in, and its index there."""
    for resource in KEY_LINK_RESOURCES:
        for index, record in enumerate(document.get(resource.table, [])):
            yield resource, record, resource.table, index
    for part in ("entities", "records"):
        for name, records in document.get(part, {}).items():
            resource = resources.of_entity_type(name) if part == "entities" else resources.at_path(name)
            for index, item in enumerate(records):
                record = item if isinstance(item, dict) else {resource.id_field: item}
                yield resource, record, f"{part}.{name}", index


def to_document(state: WorldState) -> Record:
    """The fixture document for a state; `parse_state` restores exactly this state from it."""
    # In an order of its own: that of the tables depends on how they came about.
    entities = [resource.table for resource in state.resources if resource.entity_type]
    records = [resource.table for resource in state.resources if not resource.entity_type]
    added = sorted(name for name in state.tables if state.resources.is_added_type(name))
    document = {
        "schema": SCHEMA_VERSION,
        "resources": dict(state.resources.declared),
        SYSTEMS: _to_list(state.tables.get(SYSTEMS, {})),
        TYPES: _to_list(state.tables.get(TYPES, {})),
        "entities": {
            name: _to_list(state.tables[name]) for name in [*entities, *added] if name in state.tables
        },
        "records": {
            name: _to_list(state.tables[name])
            for name in records
            if name in state.tables and name not in (SYSTEMS, TYPES, LINKS)
        },
        LINKS: _to_list(state.tables.get(LINKS, {})),
        DELIVERIES: _to_list(state.tables.get(DELIVERIES, {})),
        "next_ids": dict(sorted(state.next_ids.items())),
        "faults": [dict(spec.document) for spec in state.faults],
        "settings": dict(state.settings),
    }
    return {name: part for name, part in document.items() if part or name not in _LEFT_OUT_IF_EMPTY}


_LEFT_OUT_IF_EMPTY = frozenset({"resources", "records", DELIVERIES})


def _to_list(table: Mapping[int, Record]) -> list[Record]:
    return [table[record_id] for record_id in sorted(table)]
