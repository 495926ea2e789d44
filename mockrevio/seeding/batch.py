"""What the record factories share: the batch being generated, and helpers for its dates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from mockrevio.revio.fields import Record
from mockrevio.revio.resources import BUILT_IN, USERS, Resource, Resources
from mockrevio.revio.wire.dates import format_date, parse_date
from mockrevio.seeding.fake_data import FakeData

Existing = Mapping[str, Sequence[Record | int]]
Group = tuple[str, str]
Item = TypeVar("Item")

_CENTURY = timedelta(days=36_525)


class Batch:
    """Several records of one resource being generated, with their random source and the existing records.

    `existing` has records by table, as records or as bare ids, and is not changed.
    """

    def __init__(
        self, resource: Resource, existing: Existing, fake: FakeData, resources: Resources = BUILT_IN
    ) -> None:
        self.fake = fake
        self.resource = resource
        self.resources = resources
        self._existing = existing
        self._records: dict[str, Sequence[Record]] = {}
        self._groups: dict[Group, dict[object, list[Record]]] = {}
        self._unreferenced: dict[Group, tuple[list[Record], Sequence[Record]]] = {}
        self._queues: dict[str, list[Any]] = {}
        self._seen: set[tuple[object, ...]] = set()
        self._persons: Sequence[Record] | None = None
        self._counts: dict[str, Counter[object]] = {}
        self._index = len(existing.get(resource.table, ())) - 1

    # Existing records.

    def records(self, table: str) -> Sequence[Record]:
        """The existing records of a table; of those that are bare ids, the id field alone is known."""
        records = self._records.get(table)
        if records is None:
            records = self._records[table] = self._as_records(table)
        return records

    def _as_records(self, table: str) -> Sequence[Record]:
        items = self._existing.get(table, ())
        if all(isinstance(item, dict) for item in items):
            return cast("Sequence[Record]", items)
        id_field = self.id_field(table)
        return [item if isinstance(item, dict) else {id_field: item} for item in items]

    def id_field(self, table: str) -> str:
        """The name of the id field of a table's records."""
        return self.resources.of_entity_type(table).id_field

    def random_record(self, table: str) -> Record:
        """A random record of a table; if none exists, an empty one, whose fields all read as None."""
        return self._choice(self.records(table))

    def records_of(self, table: str, field: str, value: object) -> Sequence[Record]:
        """The records of a table with this value in a field: all of them, if the field is never known."""
        group = (table, field)
        if group not in self._groups:
            self._groups[group] = defaultdict(list)
            for record in self.records(table):
                if record.get(field):
                    self._groups[group][record[field]].append(record)
        by_value = self._groups[group]
        return by_value.get(value, ()) if by_value else self.records(table)

    def random_record_of(self, table: str, field: str, value: object) -> Record:
        """A random one of `records_of`, or an empty record."""
        return self._choice(self.records_of(table, field, value))

    def _choice(self, records: Sequence[Record]) -> Record:
        return self.fake.random.choice(records) if records else {}

    def next_unreferenced(
        self, table: str, *, by: str | None = None, where: Callable[[Record], bool] | None = None
    ) -> Record:
        """The next record of a table that no record of this batch's resource refers to, then random ones.

        `by` is the field that refers to it, if it has not the name of the table's id field; `where` says
        which of them are wanted, if there are any.
        """
        field = by or self.id_field(table)
        if (table, field) not in self._unreferenced:
            candidates: Sequence[Record] = list(filter(where, self.records(table))) or self.records(table)
            taken = {record.get(field) for record in self.records(self.resource.table)}
            id_field = self.id_field(table)
            free = [record for record in candidates if record[id_field] not in taken]
            self._unreferenced[table, field] = free[::-1], candidates
        free, candidates = self._unreferenced[table, field]
        return free.pop() if free else self._choice(candidates)

    def take_next(self, queue: str, items: Callable[[], list[Item]]) -> Item | None:
        """Take the next of `items`, in their order; None when all are taken."""
        if queue not in self._queues:
            self._queues[queue] = items()[::-1]
        return self._queues[queue].pop() if self._queues[queue] else None

    # References.

    def table_at(self, path: str) -> str:
        """The table with the records of the resource at a path."""
        resource = self.resources.at(path.lower())
        return resource.table if resource else path

    def reference(self, path: str, customer_id: object = None) -> int | None:
        """The id of an existing record of the resource at `path`; of that customer's, if it has one."""
        table = self.table_at(path)
        if table == USERS.table:
            return self.staff_user_id()
        target = self.resources.of_table(table)
        if target is None:
            return None
        if customer_id and table != "CUSTOMER" and "customer_id" in target.fields:
            record = self.random_record_of(table, "customer_id", customer_id)
        else:
            record = self.random_record(table)
        return record.get(target.id_field)

    def nth_id(self, path: str, number: object) -> int | None:
        """The id of the record with this number, from 1, or of a random one if there are not as many."""
        table = self.table_at(path)
        records = self.records(table)
        if isinstance(number, int) and 1 <= number <= len(records):
            record_id: int | None = records[number - 1].get(self.id_field(table))
            return record_id
        return self.reference(path)

    def staff_user_id(self) -> int | None:
        """The id of a user who is a person, or of any user if none is known to be one."""
        if self._persons is None:
            users = self.records(USERS.table)
            persons = [user for user in users if not _is_program(str(user.get("login_name", "")))]
            self._persons = persons or users
        return self._choice(self._persons).get(USERS.id_field)

    def claim(self, key: tuple[object, ...]) -> bool:
        """Claim a key for this batch; False if it is taken."""
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    # Numbers.

    def next_index(self) -> int:
        """The index of the next record of this batch's resource, from 0, existing ones included."""
        self._index += 1
        return self._index

    def next_index_of(self, field: str, value: object) -> int:
        """The index of the next record of this batch's resource with this value in a field, from 0."""
        counts = self._counts.get(field)
        if counts is None:
            existing = self.records(self.resource.table)
            counts = self._counts[field] = Counter(record.get(field) for record in existing)
        counts[value] += 1
        return counts[value] - 1

    # Customers.

    def next_customer(self) -> Record:
        """The next customer without such a record, then random ones; prospects buy nothing yet."""
        return self.next_unreferenced("CUSTOMER", where=buys_services)

    def customer_of(self, record: Record) -> Record:
        """The customer of a referenced record, or a random customer if it has none."""
        customer_id = record.get("customer_id")
        if not customer_id:
            return self.random_record("CUSTOMER")
        known = self.records_of("CUSTOMER", "customer_id", customer_id)
        return known[0] if known else {"customer_id": customer_id}


