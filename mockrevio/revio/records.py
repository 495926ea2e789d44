"""The records of a world, of every resource but the three that key links are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from mockrevio.cancellation import cancellable
from mockrevio.errors import EntityExists, FixtureError
from mockrevio.revio.fields import Record
from mockrevio.revio.inventory import Inventory
from mockrevio.revio.record_checks import FIRST_ID, check_record, nearest_id, require_free_id
from mockrevio.revio.resources import Resource
from mockrevio.revio.users import Users
from mockrevio.revio.writes import WriteContext, WriteListener, Writes, stamp
from mockrevio.storage import Change, LiveDatabase, LiveTable


class RecordStore:
    """The records of one world, by resource and id.

    A method that takes a `login` writes in the name of the user with that login.
    """

    def __init__(self, database: LiveDatabase, users: Users, date: Callable[[], str]) -> None:
        self._database = database
        self._users = users
        self._date = date
        self._inventory = Inventory(database)
        self.listener: WriteListener | None = None

    # Reading.

    def exists(self, resource: Resource, record_id: int) -> bool:
        """Whether the record exists (D: a key link requires it)."""
        return bool(self._keys(resource, record_id))

    def _keys(self, resource: Resource, record_id: int) -> Sequence[int]:
        """The keys of the records with an id: of one, unless ids repeat."""
        table = self._table(resource)
        if resource.id_repeats:
            return list(table.ids_with((resource.id_field,), record_id))
        return [record_id] if record_id in table.documents else []

    def _key(self, resource: Resource, record_id: int) -> int:
        """The key of the record with an id, which exists. If ids repeat, of the first one (A)."""
        return self._keys(resource, record_id)[0] if resource.id_repeats else record_id

    def nearest_id(self, resource: Resource, record_id: int) -> int | None:
        """The existing id closest to `record_id`; None if the resource has no records."""
        return nearest_id(self.ids(resource), record_id)

    def ids(self, resource: Resource) -> Sequence[int]:
        """The ids of all records, ascending."""
        with self._database.reading():
            if not resource.id_repeats:
                return list(self._table(resource).ids())
            return sorted({record[resource.id_field] for record in self._table(resource).documents.values()})

    def count(self, resource: Resource) -> int:
        """The number of records."""
        return len(self._table(resource).documents)

    def get(self, resource: Resource, record_id: int) -> Record | None:
        """A copy of one record, or None. If ids repeat, the first one (A)."""
        if not resource.id_repeats:
            return self._table(resource).fetch(record_id)
        with self._database.reading():
            keys = self._keys(resource, record_id)
            return self._table(resource).fetch(keys[0]) if keys else None

    def next_id(self, resource: Resource) -> int:
        """The id of the next new record: one past the largest id ever used, at least 1001 (D)."""
        return max(self._table(resource).next_id, FIRST_ID)

    def exclusive(self) -> AbstractContextManager[Any]:
        """A lock to hold from reading a record until writing it, so that no update is lost in between."""
        return self._database.reading()

    # Writing, as Rev.io's API does.

    def create(self, resource: Resource, values: Mapping[str, Any], login: str | None) -> int:
        """Create a record of converted values and return its id. Raises IdsExhausted if none is left."""
        with self._database.writing():
            context, added_user = self._write_context(login)
            record_id = self.next_id(resource)
            require_free_id(resource.table, record_id)
            record = stamp(resource, {resource.id_field: record_id, **values}, context)
            self._commit([added_user, self._put(resource, record_id, record, context)])
        created_id: int = record[resource.id_field]  # of pairs, the client's
        return created_id

    def replace(
        self, resource: Resource, record_id: int, values: Mapping[str, Any], login: str | None
    ) -> None:
        """Replace the record with this id, which exists."""
        with self._database.writing():
            context, added_user = self._write_context(login)
            key = self._key(resource, record_id)
            old = self._table(resource).documents[key]
            record = stamp(resource, {resource.id_field: record_id, **values}, context, old)
            self._commit([added_user, self._put(resource, key, record, context)])

    def change(
        self, resource: Resource, record_id: int, values: Mapping[str, Any], login: str | None
    ) -> None:
        """Change some fields of the record with this id, which exists."""
        with self._database.writing():
            old = self._table(resource).documents[self._key(resource, record_id)]
            self.replace(resource, record_id, {**old, **values}, login)

    def assign(self, item_id: int, service_id: int | None, login: str | None) -> None:
        """C2: assign an inventory item to a service, or to none; both exist."""
        with self._database.writing():
            context, added_user = self._write_context(login)
            self._commit([added_user, self._inventory.assign(item_id, service_id, context)])

    def _write_context(self, login: str | None) -> tuple[WriteContext, Writes]:
        now = self._date()
        user_id, changes = self._users.find_or_add(login, now)
        return WriteContext(now, user_id), Writes(changes)

    # Writing, as the admin API does.

    def add(self, resource: Resource, items: Sequence[Any]) -> list[Record]:
        """Add records, all or none, and return them.

        An item is an id, or an object with `id` (or the resource's own id field) and any fields; without an
        id it gets the next one. Raises FixtureError if an item is invalid, EntityExists if an id is taken
        and IdsExhausted if no id is left.
        """
        with self._database.writing():
            added: dict[int, Record] = {}
            next_id = self.next_id(resource)
            for index, item in enumerate(cancellable(items)):
                record = self._build_record(resource, item, f"[{index}]", next_id)
                record_id = next_id if resource.id_repeats else record[resource.id_field]
                if record_id in added:
                    place = f"the second time at [{index}]"
                    raise EntityExists(f"{resource.table} {record_id} appears twice in the list, {place}")
                if record_id in self._table(resource).documents:
                    raise EntityExists(f"{resource.table} {record_id} already exists; replace it with PUT")
                added[record_id] = record
                next_id = max(next_id, record_id + 1)
            return self.insert(resource, added)

    def insert(self, resource: Resource, records: Mapping[int, Record]) -> list[Record]:
        """Add complete records under new keys, all or none, without checking them."""
        with self._database.writing():
            context = WriteContext(self._date())
            stamped = {key: stamp(resource, record, context) for key, record in cancellable(records.items())}
            self._commit(
                self._put(resource, key, record, context) for key, record in cancellable(stamped.items())
            )
            return [dict(record) for record in stamped.values()]

    def put(self, resource: Resource, record_id: int, fields: Mapping[str, Any]) -> Record:
        """Create or replace the record with this id. Raises FixtureError if a field is invalid."""
        id_field = resource.id_field
        with self._database.writing():
            other_fields = {name: value for name, value in fields.items() if name not in ("id", id_field)}
            record = self._build_record(resource, {id_field: record_id, **other_fields}, "entity", record_id)
            context = WriteContext(self._date())
            record = stamp(resource, record, context, self._table(resource).documents.get(record_id))
            self._commit([self._put(resource, record_id, record, context)])
            return dict(record)

    def remove(self, resource: Resource, record_id: int, *, only_first: bool = False) -> bool:
        """Delete a record but not its key links (A); return whether it existed.

        If ids repeat, all records with the id are deleted, or just the first.
        """
        with self._database.writing():
            keys = self._keys(resource, record_id)[: 1 if only_first else None]
            self._commit(self._delete(resource, key) for key in keys)
            return bool(keys)

    def clear(self, resource: Resource) -> int:
        """Delete all records; return how many there were."""
        with self._database.writing():
            ids = list(self._table(resource).ids())
            self._commit(self._delete(resource, record_id) for record_id in cancellable(ids))
            return len(ids)

    def _put(self, resource: Resource, record_id: int, record: Record, context: WriteContext) -> Writes:
        old = self._table(resource).documents.get(record_id)
        cascade = self._inventory.cascading_writes(resource, record_id, old, record, context)
        write = Writes.put(resource, record_id, record, created=old is None)
        return Writes.combine([write, cascade]) if cascade.changes else write

    def _delete(self, resource: Resource, record_id: int) -> Writes:
        old = self._table(resource).documents[record_id]
        cascade = self._inventory.cascading_writes(resource, record_id, old, None, WriteContext(self._date()))
        return Writes.combine([Writes.delete(resource, record_id), cascade])

    def _commit(self, parts: Iterable[Writes]) -> None:
        writes = Writes.combine(parts)
        if not writes.changes:
            return
        changes: list[Change] = [*writes.changes]
        if self.listener is not None:
            changes += self.listener.changes_for(writes)
        self._database.commit(changes)
        if self.listener is not None:
            self.listener.committed()

    def _table(self, resource: Resource) -> LiveTable:
        return self._database.live_table(resource.table)

    def _build_record(self, resource: Resource, item: Any, place: str, next_id: int) -> Record:
        fields = item if isinstance(item, dict) else {"id": item}
        record_id = fields.get(resource.id_field, fields.get("id"))
        if record_id is None and not fields.keys() & {resource.id_field, "id"}:
            require_free_id(resource.table, next_id)
            record_id = next_id
        other_fields = {
            name: value for name, value in fields.items() if name not in ("id", resource.id_field)
        }
        record = {resource.id_field: record_id, **other_fields}
        mistakes = [mistake for mistake in check_record(resource, record, place) if mistake.fatal]
        if mistakes:
            raise FixtureError(mistakes)
        return resource.normalize(record)
