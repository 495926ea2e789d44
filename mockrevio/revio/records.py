"""The entities of a world: the Rev.io records that key links point at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from mockrevio.errors import EntityExists, FixtureError
from mockrevio.revio.catalog import Catalog
from mockrevio.revio.record_checks import check_record, nearest_id, require_free_id
from mockrevio.revio.resources import ENTITIES, Record, resource_of_entity_type
from mockrevio.storage import LiveDatabase, LiveTable, Selection
from mockrevio.storage.tables import Change

FIRST_ID = 1001
"""D: ids of Rev.io's records start near 1001."""


class RecordStore:
    """The entities of one world, by entity type name (`CUSTOMER`) and id."""

    def __init__(self, database: LiveDatabase, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    def exists(self, type_name: str, entity_id: int) -> bool:
        """Whether the entity exists (D: a key link requires it)."""
        return entity_id in self._table(type_name).documents

    def nearest_id(self, type_name: str, entity_id: int) -> int | None:
        """The existing id closest to `entity_id`; None if the type has no entities."""
        with self._database.reading():
            return nearest_id(self._table(type_name).ids(), entity_id)

    def counts(self) -> dict[str, int]:
        """The number of entities of each type."""
        return {name: len(self._table(name).documents) for name in self._catalog.type_names()}

    def all(self, type_name: str) -> list[Record]:
        """Copies of all entities of a type, ordered by id."""
        with self._database.reading():
            return self._table(type_name).select(Selection())[0]

    def get(self, type_name: str, entity_id: int) -> Record | None:
        """A copy of one entity, or None."""
        return self._table(type_name).fetch(entity_id)

    def add(self, type_name: str, items: Sequence[Any]) -> list[Record]:
        """Add entities, all or none, and return them.

        An item is an id, or an object with `id` (or the type's own id field) and any fields; without an
        id it gets the next one. Raises FixtureError if an item is invalid, EntityExists if an id is taken
        and IdsExhausted if no id is left.
        """
        with self._database.writing():
            added: dict[int, Record] = {}
            next_id = self.next_id(type_name)
            for index, item in enumerate(items):
                record = self._build_record(type_name, item, f"[{index}]", next_id)
                entity_id = record[resource_of_entity_type(type_name).id_field]
                if entity_id in added:
                    raise EntityExists(
                        f"{type_name} {entity_id} appears twice in the list, the second time at [{index}]"
                    )
                if self.exists(type_name, entity_id):
                    raise EntityExists(f"{type_name} {entity_id} already exists; replace it with PUT")
                added[entity_id] = record
                next_id = max(next_id, entity_id + 1)
            return self.insert(type_name, list(added.values()))

    def insert(self, type_name: str, records: Sequence[Record]) -> list[Record]:
        """Add complete records under new ids, all or none, without checking them."""
        id_field = resource_of_entity_type(type_name).id_field
        with self._database.writing():
            self._commit([("put", type_name, record[id_field], record) for record in records])
            return [dict(record) for record in records]

    def exclusive(self) -> AbstractContextManager[Any]:
        """A lock to hold from reading an entity until writing it, so that no update is lost in between."""
        return self._database.reading()

    def put(self, type_name: str, entity_id: int, fields: Mapping[str, Any]) -> Record:
        """Create or replace the entity with this id. Raises FixtureError if a field is invalid."""
        with self._database.writing():
            id_field = resource_of_entity_type(type_name).id_field
            other_fields = {name: value for name, value in fields.items() if name not in ("id", id_field)}
            record = self._build_record(type_name, {id_field: entity_id, **other_fields}, "entity", entity_id)
            self._commit([("put", type_name, entity_id, record)])
            return dict(record)

    def remove(self, type_name: str, entity_id: int) -> bool:
        """Delete an entity but not its key links (A); return whether it existed."""
        with self._database.writing():
            if not self.exists(type_name, entity_id):
                return False
            self._commit([("delete", type_name, entity_id)])
            return True

    def clear(self, type_name: str) -> int:
        """Delete all entities of a type; return how many there were."""
        with self._database.writing():
            ids = list(self._table(type_name).ids())
            self._commit([("delete", type_name, entity_id) for entity_id in ids])
            return len(ids)

    def _table(self, type_name: str) -> LiveTable:
        return self._database.live_table(type_name)

    def _commit(self, changes: Sequence[Change]) -> None:
        if changes:
            self._database.commit(changes)

    def next_id(self, type_name: str) -> int:
        """The id of the next new entity: one past the largest id ever used, at least 1001 (D)."""
        return max(self._table(type_name).next_id, FIRST_ID)

    def ids_by_type(self) -> dict[str, list[int]]:
        """The ids of all entities of Rev.io's own types, by type name."""
        with self._database.reading():
            return {name: list(self._table(name).ids()) for name in ENTITIES}

    def _build_record(self, type_name: str, item: Any, place: str, next_id: int) -> Record:
        resource = resource_of_entity_type(type_name)
        fields = item if isinstance(item, dict) else {"id": item}
        entity_id = fields.get(resource.id_field, fields.get("id"))
        if entity_id is None and not fields.keys() & {resource.id_field, "id"}:
            require_free_id(type_name, next_id)
            entity_id = next_id
        other_fields = {
            name: value for name, value in fields.items() if name not in ("id", resource.id_field)
        }
        record = {resource.id_field: entity_id, **other_fields}
        mistakes = [mistake for mistake in check_record(resource, record, place) if mistake.fatal]
        if mistakes:
            raise FixtureError(mistakes)
        return record
