"""What the makers of fake records share: the batch that is being made, and its dates."""

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
"""The made data's "today": nothing has happened after it, though a bill may fall due later."""

_EARLIEST, _LATEST = datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2100-01-01")


class Batch:
    """The making of several records of one type: the dice, and what exists already."""

    def __init__(self, type_name: str, existing: Existing, fake: FakeData) -> None:
        self.fake = fake
        self.type_name = type_name
        self.existing = existing
        self._held = Counter(record.get("customer_id") for record in existing.get(type_name, ()))
        self._waiting: dict[str, list[Record]] = {}

    def random_record(self, type_name: str) -> Record:
        """Some record of a type; an empty one, whose fields are all None, if there is none."""
        records = self.existing.get(type_name)
        return self.fake.random.choice(records) if records else {}

    def next_unreferenced(self, type_name: str) -> Record:
        """Each record of a type that none of this batch's type refers to yet, in turn; then any."""
        if type_name not in self._waiting:
            id_field = resource_of_entity_type(type_name).id_field
            used = {record.get(id_field) for record in self.existing.get(self.type_name, ())}
            unused = [record for record in self.existing.get(type_name, ()) if record[id_field] not in used]
            self._waiting[type_name] = unused[::-1]
        waiting = self._waiting[type_name]
        return waiting.pop() if waiting else self.random_record(type_name)

    def next_index_of(self, customer_id: int | None) -> int:
        """How many records of this batch's type a customer has (None: no customer); counts one more."""
        self._held[customer_id] += 1
        return self._held[customer_id] - 1

    def customer_of(self, record: Record) -> int | None:
        """The customer of a record that a new one refers to, else some customer."""
        customer_id: int | None = record.get("customer_id") or self.random_record("CUSTOMER").get(
            "customer_id"
        )
        return customer_id


def date_of(record: Record, field: str, otherwise: datetime) -> datetime:
    """A date of a record; `otherwise` if it has none, or one that a person wrote in a way of their own."""
    try:
        date = datetime.fromisoformat(record.get(field) or "").replace(tzinfo=None)
    except (TypeError, ValueError):
        return otherwise
    return min(max(date, _EARLIEST), _LATEST)


def start_date(record: Record) -> str:
    return str(record.get("created_date") or record.get("activated_date") or "")


def active_period(record: Record) -> tuple[datetime, datetime]:
    """From when to when a customer is with us or a service works."""
    end = date_of(record, "close_date", date_of(record, "disconnected_date", LAST_DAY))
    return date_of(record, "activated_date", LAST_DAY - timedelta(days=365)), end


def next_midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def datetime_in_billing_month(bill: Record, fake: FakeData) -> datetime:
    """A moment in the month that a bill is for."""
    cycle = date_of(bill, "cycle_date", LAST_DAY)
    return fake.datetime_between(cycle - timedelta(days=27), cycle)
