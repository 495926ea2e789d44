"""One world: all state of one Rev.io customer, and the parts that manage it."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from mockrevio.control.clock import Clock
from mockrevio.control.faults.rules import FaultRules
from mockrevio.control.request_log import RequestLog
from mockrevio.errors import ApiError, DocumentError, Mistake, Problem, StorageError
from mockrevio.revio.behaviours import BehaviourCounts
from mockrevio.revio.catalog import Catalog
from mockrevio.revio.gateway import Gateway
from mockrevio.revio.key_links import WRITABLE_FIELDS, KeyLinks
from mockrevio.revio.record_checks import nearest_id, require_free_id
from mockrevio.revio.records import RecordStore
from mockrevio.revio.resources import (
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    Record,
    Resource,
)
from mockrevio.seeding.fixtures import WorldState, parse_state, to_document
from mockrevio.settings import Settings, world_setting_errors
from mockrevio.storage import Selection, open_database, require_data_file
from mockrevio.world.baseline import METADATA, Baseline
from mockrevio.world.data_checks import check_tables, resource_of
from mockrevio.world.file_names import client_code_of
from mockrevio.world.snapshots import Snapshots, diff_states


class World:
    """The data, faults, settings, request log and clock of one Rev.io customer. Thread-safe."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        baseline: Baseline,
        *,
        folder: Path | None,
        warn: Callable[[str], None],
    ) -> None:
        """Open the world `name` in `folder`, or create it from the fixture. Without a folder, use memory.

        Raises StorageError if its files are damaged or cannot be written.
        """
        self.name = name
        self.clock = Clock(settings.clock)
        self.faults = FaultRules(self.clock, settings.seed)
        self.gateway = Gateway(self.clock)
        self.request_log = RequestLog(settings.log_size)
        self.behaviour_counts = BehaviourCounts()
        self.snapshots = Snapshots(folder and folder / "snapshots" / name)
        self.settings = settings
        self._startup_settings = settings
        self._baseline = baseline
        self._random = Random(settings.seed)  # noqa: S311 (generated records are no secrets)
        if folder:
            require_data_file(folder, name)
        self._database = open_database(
            folder,
            name,
            fsync=settings.durability == "fsync",
            key_of=_search_key,
            table_options=_table_options,
            check=check_tables,
            warn=warn,
        )
        self._metadata = self._database.live_table(METADATA)
        self.catalog = Catalog(self._database)
        self.records = RecordStore(self._database, self.catalog)
        self.key_links = KeyLinks(
            self._database, self.catalog, self.records, self.clock.date, lambda: self.settings
        )
        try:
            self._load_or_initialize(folder, warn)
        except BaseException:
            with suppress(StorageError):  # report the first error instead
                self._database.close()
            raise

    def _load_or_initialize(self, folder: Path | None, warn: Callable[[str], None]) -> None:
        metadata = self._metadata.documents.get(1, {})
        if not metadata and not self._database.tables():
            self._database.initialize(self._baseline.image)
            self._apply_settings_and_faults(self._baseline.state, patched={})
            return
        # A file that a person or stock TinyDB wrote has no metadata. Use it as it is.
        self._apply_settings(metadata.get("settings", {}), metadata.get("patched", {}))
        self.faults.add(self._baseline.state.faults)
        original = metadata.get("fixture", [])
        if original and metadata.get("digest") != self._baseline.digest:
            warn(self._describe_kept_data(folder, original))

    def _describe_kept_data(self, folder: Path | None, original: Sequence[str]) -> str:
        """The warning that the data came from other fixtures, or from earlier contents of the same ones."""
        current = self._baseline.names
        origin, wanted = f"from the fixture {' and '.join(original)}", " and ".join(current)
        if list(original) == list(current):
            origin, wanted = f"{origin}, which has changed since", "the new contents"
        client = client_code_of(self.name)  # None for the shared world
        owner = "" if client is None else f" of client code {client!r}"
        query = "" if client is None else f"?client={quote(client, safe='')}"
        return (
            f"{folder}{os.sep} already contains data{owner} {origin}; it was kept. "
            f"To load {wanted} instead, POST /__admin/reset{query}"
        )

    # Reading, as Rev.io's API does.

    def page(self, resource: Resource, selection: Selection) -> tuple[list[Record], bool]:
        """The records of one page as Rev.io returns them, and whether more pages follow."""
        table = self._database.live_table(resource.table)
        table.prepare(selection)
        with self._database.reading():
            records, has_more = table.select_stored(selection)
        return [resource.with_all_fields(record) for record in records], has_more

    def record(self, resource: Resource, record_id: int | None) -> Record:
        """One record as Rev.io returns it. D: raises ApiError `not_found` if none has this id."""
        record = None if record_id is None else self._database.live_table(resource.table).fetch(record_id)
        if record is None:
            raise ApiError(Problem("not_found", f"{resource.path} {record_id} was not found."))
        return resource.with_all_fields(record)

    def nearest_id(self, resource: Resource, record_id: int) -> int | None:
        """The existing id that is closest to `record_id`; None if the resource has no records."""
        with self._database.reading():
            return nearest_id(self._database.live_table(resource.table).ids(), record_id)

    # Generated records.

    def generate_records(self, type_name: str, count: int) -> list[Record]:
        """Add `count` generated records of an entity type. Their references point at existing records."""
        from mockrevio.seeding.generator import generate_records

        with self.records.exclusive():
            first_id = self.records.next_id(type_name)
            require_free_id(type_name, first_id + count - 1)
            records = generate_records(type_name, count, self.records.ids_by_type(), first_id, self._random)
            return self.records.insert(type_name, records)

    # The entire world.

    def reset(self) -> None:
        """Reset the world to its fixture: data, ids, faults, settings, request log, clock, gateway counts,
        behaviour counts and, if there is a seed, random numbers.

        Raises StorageError, and changes nothing, if the disk rejects the write.
        """
        with self._database.writing():
            self._database.commit([self._baseline.image])
            self.clock.reset()  # after the commit, which may fail, and before arming faults, which read it
            self._apply_settings_and_faults(self._baseline.state, patched={})
        self.gateway.reset()
        self.request_log.clear()
        self.behaviour_counts.clear()
        if self._startup_settings.seed is not None:
            self._random.seed(self._startup_settings.seed)

    def state(self) -> Record:
        """The world as a fixture document."""
        return to_document(self._current_state())

    def _current_state(self) -> WorldState:
        with self._database.reading():
            tables = self._database.documents()
            next_ids = self._database.next_ids()
            metadata = tables.pop(METADATA, {}).get(1, {})
            faults = self.faults.specs()
        # Reading a table creates it, so leave out empty ones: reading must not change the state.
        revio_tables = {name: table for name, table in tables.items() if table and resource_of(name)}
        read_only = (INTEGRATION_SYSTEM.table, INTEGRATION_ENTITY_TYPE.table)
        ids = {
            name: next_id for name, next_id in next_ids.items() if resource_of(name) and name not in read_only
        }
        explicit = self._startup_settings.explicit  # these override the fixture's
        settings = {
            name: value for name, value in metadata.get("settings", {}).items() if name not in explicit
        }
        settings.update(metadata.get("patched", {}))
        return WorldState(revio_tables, ids, settings, faults)

    def replace_state(self, document: object) -> None:
        """Replace data, ids, faults and settings with those of a fixture document.

        Request log, clock and counts do not change; the random sequences of fault rules restart. The
        document's settings count as changed settings, as in `change_settings`. Raises FixtureError, and
        changes nothing, if the document is invalid.
        """
        self._load_state(parse_state(document))

    def save_snapshot(self, name: str) -> None:
        """Save the current state under a name, replacing any snapshot of this name."""
        self.snapshots.save(name, self.state)

    def restore_snapshot(self, name: str) -> None:
        """Restore a snapshot, as `replace_state` does. Raises UnknownSnapshot if none has this name."""
        self._load_state(self.snapshots.parse_state(name))

    def diff_snapshot(self, name: str) -> Record:
        """What was added, changed and removed since a snapshot. Raises UnknownSnapshot if none exists."""
        before, after = self.snapshots.parse_state(name), self._current_state()
        settings_before = self._startup_settings.with_overrides(before.settings)
        return diff_states(
            before._replace(settings=settings_before.world_settings()),
            after._replace(settings=self.settings.world_settings()),
        )

    def change_settings(self, changes: object) -> None:
        """Change some settings of the world, all or none. Raises DocumentError, which lists every mistake.

        They override the command line, and last until they are changed again or the world is reset.
        """
        if not isinstance(changes, dict):
            raise DocumentError([Mistake("settings", "must be an object of setting names and values")])
        errors = world_setting_errors(changes, "cannot be changed while the server runs")
        if errors:
            mistakes = [Mistake(name, error.removeprefix(f"{name}: ")) for name, error in errors.items()]
            raise DocumentError(mistakes)
        with self._database.writing():
            metadata = self._metadata.documents.get(1, {})
            patched = {**metadata.get("patched", {}), **changes}
            self._database.commit([("put", METADATA, 1, {**metadata, "patched": patched})])
            self._apply_settings(metadata.get("settings", {}), patched)

    def _apply_settings(self, from_fixture: Mapping[str, Any], patched: Mapping[str, Any]) -> None:
        self.settings = self._startup_settings.with_fixture_settings(from_fixture).with_overrides(patched)
        self.faults.latency = self.settings.latency
        self.faults.error_rate = self.settings.error_rate

    def _load_state(self, state: WorldState) -> None:
        metadata = self._baseline.metadata({}, state.settings)
        tables = {**state.with_link_dates(self.clock.date()).tables, METADATA: metadata}
        with self._database.writing():
            self._database.commit([("replace", tables, state.next_ids)])
            self._apply_settings_and_faults(state._replace(settings={}), state.settings)

    def _apply_settings_and_faults(self, state: WorldState, patched: Mapping[str, Any]) -> None:
        self._apply_settings(state.settings, patched)
        self.faults.clear(restart=True)
        self.faults.add(state.faults)

    def close(self) -> None:
        """Fold the log into the data file and release it. Later writes raise DataClosed."""
        self.snapshots.close()
        self._database.close()


def _table_options(table: str) -> Mapping[str, Any]:
    """The id field of a table, and the indexes that it has from the start."""
    if table == INTEGRATION_KEY_LINK.table:
        indexed = (("external_id",), ("internal_id",), WRITABLE_FIELDS)
        return {"id_field": INTEGRATION_KEY_LINK.id_field, "indexed": indexed}
    resource = resource_of(table)
    return {"id_field": resource.id_field} if resource else {}


def _search_key(table: str, name: str) -> Callable[[Any], Hashable]:
    resource = resource_of(table)
    if resource is None:
        raise KeyError(f"{table} is not a table of Rev.io records")
    return resource.fields[name].search_key
