"""The state of the real service as far as it was seen: each record as it was last read or written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mockrevio.contract.fixture_records import ENVELOPE, FixtureRecords, record_key
from mockrevio.contract.observed_settings import ObservedSettings
from mockrevio.contract.record.exchange import Exchange
from mockrevio.contract.record.unknown_endpoint import UnknownEndpoint
from mockrevio.errors import ApiError
from mockrevio.revio.fields import Record
from mockrevio.revio.record_checks import is_id
from mockrevio.revio.resources import BUILT_IN, Resource, Resources
from mockrevio.revio.wire.body import parse_fields, parse_patch
from mockrevio.revio.wire.json_patch import apply_patch
from mockrevio.revio.wire.values import convert_known
from mockrevio.seeding.fixtures import WorldState, to_document

Replace = Callable[[Resource, Record], Record]
"""Replaces the personal data in a record."""

_AFTER_IDS = 2**32
"""Where records without an id come, in the order in which they were seen."""


_WITHOUT_RECORDS = "systemstatus"
"""C: the one endpoint that has none."""


class _Seen:
    """A record as it was seen, and what a fixture has in its place."""

    __slots__ = ("record", "written")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.written: Record | None = None


class ObservedWorld:
    """What was seen of one client's records."""

    def __init__(self, replace: Replace) -> None:
        """`replace` is applied to each record before it gets into a fixture."""
        self._replace = replace
        self._tables: dict[Resource, dict[Any, _Seen]] = {}
        self._unknown: dict[str, UnknownEndpoint] = {}
        self._converter = FixtureRecords()
        self._settings = ObservedSettings()

    @property
    def left_out(self) -> int:
        """How many values and records a fixture cannot have."""
        return sum(self._converter.problems.values())

    def observe(self, exchange: Exchange) -> bool:
        """Take in what an exchange shows; False if that is nothing."""
        steps = exchange.steps or []
        if not 1 <= len(steps) <= 2:
            return False
        succeeded = 200 <= exchange.response.status < 300
        resource = BUILT_IN.at(steps[0].lower())
        if resource is None:
            return succeeded and exchange.method == "GET" and self._observe_unknown(steps, exchange)
        if len(steps) == 1:
            return succeeded and self._observe_collection(resource, exchange)
        record_id = int(steps[1]) if steps[1].isascii() and steps[1].isdecimal() else 0
        if not is_id(record_id):
            return False
        if succeeded:
            return self._observe_record(resource, record_id, exchange)
        is_gone = exchange.response.status == 404 and exchange.method in ("GET", "DELETE")
        return is_gone and self._remove(resource, record_id)

    def _observe_collection(self, resource: Resource, exchange: Exchange) -> bool:
        body = exchange.response_json
        if not isinstance(body, dict):
            return False
        if exchange.method == "GET" and isinstance(body.get("records"), list):
            records = [record for record in body["records"] if isinstance(record, dict)]
            changes = [self._see(resource, record, shown=record) for record in records]
            return any(changes)
        if exchange.method == "POST" and is_id(body.get("id")):
            return self._see(resource, {resource.id_field: body["id"], **_written_values(resource, exchange)})
        return False

    def _observe_record(self, resource: Resource, record_id: int, exchange: Exchange) -> bool:
        body = exchange.response_json
        if exchange.method == "DELETE":
            return self._remove(resource, record_id)
        if exchange.method == "GET" and isinstance(body, dict):
            return self._see(resource, {resource.id_field: record_id, **body}, shown=body)
        seen = self._tables.get(resource, {}).get(record_id)
        if exchange.method == "PUT":
            return self._see(resource, _replaced(resource, record_id, seen, exchange))
        if exchange.method == "PATCH" and seen is not None:
            return self._see(resource, _patched(seen.record, exchange))
        return False

    def _observe_unknown(self, steps: Sequence[str], exchange: Exchange) -> bool:
        body = exchange.response_json
        if not isinstance(body, dict) or steps[0].lower() == _WITHOUT_RECORDS:
            return False
        records = body.get("records") if len(steps) == 1 else [_fields_of(body)]
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            return False
        endpoint = self._unknown.setdefault(steps[0].lower(), UnknownEndpoint(steps[0]))
        return endpoint.see(records)

    def _see(self, resource: Resource, raw: Record, *, shown: Record | None = None) -> bool:
        """Take in a record: as the service has `shown` it, or as it must be after a write."""
        record = self._converter.convert(resource, raw)
        if record is None:
            return False
        if shown is not None:
            self._settings.observe(resource, shown)
        else:  # what only the server sets is unknown, not unset
            record = {name: value for name, value in record.items() if name in raw}
        key = record_key(resource, record)
        table = self._tables.setdefault(resource, {})
        if key in table and table[key].record == record:
            return False
        table[key] = _Seen(record)
        return True

    def _remove(self, resource: Resource, record_id: int) -> bool:
        """Forget a record. Of pairs, nobody knows which one was deleted."""
        table = self._tables.get(resource, {})
        return not resource.id_repeats and table.pop(record_id, None) is not None

    def document(self) -> Record:
        """The fixture document with these records."""
        tables = {
            resource.table: {
                key if isinstance(key, int) else _AFTER_IDS + index: self._written(resource, seen)
                for index, (key, seen) in enumerate(table.items())
            }
            for resource, table in self._tables.items()
        }
        declared = [resource for each in self._unknown.values() if (resource := each.resource())]
        for resource in declared:
            records = self._unknown[resource.path.lower()].records
            converted = {key: self._converter.convert(resource, record) for key, record in records.items()}
            tables[resource.table] = {
                key: self._replace(resource, record) for key, record in converted.items() if record
            }
        resources = Resources({resource.path: resource.declaration for resource in declared})
        return to_document(WorldState(tables, {}, self._settings.settings(), resources=resources))

    def _written(self, resource: Resource, seen: _Seen) -> Record:
        if seen.written is None:
            seen.written = self._replace(resource, seen.record)
        return seen.written

    def counts(self) -> Iterable[tuple[str, int]]:
        """The tables with their numbers of records."""
        known = [(resource.table, len(table)) for resource, table in self._tables.items() if table]
        unknown = [(each.path, len(each.records)) for each in self._unknown.values() if each.resource()]
        return sorted(known + unknown)


def _fields_of(body: Record) -> Record:
    """The fields of a single record, without its envelope."""
    return {name: value for name, value in body.items() if name not in ENVELOPE}


def _written_values(resource: Resource, exchange: Exchange) -> Record:
    """The values that a write has given to a record, as far as they can be read."""
    content = exchange.request_content
    try:
        fields = parse_fields(content or b"", exchange.headers.get("content-type", ""))
    except ApiError:
        return {}
    values: Record = {}
    for name, value in fields.items():
        try:
            values |= convert_known({name: value}, resource.writable)
        except ApiError:  # the service takes more than the mock does
            continue
    return values


def _replaced(resource: Resource, record_id: int, seen: _Seen | None, exchange: Exchange) -> Record:
    """A: PUT replaces the whole record, but for what only the server sets."""
    kept = {
        name: value for name, value in (seen.record if seen else {}).items() if name in resource.set_by_server
    }
    return {resource.id_field: record_id, **kept, **_written_values(resource, exchange)}


def _patched(record: Record, exchange: Exchange) -> Record:
    """The record after a JSON Patch; as it was if the patch cannot be applied to what was seen."""
    try:
        operations = parse_patch(exchange.request_content or b"", exchange.headers.get("content-type", ""))
        return apply_patch(record, operations)
    except ApiError:
        return record
