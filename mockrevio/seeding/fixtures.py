"""Fixture documents: find, read, check and merge them, and convert them to tables and back.

One format is used for fixtures, `GET|PUT /__admin/state` and snapshots; docs/fixtures.md describes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mockrevio.control.faults.specification import FaultSpec, parse_fault
from mockrevio.documents import parse_document
from mockrevio.errors import DocumentError, FixtureError, Mistake
from mockrevio.revio.resources import (
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    MAX_INTEGER,
    Record,
    Resource,
    resource_of_entity_type,
)
from mockrevio.seeding.document_checks import check_document, check_documents, check_references
from mockrevio.storage.datafile import Tables

SCHEMA_VERSION = 1
SYSTEMS = INTEGRATION_SYSTEM.table
TYPES = INTEGRATION_ENTITY_TYPE.table
LINKS = INTEGRATION_KEY_LINK.table
CATALOG: Sequence[Resource] = (INTEGRATION_SYSTEM, INTEGRATION_ENTITY_TYPE)


class WorldState(NamedTuple):
    """The state that a world starts from: tables, next ids, settings and fault rules."""

    tables: Tables
    next_ids: Mapping[str, int]
    settings: Mapping[str, Any]
    faults: Sequence[FaultSpec] = ()

    def with_link_dates(self, now: str) -> WorldState:
        """This state with creation dates and users for key links that have none."""
        if all("created_date" in link and "created_by" in link for link in self.tables[LINKS].values()):
            return self
        defaults = {"created_date": now, "created_by": None}
        links = {link_id: {**defaults, **link} for link_id, link in self.tables[LINKS].items()}
        return self._replace(tables={**self.tables, LINKS: links})


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
    mistakes = check_documents([(source, document) for source, document, _ in sources])
    _raise_fatal(mistakes)
    state, places = merge((source, document) for source, document, _ in sources)
    mistakes += check_references(state.tables, state.settings, places)
    _raise_fatal(mistakes)
    digest = hashlib.sha256(b"\0".join(data for _, _, data in sources)).hexdigest()
    return Fixture(tuple(names), digest, state, tuple(mistakes))


def parse_state(document: object) -> WorldState:
    """The state that a document describes. Raises FixtureError if its form is invalid.

    References are not checked: as in Rev.io, a key link may outlive its record.
    """
    _raise_fatal(check_document(document, "document"))
    state, _ = merge([("document", document)])  # type: ignore[list-item]  # checked above
    return state


def _raise_fatal(mistakes: Iterable[Mistake]) -> None:
    fatal = [mistake for mistake in mistakes if mistake.fatal]
    if fatal:
        raise FixtureError(fatal)


def _read(name: str) -> tuple[str, Any, bytes]:
    """The source for messages, the document and the bytes of a fixture."""
    path = shipped_folder() / f"{name}.json" if name in shipped_names() else Path(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        shipped = ", ".join(shipped_names())
        reason = error.strerror or error
        message = f"cannot be read: {reason}; pass a file or one of the included fixtures: {shipped}"
        raise FixtureError([Mistake(name, message)]) from None
    try:
        return name, parse_document(data, name), data
    except DocumentError as error:
        raise FixtureError(error.mistakes) from None


def merge(sources: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[WorldState, dict[tuple[str, int], str]]:
    """Merge checked documents; a later record replaces an earlier one with the same id.

    Also returns the place of each record, by table and id, for messages.
    """
    tables: Tables = {SYSTEMS: {}, TYPES: {}, LINKS: {}}
    places: dict[tuple[str, int], str] = {}
    without_id: list[tuple[str, Record]] = []
    next_ids: dict[str, int] = {}
    settings: dict[str, Any] = {}
    faults: list[FaultSpec] = []
    for source, document in sources:
        faults += [parse_fault(fault, f"{source}: faults") for fault in document.get("faults", [])]
        next_ids.update(document.get("next_ids", {}))
        settings.update(document.get("settings", {}))
        for resource, record, place in _iterate_records(document, source):
            if resource.id_field not in record:
                without_id.append((place, record))
                continue
            record_id = record[resource.id_field]
            tables.setdefault(resource.table, {})[record_id] = record
            places[resource.table, record_id] = place
    links = tables[LINKS]
    first_id = max(max(links, default=0) + 1, next_ids.get(LINKS, 1))
    for link_id, (place, record) in enumerate(without_id, start=first_id):
        if link_id > MAX_INTEGER:
            raise FixtureError(
                [Mistake(place, f"has no id, and none is left up to {MAX_INTEGER}; give it an unused id")]
            )
        links[link_id] = {INTEGRATION_KEY_LINK.id_field: link_id, **record}
        places[LINKS, link_id] = place
    return WorldState(tables, next_ids, settings, faults), places


def _iterate_records(document: Mapping[str, Any], source: str) -> Iterator[tuple[Resource, Record, str]]:
    """Every record of a checked document, with its place."""
    for resource in (*CATALOG, INTEGRATION_KEY_LINK):
        for index, record in enumerate(document.get(resource.table, [])):
            yield resource, record, f"{source}: {resource.table}[{index}]"
    for type_name, records in document.get("entities", {}).items():
        resource = resource_of_entity_type(type_name)
        for index, item in enumerate(records):
            record = item if isinstance(item, dict) else {resource.id_field: item}
            yield resource, record, f"{source}: entities.{type_name}[{index}]"


def to_document(state: WorldState) -> Record:
    """The fixture document for a state; `parse_state` restores exactly this state from it."""
    catalog_and_links = {SYSTEMS, TYPES, LINKS}
    return {
        "schema": SCHEMA_VERSION,
        SYSTEMS: _to_list(state.tables.get(SYSTEMS, {})),
        TYPES: _to_list(state.tables.get(TYPES, {})),
        "entities": {
            name: _to_list(table) for name, table in state.tables.items() if name not in catalog_and_links
        },
        LINKS: _to_list(state.tables.get(LINKS, {})),
        "next_ids": dict(state.next_ids),
        "faults": [dict(spec.document) for spec in state.faults],
        "settings": dict(state.settings),
    }


def _to_list(table: Mapping[int, Record]) -> list[Record]:
    return [table[record_id] for record_id in sorted(table)]
