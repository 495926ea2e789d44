"""Pulling a tenant's data: what is read in which order, and what becomes of references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mockrevio.contract.client import Client
from mockrevio.contract.fixture_records import FixtureRecords
from mockrevio.contract.personal_data import KeptPersonalData, Pseudonyms
from mockrevio.contract.pull.collection import Collection
from mockrevio.contract.pull.progress import Progress
from mockrevio.contract.pull.selection import Selection
from mockrevio.contract.pull.source import Source
from mockrevio.contract.pull.state import PullState
from mockrevio.errors import NoSuchEndpoint, NotPermitted
from mockrevio.revio.fields import Record
from mockrevio.revio.resources import (
    BUILT_IN,
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    Resource,
)

Records = list[tuple[Resource, Record]]

MAX_STEPS = 6
"""How many references away from what was asked for records are read. Those farther away are just ids.

References between different endpoints lead up to four away; chains within one, such as parents, may be
long."""


@dataclass(frozen=True)
class Options:
    """What to pull."""

    selections: Sequence[Selection] = ()
    key_links: bool = False
    keep_personal_data: bool = False


def pull(client: Client, state: PullState, options: Options, progress: Progress) -> Record:
    """Read what was asked for, and return the fixture document.

    Raises UpstreamError if the service cannot be read, and SettingError if the state cannot be written.
    """
    if state.count:
        progress.note(f"continuing with {state.count} responses from {state.path}; delete it to start over")
    personal_data = KeptPersonalData() if options.keep_personal_data else Pseudonyms(state.key)
    return _Pull(Source(client, state, personal_data, progress), options, progress).document()


class _Pull:
    """One pull: what has been read, and what is to be said about it."""

    def __init__(self, source: Source, options: Options, progress: Progress) -> None:
        self._source = source
        self._options = options
        self._progress = progress
        self._converter = FixtureRecords()
        self._collection = Collection(self._converter)
        self._absent: set[tuple[str, int]] = set()

    def document(self) -> Record:
        """Read everything, and return the fixture document."""
        for resource in (INTEGRATION_SYSTEM, INTEGRATION_ENTITY_TYPE):
            self._read(resource, None)
        asked: Records = []
        for resource, limit in self._options.selections:
            asked += self._read(resource, limit, "leave it out of --records, or ")
        if self._options.key_links:
            asked += self._read(INTEGRATION_KEY_LINK, None, "leave out --key-links, or ")
        self._read_references(asked)
        for table, record_id in self._collection.linked_ids():
            self._collection.add_ids(table, [record_id])
        self._report()
        return self._collection.document()

    def _read(self, resource: Resource, limit: int | None, advice: str = "") -> Records:
        """Read the first records of a resource."""
        records: Records = []
        try:
            for record in self._source.first(resource, limit):
                records += [(resource, new) for new in self._collection.add(resource, [record])]
                self._progress.update(resource.table, len(records), limit)
                if len(records) == limit:
                    return records
        except NotPermitted as error:
            raise NotPermitted(
                f"{resource.table} cannot be read: {error}; {advice}pass a user who may read it"
            ) from None
        except NoSuchEndpoint as error:
            raise NoSuchEndpoint(f"{resource.table} cannot be read: {error}; {advice}check --url") from None
        self._progress.update(resource.table, len(records), len(records))
        if limit:
            self._progress.note(f"{resource.table}: there are only {len(records)} records, not {limit}")
        return records

    def _read_references(self, records: Records) -> None:
        """Read what records refer to, what that refers to, and so on; what is too far away is just an id."""
        for _ in range(MAX_STEPS):
            missing = self._missing_references(records)
            records = [
                read
                for path in sorted(missing)
                for read in self._read_ids(BUILT_IN.at_path(path), missing[path])
            ]
        for path, ids in self._missing_references(records).items():
            self._collection.add_ids(BUILT_IN.at_path(path).table, ids)

    def _missing_references(self, records: Records) -> dict[str, list[int]]:
        missing = self._collection.missing_references(records)
        wanted = {
            path: sorted(record_id for record_id in ids if (path, record_id) not in self._absent)
            for path, ids in missing.items()
        }
        return {path: ids for path, ids in wanted.items() if ids}

    def _read_ids(self, resource: Resource, ids: Sequence[int]) -> Records:
        """Read records with these ids; those that cannot be read are just ids."""
        try:
            read = dict(self._source.by_ids(resource, ids))
        except (NotPermitted, NoSuchEndpoint) as error:
            self._progress.note(
                f"warning: {resource.path} cannot be read ({error}); the fixture has only the ids that other "
                "records refer to"
            )
            self._collection.add_ids(resource.table, ids)
            return []
        records = [(resource, record) for record in self._collection.add(resource, read.values())]
        self._collection.add_ids(resource.table, read)  # some may have been left out
        absent = set(ids) - read.keys()
        if absent:
            self._absent |= {(resource.path, record_id) for record_id in absent}
            self._progress.note(
                f"warning: {resource.path} {_format_ids(sorted(absent))}: the service has no such records, "
                "although others refer to them"
            )
        return records

    def _report(self) -> None:
        self._progress.clear()
        for problem, count in sorted(self._converter.problems.items()):
            self._progress.note(f"warning: {problem} ({count} record{'s' if count > 1 else ''})")
        counts = self._collection.counts()
        records = [f"{count} {table}" for table, (count, _) in counts.items() if count]
        ids = [f"{count} {table}" for table, (_, count) in counts.items() if count]
        self._progress.note(f"read {', '.join(records) or 'no records'} with {self._source.calls} requests")
        if ids:
            self._progress.note(f"only as ids: {', '.join(ids)}")


def _format_ids(ids: Sequence[int]) -> str:
    shown = ", ".join(map(str, ids[:5]))
    return shown if len(ids) <= 5 else f"{shown} and {len(ids) - 5} more"
