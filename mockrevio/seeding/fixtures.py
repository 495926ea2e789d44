"""Fixture documents: read, check and merge them, and convert them to tables and back.

One format is used for fixtures, `GET|PUT /__admin/state` and snapshots; docs/fixtures.md describes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mockrevio.cancellation import cancellable
from mockrevio.control.faults.specification import FaultSpec, parse_fault
from mockrevio.documents import intern_values, parse_document
from mockrevio.errors import DocumentError, FixtureError, Mistake
from mockrevio.fairness import yield_to_threads
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
from mockrevio.revio.writes import WriteContext, stamp
from mockrevio.seeding.catalog_merge import EarlierRecords, merge_catalogs
from mockrevio.seeding.fixture_files import FixtureFiles, FixtureSource, digest_of
from mockrevio.settings import Settings, without_secrets
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
        """This state with creation dates for the records that have none.

        C1: every record has one that can have one. A null in a fixture stays.
        """
        origin = WriteContext(now)
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
                for record_id, record in cancellable(table.items())
            }
        return self._replace(tables=tables)


class Merged(NamedTuple):
    """The state that documents describe together; `places` are those of its records, for messages."""

    state: WorldState
    places: Mapping[tuple[str, int], str]
    warnings: Sequence[Mistake] = ()


class Fixture(NamedTuple):
    """The merged fixtures of a server; `digest` changes when any of them changes."""

    names: tuple[str, ...]
    digest: str
    state: WorldState
    warnings: tuple[Mistake, ...] = ()


def load_fixture(names: Sequence[str], settings: Settings | None = None) -> Fixture:
    """Read, check and merge fixtures by name or path, for a server with these settings.

    Raises FixtureError, which lists every mistake with its place.
    """
    return merge_fixture(FixtureFiles(names).read(), settings)


def merge_fixture(sources: Sequence[FixtureSource], settings: Settings | None = None) -> Fixture:
    """Check and merge fixtures that have been read. Raises FixtureError as `load_fixture` does."""
    documents = [(source.name, _parse(source)) for source in sources]
    warnings: list[Mistake] = []
    if all(source.is_shipped for source in sources):  # tests check these, so that a start need not
        state = merge(documents, stored_form=True).state
    else:
        from mockrevio.seeding.reference_checks import check_references
        from mockrevio.seeding.webhook_checks import check_webhooks

        warnings += _check(documents)
        state, places, merge_warnings = merge(documents)
        warnings += merge_warnings
        settings = settings or Settings()
        in_effect = settings.with_fixture_settings(state.settings).world_settings()
        warnings += check_references(state.tables, in_effect, places, state.resources)
        warnings += check_webhooks(state.tables, settings.webhook_host, places)
        ineffective = settings.fixture_warnings(state.settings)
        warnings += [Mistake("settings", text, fatal=False) for text in ineffective]
    names = tuple(source.name for source in sources)
    return Fixture(names, digest_of(sources), state, tuple(warnings))


def parse_state(document: object) -> WorldState:
    """The state that a document describes. Raises FixtureError as `load_fixture` does."""
    _check([("document", document)])
    return merge([("document", document)]).state  # type: ignore[list-item]  # checked above


def _check(documents: Sequence[tuple[str, object]]) -> list[Mistake]:
    """The mistakes in documents that need not be corrected. Raises FixtureError if others have to be."""
    from mockrevio.seeding.document_checks import check_documents

    mistakes = check_documents(documents)
    fatal = [mistake for mistake in mistakes if mistake.fatal]
    if fatal:
        raise FixtureError(fatal)
    return mistakes


def _parse(source: FixtureSource) -> Any:
    """The document in a file. Raises FixtureError if it is no JSON."""
    # Most worlds start with an included fixture; one of a user may have too many distinct values.
    object_hook = intern_values() if source.is_shipped else yield_to_threads
    try:
        return parse_document(source.data, source.name, object_hook=object_hook)
    except DocumentError as error:
        raise FixtureError(error.mistakes) from None


def merge(sources: Iterable[tuple[str, Mapping[str, Any]]], *, stored_form: bool = False) -> Merged:
    """Merge checked documents; a later record replaces an earlier one with the same id.

    Systems and entity types are also the same if their names are. With `stored_form`, the records are known
    to be as they are stored, and their places are not needed.
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
    earlier = EarlierRecords(tables, places, without_id, resources)
    warnings: list[Mistake] = []
    for source, document in documents:
        warnings += merge_catalogs(source, document, earlier)
        faults += [parse_fault(fault, f"{source}: faults") for fault in document.get("faults", [])]
        next_ids.update(document.get("next_ids", {}))
        settings.update(without_secrets(document.get("settings", {})))
        for delivery in document.get(DELIVERIES, []):
            tables.setdefault(DELIVERIES, {})[delivery["id"]] = delivery
        earlier_pairs = {name: {*map(repr, tables[name].values())} for name in pairs & tables.keys()}
        for resource, record, part, index in cancellable(_iterate_records(document, resources)):
            table = tables.setdefault(resource.table, {})
            if not stored_form:
                record = resource.normalize(record)  # noqa: PLW2901
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
    return Merged(WorldState(tables, next_ids, settings, faults, resources), places, warnings)


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
    # In a fixed order: the order of the tables depends on how they were created.
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
