"""The records of a pull, and the fixture document that they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mockrevio.contract.fixture_records import FixtureRecords, record_key
from mockrevio.contract.observed_settings import ObservedSettings
from mockrevio.revio.fields import Record
from mockrevio.revio.record_checks import is_id
from mockrevio.revio.resources import (
    BUILT_IN,
    ENTITIES,
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    KEY_LINK_RESOURCES,
    Resource,
)


class Collection:
    """Records by table, each id once. A record of which only the existence matters is None."""

    def __init__(self, converter: FixtureRecords) -> None:
        self._converter = converter
        self._tables: dict[str, dict[Any, Record | None]] = {}
        self._settings = ObservedSettings()

    def add(self, resource: Resource, records: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
        """Add records as the service sends them, and return those that are new."""
        table = self._tables.setdefault(resource.table, {})
        for record in records:
            self._settings.observe(resource, record)
            converted = self._converter.convert(resource, record)
            if converted is None:
                continue
            key = record_key(resource, converted)
            is_new = table.get(key) is None
            table[key] = converted
            if is_new:
                yield converted

    def add_ids(self, table: str, ids: Iterable[int]) -> None:
        """Add ids of records that exist, and of which nothing else is known."""
        known = self._tables.setdefault(table, {})
        for record_id in ids:
            known.setdefault(record_id, None)

    def missing_references(self, records: Iterable[tuple[Resource, Record]]) -> dict[str, set[int]]:
        """The ids that records refer to and that are not there, by the path of the resource."""
        missing: dict[str, set[int]] = {}
        for resource, record in records:
            for field in resource.fields.values():
                for path, record_id, _ in field.references(record.get(field.name), ""):
                    target = BUILT_IN.at(path.lower())
                    if target is None or target in KEY_LINK_RESOURCES or not is_id(record_id):
                        continue
                    if record_id not in self._tables.get(target.table, ()):
                        missing.setdefault(target.path, set()).add(record_id)
        return missing

    def linked_ids(self) -> Iterator[tuple[str, int]]:
        """The entity type and the id of each record that a key link points at."""
        types = self._tables.get(INTEGRATION_ENTITY_TYPE.table, {})
        for link in self._tables.get(INTEGRATION_KEY_LINK.table, {}).values():
            entity_type = types.get(link["integration_entity_type_id"]) if link else None
            if link and entity_type and is_id(link["internal_id"]):
                yield entity_type["entity_type_name"], link["internal_id"]

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each table that is not empty, how many records it has, and how many more ids."""
        counts = {}
        for name, table in self._tables.items():
            full = sum(record is not None for record in table.values())
            if table:
                counts[name] = (full, len(table) - full)
        return counts

    def document(self) -> Record:
        """The fixture document."""
        entities = [*ENTITIES, *sorted(name for name in self._tables if BUILT_IN.is_added_type(name))]
        records = [
            resource.table
            for resource in BUILT_IN
            if not resource.entity_type and resource not in KEY_LINK_RESOURCES
        ]
        parts: Record = {
            "schema": 1,
            INTEGRATION_SYSTEM.table: self._list(INTEGRATION_SYSTEM.table),
            INTEGRATION_ENTITY_TYPE.table: self._list(INTEGRATION_ENTITY_TYPE.table),
            "entities": {name: self._list(name) for name in entities if self._tables.get(name)},
            "records": {name: self._list(name) for name in records if self._tables.get(name)},
            INTEGRATION_KEY_LINK.table: self._list(INTEGRATION_KEY_LINK.table),
            "settings": self._settings.settings(),
        }
        return {name: part for name, part in parts.items() if part}

    def _list(self, table: str) -> list[Any]:
        records = self._tables.get(table, {})
        with_ids = sorted(key for key in records if isinstance(key, int))
        pairs = [key for key in records if not isinstance(key, int)]
        return [key if records[key] is None else records[key] for key in [*with_ids, *pairs]]