def buys_services(customer: Record) -> bool:
    """Whether a customer buys services."""
    return customer.get("status") != "PROSPECT"


def _is_program(login: str) -> bool:
    return login.endswith((".sync", ".import", ".portal"))


def date_of(record: Record, field: str, default: datetime, fake: FakeData) -> datetime:
    """A date of a record, limited to a century around the last day so that adding to it cannot overflow.

    `default` if it is missing or, in a hand-written fixture, cannot be parsed.
    """
    value = record.get(field)
    text = parse_date(value) if isinstance(value, str) else None
    if text is None:
        return default
    return min(max(datetime.fromisoformat(text), fake.last_day - _CENTURY), fake.last_day + _CENTURY)


def start_date(record: Record) -> str:
    """The date by which generated records are sorted."""
    return str(record.get("created_date") or record.get("activated_date") or "")


def active_period(record: Record, fake: FakeData) -> tuple[datetime, datetime]:
    """When a customer or a service starts and ends."""
    end = date_of(record, "close_date", date_of(record, "disconnected_date", fake.last_day, fake), fake)
    return date_of(record, "activated_date", fake.last_day - timedelta(days=365), fake), end


def creation_date(record: Record, fake: FakeData) -> datetime:
    """When a record was created."""
    activated = date_of(record, "activated_date", fake.opening_day, fake)
    return date_of(record, "created_date", activated, fake)


def next_midnight(date: datetime) -> datetime:
    """The first midnight after a date."""
    return date.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def date_after(date: datetime, days: int) -> str:
    """A date so many days later, however late, as it is stored."""
    return format_date(date + timedelta(days=days))


def date_until_today(start: datetime, days: int, fake: FakeData) -> datetime:
    """A random time in the days after `start`, not after the last day unless `start` is."""
    return fake.datetime_between(start, max(start, min(fake.last_day, start + timedelta(days=days))))
