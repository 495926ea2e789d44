"""Values for the fields that a factory leaves open, made up by kind and name.

A resource without a factory, such as one that a user's fixture declares, gets all its values here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mockrevio.revio.fields import Field, Record
from mockrevio.revio.resources import Resource
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import Batch, date_of, date_until_today

Maker = Callable[[Batch, Record], Any]
"""Makes a value for a batch's record, of which some fields have their values already."""

_CREATED, _CUSTOMER = "created_date", "customer_id"
_FUTURE = ("due_date", "expir", "end")
"""What the names of dates contain that may be later than today."""

_TRUE_FLAGS = ("active", "enabled", "shows", "islive", "download")


class RecordMaker:
    """Completes the drafts of one resource's factory."""

    def __init__(self, resource: Resource) -> None:
        fields = resource.fields
        first = [name for name in (_CREATED, _CUSTOMER) if name in fields]
        # What a date may be depends on the creation, what a reference may be on the customer. References to
        # the resource itself are chosen once its ids are known.
        names = [
            name
            for name in dict.fromkeys([*first, *fields])
            if name != resource.id_field and fields[name].refers_to != resource.path
        ]
        self._makers = [(name, maker_of(fields[name], resource)) for name in names]
        self._members = {
            name: _makers_of_members(fields[name], resource)
            for name in names
            if fields[name].kind == "object"
        }

    def complete(self, draft: Record, batch: Batch) -> Record:
        """Add a value for each field that `draft` lacks, nested ones included; None in it means unset."""
        for name, maker in self._makers:
            if name not in draft:
                draft[name] = maker(batch, draft)
        for name, makers in self._members.items():
            members = draft[name]
            for member, maker in makers.items() if members is not None else ():
                if member not in members:
                    members[member] = maker(batch, draft)
        return draft


def maker_of(field: Field, resource: Resource) -> Maker:
    """What makes the values of a field."""
    if field.kind == "object":
        makers = _makers_of_members(field, resource)
        return lambda batch, record: {name: maker(batch, record) for name, maker in makers.items()}
    if field.kind == "list":
        return _list_maker(field, resource)
    if field.refers_to == resource.path:
        return _nothing
    if field.refers_to:
        return partial(_reference, field.refers_to)
    if field.kind in ("text", "name"):
        return _BY_NAME.get(field.name) or _by_part_of(field.name) or partial(_text, field.name)
    return partial(_SCALARS[field.kind], field.name)


def _makers_of_members(field: Field, resource: Resource) -> dict[str, Maker]:
    return {name: maker_of(member, resource) for name, member in field.fields.items()}


def _list_maker(field: Field, resource: Resource) -> Maker:
    if {"field_id", "label", "value"} <= field.fields.keys():
        return lambda batch, _record: batch.fake.custom_fields(resource.table)
    if field.name == "state_provinces":
        return lambda batch, _record: batch.fake.states()
    item = field._replace(kind=field.items or "object")
    return partial(_list, maker_of(item, resource))


def _list(item: Maker, batch: Batch, record: Record) -> list[Any]:
    values = [item(batch, record) for _ in range(batch.fake.random.randint(1, 3))]
    return [value for n, value in enumerate(values) if value is not None and value not in values[:n]]


def _nothing(_batch: Batch, _record: Record) -> None:
    """A nested reference to the record itself, which is set once its id is known."""


def _reference(path: str, batch: Batch, record: Record) -> int | None:
    return batch.reference(path, record.get(_CUSTOMER))


# Numbers, flags and dates.


def _whole(name: str, batch: Batch, _record: Record) -> int:
    if name.endswith("days"):
        return batch.fake.random.choice((15, 20, 30))
    return batch.fake.random.randint(1, 4 if name.endswith("_id") else 12)


def _decimal(name: str, batch: Batch, _record: Record) -> float:
    if name == "quantity":
        return float(batch.fake.random.randint(1, 5))
    return batch.fake.money(1, 250)


def _flag(name: str, batch: Batch, _record: Record) -> bool:
    likely = any(part in name.lower() for part in _TRUE_FLAGS)
    return batch.fake.chance(0.95 if likely else 0.15)


def _date(name: str, batch: Batch, record: Record) -> str:
    created = date_of(record, _CREATED, batch.fake.opening_day, batch.fake)
    if name == _CREATED:
        return format_date(batch.fake.datetime_between(batch.fake.opening_day, batch.fake.last_day))
    if any(part in name for part in _FUTURE):
        return format_date(_midnight(created) + timedelta(days=batch.fake.random.randint(10, 900)))
    return format_date(date_until_today(created, 90, batch.fake))


def _midnight(date: datetime) -> datetime:
    return date.replace(hour=0, minute=0, second=0, microsecond=0)


_SCALARS: Mapping[str, Callable[[str, Batch, Record], Any]] = {
    "whole": _whole,
    "decimal": _decimal,
    "flag": _flag,
    "date": _date,
}


# Texts.


def _text(name: str, batch: Batch, _record: Record) -> str:
    return f"{name.replace('_', ' ').capitalize()} {batch.fake.random.randint(1, 99)}"


def _phone(batch: Batch, record: Record) -> str:
    return batch.fake.phone(record.get("state_or_province"))


def _pattern(pattern: str) -> Maker:
    return lambda batch, _record: batch.fake.pattern(pattern)


def _one_of(*choices: str) -> Maker:
    return lambda batch, _record: batch.fake.random.choice(choices)


def _email(batch: Batch, record: Record) -> str:
    first = record.get("first_name") or batch.fake.word("first_name")
    return batch.fake.email(f"{first}.{record.get('last_name') or batch.fake.word('last_name')}")


_BY_NAME: Mapping[str, Maker] = {
    "name": lambda batch, _record: batch.fake.word("company"),
    "company": lambda batch, _record: batch.fake.word("company"),
    "company_name": lambda batch, _record: batch.fake.word("company"),
    "first_name": lambda batch, _record: batch.fake.word("first_name"),
    "last_name": lambda batch, _record: batch.fake.word("last_name"),
    "city": lambda batch, _record: batch.fake.word("city"),
    "line_1": lambda batch, _record: batch.fake.street_address(),
    "line_2": _pattern("Suite %##"),
    "state_or_province": _one_of(*vocabulary.AREA_CODES),
    "postal_code": _pattern("%####"),
    "postal_codes": _pattern("%####"),
    "postal_code_extension": _pattern("%###"),
    "country_code": _one_of("USA"),
    "email": _email,
    "status": _one_of("ACTIVE", "ACTIVE", "INACTIVE"),
    "class": _one_of("BUSINESS", "BUSINESS", "RESIDENTIAL"),
    "geocode": _pattern("%########"),
    "order_type": _one_of(*vocabulary.ORDER_TYPES),
    "note": _one_of(*vocabulary.REMARKS),
    "notes": _one_of(*vocabulary.REMARKS),
    "comments": _one_of(*vocabulary.REMARKS),
    "message": _one_of(*vocabulary.REMARKS),
    "body": _one_of(*vocabulary.REMARKS),
}

_BY_PART: Mapping[str, Maker] = {
    "email": _email,
    "phone": _phone,
    "mobile": _phone,
    "fax": _phone,
    "_code": _pattern("%###"),
    "number": _pattern("%#######"),
}


def _by_part_of(name: str) -> Maker | None:
    return next((maker for part, maker in _BY_PART.items() if part in name.lower()), None)
