"""One world: all state of one Rev.io customer, and the parts that manage it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from mockrevio.control.calls import CallObserver, Calls
from mockrevio.control.clock import Clock
from mockrevio.control.faults.rules import FaultRules
from mockrevio.errors import ApiError, Problem, StorageError
from mockrevio.revio.catalog import Catalog
from mockrevio.revio.fields import Record
from mockrevio.revio.gateway import Gateway
from mockrevio.revio.key_links import KeyLinks
from mockrevio.revio.listings import Listings
from mockrevio.revio.records import RecordStore
from mockrevio.revio.resources import Resource, Resources
from mockrevio.revio.users import Users
from mockrevio.seeding.fixtures import WorldState, parse_state, to_document
from mockrevio.settings import Settings, check_setting_changes
from mockrevio.storage import Change, Selection, open_database, require_data_file
from mockrevio.world.baseline import METADATA, Baseline, describe_origin, metadata_table
from mockrevio.world.current_state import read_state
from mockrevio.world.differences import diff_worlds
from mockrevio.world.lazy_webhooks import LazyWebhooks, new_sender_pool
from mockrevio.world.part_versions import PartVersions
from mockrevio.world.schema import Schema
from mockrevio.world.snapshots import Snapshots
from mockrevio.world.statistics import statistics_of

if TYPE_CHECKING:
    from mockrevio.revio.webhooks.threads import SenderPool
    from mockrevio.revio.webhooks.webhooks import Webhooks


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
        senders: Callable[[], SenderPool] = new_sender_pool,
        require_ownership: Callable[[], None] = lambda: None,
        snapshots: Snapshots | None = None,
        observers: Sequence[CallObserver] = (),
    ) -> None:
        """Open the world `name` in `folder`, or create it from the fixture. Without a folder, use memory.

        `senders` returns the threads that send notifications. `require_ownership` raises DataUnwritable if
        the folder no longer belongs to this process. `observers` are called with each call that is over.

        Raises StorageError if its files are damaged or cannot be written.
        """
        self.name = name
        self.clock = Clock(settings.clock)
        self.faults = FaultRules(self.clock, settings.seed)
        self.gateway = Gateway(self.clock)
        self.calls = Calls(settings.log_size, self.clock, observers)
        self.snapshots = snapshots or Snapshots(folder and folder / "snapshots" / name)
        self.settings = settings
        self._startup_settings = settings
        self._baseline = baseline
        self._random = Random(settings.seed)  # noqa: S311 (generated records are no secrets)
        if folder:
            require_data_file(folder, name)
        self._schema = Schema(baseline.state.resources)
        self._database = open_database(
            folder,
            name,
            fsync=settings.durability == "fsync",
            key_of=self._schema.key_function,
            table_options=self._schema.table_options,
            check=self._schema.check,
            warn=warn,
            require_ownership=require_ownership,
        )
        self._metadata = self._database.live_table(METADATA)
        self.catalog = Catalog(self._database)
        users = Users(self._database)
        self.records = RecordStore(self._database, users, self.clock.date)
        self.key_links = KeyLinks(
            self._database,
            self.catalog,
            users,
            resources=lambda: self.resources,
            date=self.clock.date,
            settings=lambda: self.settings,
        )
        self.listings = Listings(self._database, self.catalog, lambda: self.resources)
        self._webhooks = LazyWebhooks(
            self._database,
            self.clock,
            settings,
            entity_types=self.catalog.type_names,
            faults=self.faults,
            senders=senders,
        )
        self.records.listener = self._webhooks
        self.statistics = partial(statistics_of, self.calls, self._database, self._webhooks, self.faults)
        try:
            self._load_or_initialize(folder, warn)
        except BaseException:
            with suppress(StorageError):  # report the first error instead
                self._database.close()
            raise
        self.clock.subscribe(self._webhooks.wake)
        self._webhooks.wake()

    @property
    def webhooks(self) -> Webhooks:
        """The webhook receivers, subscriptions and notifications."""
        return self._webhooks.get()

    def _load_or_initialize(self, folder: Path | None, warn: Callable[[str], None]) -> None:
        stored = self._metadata.documents.get(1, {})
        if not stored and not self._database.tables():
            self._database.initialize(self._baseline.image)
            self._apply_settings_and_faults(self._baseline.state, patched={})
            return
        # A file that a person or stock TinyDB wrote has no metadata. Use it unchanged.
        self._use_settings(self._combine_settings(stored.get("settings", {}), stored.get("patched", {})))
        self.faults.add(self._baseline.state.faults)
        if describe_origin(stored) and stored.get("digest") != self._baseline.digest:
            warn(self._baseline.kept_data_warning(self.name, folder, stored, self.settings.base_path))

    @property
    def resources(self) -> Resources:
        """The resources of this world: Rev.io's, and those that its fixture declares."""
        return self._schema.resources

    # Reading, as Rev.io's API does.

    def page(self, resource: Resource, selection: Selection) -> tuple[list[Record], bool]:
        """The records of one page as Rev.io returns them, and whether more pages follow."""
        table = self._database.live_table(resource.table)
        table.prepare(selection)
        with self._database.reading():
            records, has_more = table.select_stored(selection)
        unset_dates = self.settings.unset_dates
        return [resource.view(record, unset_dates=unset_dates) for record in records], has_more

    def record(self, resource: Resource, record_id: int | None) -> Record:
        """One record as Rev.io returns it. D: raises ApiError `not_found` if none has this id."""
        record = None if record_id is None else self.records.get(resource, record_id)
        if record is None:
            raise ApiError(Problem("not_found", f"{resource.path} {record_id} was not found."))
        return resource.view(record, unset_dates=self.settings.unset_dates)

    def resolve(self, name: str) -> Resource:
        """The resource that an entity type or an endpoint names, in any case.

        Raises UnknownEntityType if this world has neither.
        """
        return self.resources.named(name, self.catalog.type_names())

    def generate_records(self, resource: Resource, count: int) -> list[Record]:
        """Add `count` generated records of a resource. Their references point at existing records."""
        from mockrevio.world.generated_records import GeneratedRecords

        documents, now = self._database.documents, self.clock.now
        return GeneratedRecords(self.records, documents, self.resources, self._random, now).add(
            resource, count
        )

    # The entire world.

    def part_versions(self) -> PartVersions:
        """What tells which parts have changed since it last looked."""
        return PartVersions(self, self._database, self._webhooks)

    @property
    def origin(self) -> str | None:
        """Where the data came from, in words; None for data that mockrevio did not write."""
        return describe_origin(self._metadata.documents.get(1, {}))

    def is_from(self, baseline: Baseline) -> bool:
        """Whether the data came from exactly this fixture, or from a state that replaced it."""
        return bool(self._metadata.documents.get(1, {}).get("digest") == baseline.digest)

    def reset(self, baseline: Baseline | None = None) -> None:
        """Reset the world to its fixture: data, ids, faults, settings, request log, clock, gateway counts,
        behaviour counts and, if there is a seed, random numbers. `baseline` replaces the fixture from now on.
        Raises StorageError, and changes nothing, if the disk rejects the write.
        """
        with self._database.writing():
            baseline = baseline or self._baseline
            self._replace(baseline.image, baseline.state.resources)
            self._baseline = baseline
            self.calls.begin_generation(clear_log=True)
            self.clock.reset()  # after the commit, which may fail, and before arming faults, which read it
            self._apply_settings_and_faults(self._baseline.state, patched={})
            self.gateway.reset()
        if self._startup_settings.seed is not None:
            self._random.seed(self._startup_settings.seed)

    def state(self) -> Record:
        """The world as a fixture document."""
        return to_document(self._current_state())

    def _current_state(self) -> WorldState:
        return read_state(self._database, self.faults, self.resources, self._startup_settings.explicit)

    def replace_state(self, document: object) -> None:
        """Replace data, ids, faults and settings with those of a fixture document.

        Request log, clock and counts do not change; the random sequences of fault rules restart. The
        document's settings count as changed settings, as in `change_settings`. Raises FixtureError, and
        changes nothing, if the document is invalid.
        """
        self._load_state(parse_state(document), "state of a PUT")

    def save_snapshot(self, name: str) -> None:
        """Save the current state under a name, replacing any snapshot of this name."""
        self.snapshots.save(name, self.state)

    def restore_snapshot(self, name: str) -> None:
        """Restore a snapshot, as `replace_state` does. Raises UnknownSnapshot if none has this name."""
        self._load_state(self.snapshots.parse_state(name), f"snapshot {name}")

    def diff_snapshot(self, name: str) -> Record:
        """What has changed since a snapshot, as `diff_worlds` says. Raises UnknownSnapshot if none exists."""
        before, now = self.snapshots.parse_state(name), self._current_state()
        return diff_worlds(before, now, self._startup_settings.with_overrides(before.settings), self.settings)

    @property
    def initial_settings(self) -> Settings:
        """The settings that a reset restores."""
        return self._combine_settings(self._baseline.state.settings, {})

    def change_settings(self, changes: object, *, dry_run: bool = False) -> Settings:
        """Change some settings of the world, all or none; return all. With `dry_run`, change nothing.

        They override the command line until the next reset. Raises DocumentError, which lists every mistake.
        """
        with self._database.writing():
            metadata = self._metadata.documents.get(1, {})
            patched = {**metadata.get("patched", {}), **check_setting_changes(changes)}
            settings = self._combine_settings(metadata.get("settings", {}), patched)
            if not dry_run:
                declared = dict(self.resources.declared)  # a data file from elsewhere may not name them
                named = {"resources": declared} if declared else {}
                self._database.commit([("put", METADATA, 1, {**metadata, "patched": patched, **named})])
                self._use_settings(settings)
            return settings

    def _combine_settings(self, from_fixture: Mapping[str, Any], patched: Mapping[str, Any]) -> Settings:
        return self._startup_settings.with_fixture_settings(from_fixture).with_overrides(patched)

    def _use_settings(self, settings: Settings) -> None:
        self.settings = settings
        self.faults.latency, self.faults.error_rate = settings.latency, settings.error_rate

    def _load_state(self, state: WorldState, origin: str) -> None:
        source = {"state": origin, "digest": self._baseline.digest}
        metadata = metadata_table(source, {}, state.settings, state.resources)
        tables = {**state.with_dates(self.clock.date()).tables, METADATA: metadata}
        with self._database.writing():
            self._replace(("replace", tables, state.next_ids), state.resources)
            self.calls.begin_generation(clear_log=False)
            self._apply_settings_and_faults(state._replace(settings={}), state.settings)

    def _replace(self, change: Change, resources: Resources) -> None:
        """Commit a change that replaces all tables, with other resources: the indexes depend on them."""
        before, self._schema.resources = self._schema.resources, resources
        try:
            self._database.commit([change, *self._webhooks.persistent_changes()])
        except BaseException:
            self._schema.resources = before
            raise
        self._webhooks.restart()

    def _apply_settings_and_faults(self, state: WorldState, patched: Mapping[str, Any]) -> None:
        self._use_settings(self._combine_settings(state.settings, patched))
        self.faults.clear(restart=True)
        self.faults.add(state.faults)

    def close(self) -> None:
        """End calls in progress and checkpoint the log if there is time. Later writes raise DataClosed."""
        self.calls.close()
        self.snapshots.close()
        self._webhooks.close()
        self._database.close()
