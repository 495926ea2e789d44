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

ValueGenerator = Callable[[Batch, Record], Any]
"""Makes a value for a batch's record, of which some fields have their values already."""

_CREATED, _CUSTOMER = "created_date", "customer_id"
_FUTURE = ("due_date", "expir", "end")
"""What the names of dates contain that may be later than today."""

_TRUE_FLAGS = ("active", "enabled", "shows", "islive", "download")


class RecordCompleter:
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
        self._generators = [(name, value_generator(fields[name], resource)) for name in names]
        self._members = {
            name: _member_generators(fields[name], resource)
            for name in names
            if fields[name].kind == "object"
        }

    def complete(self, draft: Record, batch: Batch) -> Record:
        """Add a value for each field that `draft` lacks, nested ones included; None in it means unset."""
        for name, generator in self._generators:
            if name not in draft:
                draft[name] = generator(batch, draft)
        for name, generators in self._members.items():
            members = draft[name]
            for member, generator in generators.items() if members is not None else ():
                if member not in members:
                    members[member] = generator(batch, draft)
        return draft


def value_generator(field: Field, resource: Resource) -> ValueGenerator:
    """What makes the values of a field."""
    if field.kind == "object":
        generators = _member_generators(field, resource)
        return lambda batch, record: {
            name: generator(batch, record) for name, generator in generators.items()
        }
    if field.kind == "list":
        return _list_generator(field, resource)
    if field.refers_to == resource.path:
        return _unset
    if field.refers_to:
        return partial(_reference_value, field.refers_to)
    if field.kind in ("text", "name"):
        return _BY_NAME.get(field.name) or _generator_for_part(field.name) or partial(_text_value, field.name)
    return partial(_SCALARS[field.kind], field.name)


def _member_generators(field: Field, resource: Resource) -> dict[str, ValueGenerator]:
    return {name: value_generator(member, resource) for name, member in field.fields.items()}


def _list_generator(field: Field, resource: Resource) -> ValueGenerator:
    if {"field_id", "label", "value"} <= field.fields.keys():
        return lambda batch, _record: batch.fake.custom_fields(resource.table)
    if field.name == "state_provinces":
        return lambda batch, _record: batch.fake.states()
    item = field._replace(kind=field.items or "object")
    return partial(_list_value, value_generator(item, resource))


def _list_value(item: ValueGenerator, batch: Batch, record: Record) -> list[Any]:
    values = [item(batch, record) for _ in range(batch.fake.random.randint(1, 3))]
    return [value for n, value in enumerate(values) if value is not None and value not in values[:n]]


def _unset(_batch: Batch, _record: Record) -> None:
    """A nested reference to the record itself, which is set once its id is known."""


def _reference_value(path: str, batch: Batch, record: Record) -> int | None:
    return batch.reference(path, record.get(_CUSTOMER))


# Numbers, flags and dates.


def _integer_value(name: str, batch: Batch, _record: Record) -> int:
    if name.endswith("days"):
        return batch.fake.random.choice((15, 20, 30))
    return batch.fake.random.randint(1, 4 if name.endswith("_id") else 12)


def _decimal_value(name: str, batch: Batch, _record: Record) -> float:
    if name == "quantity":
        return float(batch.fake.random.randint(1, 5))
    return batch.fake.money(1, 250)


def _boolean_value(name: str, batch: Batch, _record: Record) -> bool:
    likely = any(part in name.lower() for part in _TRUE_FLAGS)
    return batch.fake.chance(0.95 if likely else 0.15)


def _date_value(name: str, batch: Batch, record: Record) -> str:
    created = date_of(record, _CREATED, batch.fake.opening_day, batch.fake)
    if name == _CREATED:
        return format_date(batch.fake.datetime_between(batch.fake.opening_day, batch.fake.last_day))
    if any(part in name for part in _FUTURE):
        return format_date(_midnight(created) + timedelta(days=batch.fake.random.randint(10, 900)))
    return format_date(date_until_today(created, 90, batch.fake))


def _midnight(date: datetime) -> datetime:
    return date.replace(hour=0, minute=0, second=0, microsecond=0)


_SCALARS: Mapping[str, Callable[[str, Batch, Record], Any]] = {
    "whole": _integer_value,
    "decimal": _decimal_value,
    "flag": _boolean_value,
    "date": _date_value,
}


# Texts.


def _text_value(name: str, batch: Batch, _record: Record) -> str:
    return f"{name.replace('_', ' ').capitalize()} {batch.fake.random.randint(1, 99)}"


def _phone_value(batch: Batch, record: Record) -> str:
    return batch.fake.phone(record.get("state_or_province"))


def _pattern_generator(pattern: str) -> ValueGenerator:
    return lambda batch, _record: batch.fake.pattern(pattern)


def _choice_generator(*choices: str) -> ValueGenerator:
    return lambda batch, _record: batch.fake.random.choice(choices)


def _email_value(batch: Batch, record: Record) -> str:
    first = record.get("first_name") or batch.fake.word("first_name")
    return batch.fake.email(f"{first}.{record.get('last_name') or batch.fake.word('last_name')}")


_BY_NAME: Mapping[str, ValueGenerator] = {
    "name": lambda batch, _record: batch.fake.word("company"),
    "company": lambda batch, _record: batch.fake.word("company"),
    "company_name": lambda batch, _record: batch.fake.word("company"),
    "first_name": lambda batch, _record: batch.fake.word("first_name"),
    "last_name": lambda batch, _record: batch.fake.word("last_name"),
    "city": lambda batch, _record: batch.fake.word("city"),
    "line_1": lambda batch, _record: batch.fake.street_address(),
    "line_2": _pattern_generator("Suite %##"),
    "state_or_province": _choice_generator(*vocabulary.AREA_CODES),
    "postal_code": _pattern_generator("%####"),
    "postal_codes": _pattern_generator("%####"),
    "postal_code_extension": _pattern_generator("%###"),
    "country_code": _choice_generator("USA"),
    "email": _email_value,
    "status": _choice_generator("ACTIVE", "ACTIVE", "INACTIVE"),
    "class": _choice_generator("BUSINESS", "BUSINESS", "RESIDENTIAL"),
    "geocode": _pattern_generator("%########"),
    "order_type": _choice_generator(*vocabulary.ORDER_TYPES),
    "note": _choice_generator(*vocabulary.REMARKS),
    "notes": _choice_generator(*vocabulary.REMARKS),
    "comments": _choice_generator(*vocabulary.REMARKS),
    "message": _choice_generator(*vocabulary.REMARKS),
    "body": _choice_generator(*vocabulary.REMARKS),
}

_BY_PART: Mapping[str, ValueGenerator] = {
    "email": _email_value,
    "phone": _phone_value,
    "mobile": _phone_value,
    "fax": _phone_value,
    "_code": _pattern_generator("%###"),
    "number": _pattern_generator("%#######"),
}


def _generator_for_part(name: str) -> ValueGenerator | None:
    return next((generator for part, generator in _BY_PART.items() if part in name.lower()), None)
