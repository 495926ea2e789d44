"""What the record factories share: the batch being generated, and helpers for its dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mockrevio.revio.resources import Record, resource_of_entity_type
from mockrevio.seeding.fake_data import FakeData

Existing = Mapping[str, Sequence[Record]]

FIRST_DAY = datetime.fromisoformat("2016-10-21")
OPENING_DAY = datetime.fromisoformat("2018-01-01")
LAST_DAY = datetime.fromisoformat("2026-01-31")
"""The "today" of generated data: only the due date of a bill may be later."""

_EARLIEST, _LATEST = datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2100-01-01")


class Batch:
    """Several records of one type being generated, with their random source and the existing records."""

    def __init__(self, type_name: str, existing: Existing, fake: FakeData) -> None:
        self.fake = fake
        self.type_name = type_name
        self.existing = existing
        self._counts_by_customer = Counter(
            record.get("customer_id") for record in existing.get(type_name, ())
        )
        self._unreferenced: dict[str, list[Record]] = {}

    def random_record(self, type_name: str) -> Record:
        """A random record of a type; if none exists, an empty one, whose fields all read as None."""
        records = self.existing.get(type_name)
        return self.fake.random.choice(records) if records else {}

    def next_unreferenced(self, type_name: str) -> Record:
        """The next record of a type that no record of this batch's type refers to, then random ones."""
        if type_name not in self._unreferenced:
            id_field = resource_of_entity_type(type_name).id_field
            referenced = {record.get(id_field) for record in self.existing.get(self.type_name, ())}
            records = self.existing.get(type_name, ())
            unreferenced = [record for record in records if record[id_field] not in referenced]
            self._unreferenced[type_name] = unreferenced[::-1]
        unreferenced = self._unreferenced[type_name]
        return unreferenced.pop() if unreferenced else self.random_record(type_name)

    def next_index_of(self, customer_id: int | None) -> int:
        """The index of the next record of this batch's type for a customer, from 0; None is no customer."""
        self._counts_by_customer[customer_id] += 1
        return self._counts_by_customer[customer_id] - 1

    def customer_of(self, record: Record) -> int | None:
        """The customer of a referenced record, or a random customer if it has none."""
        customer_id: int | None = record.get("customer_id") or self.random_record("CUSTOMER").get(
            "customer_id"
        )
        return customer_id


def date_of(record: Record, field: str, default: datetime) -> datetime:
    """A date of a record; `default` if it is missing or, in a hand-written fixture, cannot be parsed."""
    try:
        date = datetime.fromisoformat(record.get(field) or "").replace(tzinfo=None)
    except (TypeError, ValueError):
        return default
    return min(max(date, _EARLIEST), _LATEST)


def start_date(record: Record) -> str:
    """The date by which generated records are sorted."""
    return str(record.get("created_date") or record.get("activated_date") or "")


def active_period(record: Record) -> tuple[datetime, datetime]:
    """When a customer or a service starts and ends."""
    end = date_of(record, "close_date", date_of(record, "disconnected_date", LAST_DAY))
    return date_of(record, "activated_date", LAST_DAY - timedelta(days=365)), end


def next_midnight(date: datetime) -> datetime:
    """The first midnight after a date."""
    return date.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def datetime_in_billing_month(bill: Record, fake: FakeData) -> datetime:
    """A random date in the month that a bill is for."""
    cycle = date_of(bill, "cycle_date", LAST_DAY)
    return fake.datetime_between(cycle - timedelta(days=27), cycle)
