"""Fixture documents: finding, reading, checking and merging them, and turning them into tables and back.

One format serves fixtures, `GET|PUT /__admin/state` and snapshots; docs/fixtures.md describes it.
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
from mockrevio.seeding.document_checks import check_document, check_references
from mockrevio.storage.datafile import Tables

SCHEMA_VERSION = 1
SYSTEMS = INTEGRATION_SYSTEM.table
TYPES = INTEGRATION_ENTITY_TYPE.table
LINKS = INTEGRATION_KEY_LINK.table
CATALOG: Sequence[Resource] = (INTEGRATION_SYSTEM, INTEGRATION_ENTITY_TYPE)


class WorldState(NamedTuple):
    """What a world starts from: its tables, its next ids, its settings and its faults."""

    tables: Tables
    next_ids: Mapping[str, int]
    settings: Mapping[str, Any]
    faults: Sequence[FaultSpec] = ()

    def with_link_dates(self, now: str) -> WorldState:
        """The same, with a date for key links that name none."""
        if all("created_date" in link and "created_by" in link for link in self.tables[LINKS].values()):
            return self
        blank = {"created_date": now, "created_by": None}
        links = {link_id: {**blank, **link} for link_id, link in self.tables[LINKS].items()}
        return self._replace(tables={**self.tables, LINKS: links})


class Fixture(NamedTuple):
    """The fixtures that a server was started with, merged; `digest` changes when any of them does."""

    names: tuple[str, ...]
    digest: str
    state: WorldState
    warnings: tuple[Mistake, ...] = ()


def shipped_folder() -> Path:
    """Where the shipped fixtures lie: in the package once installed, else at the project's top level."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "fixtures"
    return inside if inside.is_dir() else package.parent / "fixtures"


def shipped_names() -> list[str]:
    """The fixtures that come with mockrevio."""
    return sorted(path.stem for path in shipped_folder().glob("*.json"))


def load_fixture(names: Sequence[str]) -> Fixture:
    """Read, check and merge fixtures by name or file; FixtureError names every mistake with its place."""
    sources = [_read(name) for name in names]
    mistakes = [each for source, document, _ in sources for each in check_document(document, source)]
    _raise_fatal(mistakes)
    start, places = merge((source, document) for source, document, _ in sources)
    mistakes += check_references(start.tables, start.settings, places)
    _raise_fatal(mistakes)
    digest = hashlib.sha256(b"\0".join(data for _, _, data in sources)).hexdigest()
    return Fixture(tuple(names), digest, start, tuple(mistakes))


def parse_state(document: object) -> WorldState:
    """What one document describes; FixtureError for a document of the wrong form.

    References are not checked: a state may hold key links whose record is gone, as Rev.io's may.
    """
    _raise_fatal(check_document(document, "document"))
    start, _ = merge([("document", document)])  # type: ignore[list-item]  # checked above
    return start


def _raise_fatal(mistakes: Iterable[Mistake]) -> None:
    fatal = [mistake for mistake in mistakes if mistake.fatal]
    if fatal:
        raise FixtureError(fatal)


def _read(name: str) -> tuple[str, Any, bytes]:
    """A fixture's name for messages, its document and its bytes."""
    path = shipped_folder() / f"{name}.json" if name in shipped_names() else Path(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        shipped = ", ".join(shipped_names())
        reason = error.strerror or error
        message = f"cannot be read: {reason}; give a file, or one of those that come along: {shipped}"
        raise FixtureError([Mistake(name, message)]) from None
    try:
        return name, parse_document(data, name), data
    except DocumentError as error:
        raise FixtureError(error.mistakes) from None


def merge(sources: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[WorldState, dict[tuple[str, int], str]]:
    """Merge checked documents, later records in place of earlier ones with the same id.

    Also answers where each record stood, by table and id, for messages.
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
    first = max(max(links, default=0) + 1, next_ids.get(LINKS, 1))
    for number, (place, record) in enumerate(without_id, start=first):
        if number > MAX_INTEGER:
            raise FixtureError(
                [Mistake(place, f"gets no id, since {MAX_INTEGER} is the largest there can be")]
            )
        links[number] = {INTEGRATION_KEY_LINK.id_field: number, **record}
        places[LINKS, number] = place
    return WorldState(tables, next_ids, settings, faults), places


def _iterate_records(document: Mapping[str, Any], source: str) -> Iterator[tuple[Resource, Record, str]]:
    """Every record of a checked document, with its place."""
    for resource in (*CATALOG, INTEGRATION_KEY_LINK):
        for index, record in enumerate(document.get(resource.table, [])):
            yield resource, record, f"{source}: {resource.table}[{index}]"
    for type_name, records in document.get("entities", {}).items():
        resource = resource_of_entity_type(type_name)
        for index, given in enumerate(records):
            record = given if isinstance(given, dict) else {resource.id_field: given}
            yield resource, record, f"{source}: entities.{type_name}[{index}]"


def to_document(start: WorldState) -> Record:
    """The fixture document that describes these tables; `parse_state` reads it back unchanged."""
    named = {SYSTEMS, TYPES, LINKS}
    return {
        "schema": SCHEMA_VERSION,
        SYSTEMS: _to_list(start.tables.get(SYSTEMS, {})),
        TYPES: _to_list(start.tables.get(TYPES, {})),
        "entities": {name: _to_list(table) for name, table in start.tables.items() if name not in named},
        LINKS: _to_list(start.tables.get(LINKS, {})),
        "next_ids": dict(start.next_ids),
        "faults": [dict(plan.document) for plan in start.faults],
        "settings": dict(start.settings),
    }


def _to_list(table: Mapping[int, Record]) -> list[Record]:
    return [table[record_id] for record_id in sorted(table)]
