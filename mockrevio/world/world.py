"""One world: the data of one Rev.io customer and the parts that look after it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from mockrevio.control.clock import Clock
from mockrevio.control.faults.rules import FaultRules
from mockrevio.control.request_log import RequestLog
from mockrevio.errors import ApiError, DocumentError, Mistake, Problem, StorageError
from mockrevio.revio.behaviours import BehaviourCounts
from mockrevio.revio.catalog import Catalog
from mockrevio.revio.gateway import Gateway
from mockrevio.revio.key_links import UNIQUE_FIELDS, KeyLinks
from mockrevio.revio.record_checks import nearest_id, require_free_id
from mockrevio.revio.records import RecordStore
from mockrevio.revio.resources import (
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    Record,
    Resource,
)
from mockrevio.revio.wire.query import Query
from mockrevio.seeding.fixtures import WorldState, parse_state, to_document
from mockrevio.settings import Settings, world_setting_errors
from mockrevio.storage import Selection, open_database
from mockrevio.world.baseline import METADATA, Baseline
from mockrevio.world.data_checks import check_tables, resource_of
from mockrevio.world.snapshots import Snapshots, diff_states


class World:
    """Everything one Rev.io customer would see. Safe to use from many threads."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        baseline: Baseline,
        *,
        folder: Path | None,
        warn: Callable[[str], None],
    ) -> None:
        """Open the world `name` in `folder` (None: nowhere), or make it from the fixture."""
        self.name = name
        self.clock = Clock(settings.clock)
        self.faults = FaultRules(self.clock, settings.seed)
        self.gateway = Gateway(self.clock)
        self.request_log = RequestLog(settings.log_size)
        self.behaviour_counts = BehaviourCounts()
        self.snapshots = Snapshots(folder and folder / "snapshots" / name)
        self.settings = settings
        self._process_settings = settings
        self._baseline = baseline
        self._random = Random(settings.seed)  # noqa: S311 (made-up records are no secrets)
        self._database = open_database(
            folder,
            name,
            fsync=settings.durability == "fsync",
            key_of=_search_key,
            table_options=_table_options,
            check=check_tables,
            warn=warn,
        )
        self._metadata = self._database.live(METADATA)
        self.catalog = Catalog(self._database)
        self.records = RecordStore(self._database, self.catalog)
        self.key_links = KeyLinks(
            self._database, self.catalog, self.records, self.clock.date, lambda: self.settings
        )
        try:
            self._start(warn)
        except BaseException:
            with suppress(StorageError):  # the first error is the one to tell
                self._database.close()
            raise

    def _start(self, warn: Callable[[str], None]) -> None:
        metadata = self._metadata.documents.get(1, {})
        if not metadata and not self._database.tables():
            self._database.initialize(self._baseline.image)
            self._apply_state(self._baseline.state, patched={})
            return
        # A file that a person or stock TinyDB wrote says nothing about itself: it is taken as it is.
        self._apply_settings(metadata.get("settings", {}), metadata.get("patched", {}))
        self.faults.add(self._baseline.state.faults)
        original = ", ".join(metadata.get("fixture", []))
        given = ", ".join(self._baseline.names)
        if original and metadata.get("digest") != self._baseline.digest:
            why = f"the fixture {given} has changed since" if given == original else f"it began as {original}"
            warn(
                f"the data of world {self.name!r} is kept, though {why}; "
                f"POST /__admin/reset makes it what {given} describes"
            )

    # Reading, as Rev.io's API does it.

    def page(self, resource: Resource, query: Query) -> tuple[list[Record], bool]:
        """The records of one page, as Rev.io shows them, and whether later pages exist."""
        selection = Selection(query.criteria, query.sort, query.descending, query.offset, query.page_size)
        table = self._database.live(resource.table)
        table.prepare(selection)
        with self._database.reading():
            records, has_more = table.select_stored(selection)
        return [resource.with_all_fields(record) for record in records], has_more

    def record(self, resource: Resource, record_id: int | None) -> Record:
        """One record as Rev.io shows it; D: a Refusal with `not_found` if there is none."""
        record = None if record_id is None else self._database.live(resource.table).fetch(record_id)
        if record is None:
            raise ApiError(Problem("not_found", f"{resource.path} {record_id} was not found."))
        return resource.with_all_fields(record)

    def nearest_id(self, resource: Resource, record_id: int) -> int | None:
        """The id of an existing record that is closest to one that may not exist."""
        with self._database.reading():
            return nearest_id(self._database.live(resource.table).ids(), record_id)

    # Generated records.

    def generate_records(self, type_name: str, count: int) -> list[Record]:
        """Add `count` generated records of an entity type, whose references point at existing records."""
        from mockrevio.seeding.generator import generate_records

        with self.records.exclusive():
            first_id = self.records.next_id(type_name)
            require_free_id(type_name, first_id + count - 1)
            records = generate_records(type_name, count, self.records.ids_by_type(), first_id, self._random)
            return self.records.insert(type_name, records)

    # The whole world.

    def reset(self) -> None:
        """Become what the fixture describes: data, ids, faults, settings, log, clock and random source."""
        with self._database.writing():
            self._database.commit([self._baseline.image])
            self.clock.reset()  # only now that the log has the rest, and before faults are armed
            self._apply_state(self._baseline.state, patched={})
        self.gateway.reset()
        self.request_log.clear()
        self.behaviour_counts.clear()
        if self._process_settings.seed is not None:
            self._random.seed(self._process_settings.seed)

    def state(self) -> Record:
        """The world as a fixture document."""
        return to_document(self._current_state())

    def _current_state(self) -> WorldState:
        with self._database.reading():
            tables = self._database.documents()
            next_ids = self._database.next_ids()
            metadata = tables.pop(METADATA, {}).get(1, {})
        # A table is made when it is first asked for: that must not change the state.
        ours = {name: table for name, table in tables.items() if table and resource_of(name)}
        hidden = (INTEGRATION_SYSTEM.table, INTEGRATION_ENTITY_TYPE.table)
        ids = {name: number for name, number in next_ids.items() if resource_of(name) and name not in hidden}
        chosen = self._process_settings.explicit  # these win over what the fixture says
        settings = {name: value for name, value in metadata.get("settings", {}).items() if name not in chosen}
        settings.update(metadata.get("patched", {}))
        return WorldState(ours, ids, settings, self.faults.specs())

    def replace_state(self, document: object) -> None:
        """Become what a fixture document describes; FixtureError, and no change, if it is none.

        Log, clock and random source go on. Its settings count as those of `change_settings` do.
        """
        self._replace(parse_state(document))

    def save_snapshot(self, name: str) -> None:
        """Keep the world as it is under a name."""
        self.snapshots.save(name, self.state)

    def restore_snapshot(self, name: str) -> None:
        """Become what the snapshot of this name describes; UnknownSnapshot if there is none."""
        self._replace(self.snapshots.parse_state(name))

    def diff_snapshot(self, name: str) -> Record:
        """What has been added, changed and removed since a snapshot; UnknownSnapshot if there is none."""
        then, now = self.snapshots.parse_state(name), self._current_state()
        restored = self._process_settings.with_overrides(then.settings)
        return diff_states(
            then._replace(settings=restored.world_settings()),
            now._replace(settings=self.settings.world_settings()),
        )

    def change_settings(self, given: object) -> None:
        """Change some settings of the world, all or none; DocumentError names every mistake.

        They win over what the command line said, and last until they are changed again or reset.
        """
        if not isinstance(given, dict):
            raise DocumentError([Mistake("settings", "must be an object with settings by name")])
        wrong = world_setting_errors(given)
        if wrong:
            mistakes = [Mistake(name, why.removeprefix(f"{name}: ")) for name, why in wrong.items()]
            raise DocumentError(mistakes)
        with self._database.writing():
            metadata = self._metadata.documents.get(1, {})
            patched = {**metadata.get("patched", {}), **given}
            self._database.commit([("put", METADATA, 1, {**metadata, "patched": patched})])
            self._apply_settings(metadata.get("settings", {}), patched)

    def _apply_settings(self, from_fixture: Mapping[str, Any], patched: Mapping[str, Any]) -> None:
        self.settings = self._process_settings.with_fixture_settings(from_fixture).with_overrides(patched)
        self.faults.latency = self.settings.latency
        self.faults.error_rate = self.settings.error_rate

    def _replace(self, state: WorldState) -> None:
        metadata = self._baseline.metadata({}, state.settings)
        tables = {**state.with_link_dates(self.clock.date()).tables, METADATA: metadata}
        with self._database.writing():
            self._database.commit([("replace", tables, state.next_ids)])
            self._apply_state(state._replace(settings={}), state.settings)

    def _apply_state(self, state: WorldState, patched: Mapping[str, Any]) -> None:
        self._apply_settings(state.settings, patched)
        self.faults.clear(restart=True)
        self.faults.add(state.faults)

    def close(self) -> None:
        """Fold the log into the data file and let go of it; what is written later is refused."""
        self.snapshots.close()
        self._database.close()


def _table_options(table: str) -> Mapping[str, Any]:
    """How a table is kept: its id field, and the indexes that it has from the start."""
    if table == INTEGRATION_KEY_LINK.table:
        indexed = (("external_id",), ("internal_id",), UNIQUE_FIELDS)
        return {"id_field": INTEGRATION_KEY_LINK.id_field, "indexed": indexed}
    resource = resource_of(table)
    return {"id_field": resource.id_field} if resource else {}


def _search_key(table: str, name: str) -> Callable[[Any], Hashable]:
    resource = resource_of(table)
    if resource is None:
        raise KeyError(f"{table} is no table of Rev.io's")
    return resource.fields[name].search_key
