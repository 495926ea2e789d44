"""What Rev.io requires of a single record, wherever it comes from: its fields, their kinds, its id."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockrevio.documents import format_value
from mockrevio.errors import IdsExhausted, Mistake
from mockrevio.revio.fields import KIND_DESCRIPTIONS, MAX_INTEGER, MAX_TEXT_LENGTH, Resource
from mockrevio.revio.resources import INTEGRATION_ENTITY_TYPE, INTEGRATION_KEY_LINK, INTEGRATION_SYSTEM

OPTIONAL_LINK_FIELDS = frozenset({INTEGRATION_KEY_LINK.id_field, "created_date", "created_by"})
"""Fields that a key link may omit; integration systems and entity types must have all fields."""

KEY_LINK_RESOURCES = (INTEGRATION_SYSTEM, INTEGRATION_ENTITY_TYPE, INTEGRATION_KEY_LINK)
ID_DESCRIPTION = f"a whole number from 1 to {MAX_INTEGER}"

ENTITY_TYPE_NAME = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
"""D: the form of an entity type's name. No other table has a name of this form."""


def check_type_name(name: object, place: str) -> Iterator[Mistake]:
    """Check the name of an entity type."""
    if isinstance(name, str) and not ENTITY_TYPE_NAME.fullmatch(name):
        message = f"must be an entity type name such as CUSTOMER or SERVICE_PRODUCT, not {format_value(name)}"
        yield Mistake(place, message)


def check_record(resource: Resource, record: Mapping[str, Any], place: str) -> Iterator[Mistake]:
    """Check one record.

    Entities may omit any field but their id. Unknown fields of an entity are kept, and reported as
    mistakes that are not fatal: Rev.io's records have more fields than mockrevio knows.
    """
    is_entity = resource not in KEY_LINK_RESOURCES
    for name, field in resource.fields.items():
        field_place = f"{place}.{name}"
        value = record.get(name)
        if name == resource.id_field:
            if (name in record or is_entity or resource is not INTEGRATION_KEY_LINK) and not is_id(value):
                yield _wrong_value(record, name, ID_DESCRIPTION, field_place)
        elif (
            not is_entity and name not in OPTIONAL_LINK_FIELDS and value in (None, "")
        ) or not field.accepts(value):
            yield _wrong_value(record, name, KIND_DESCRIPTIONS[field.kind], field_place)
        elif not is_entity and isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
            yield Mistake(field_place, f"must have at most {MAX_TEXT_LENGTH} characters, not {len(value)}")
        elif name == "entity_type_name":
            yield from check_type_name(value, field_place)
    for name in record:
        if name not in resource.fields:
            message = f"unknown field of {resource.table}; known fields: {', '.join(resource.fields)}"
            yield Mistake(f"{place}.{name}", message, fatal=not is_entity)


def _wrong_value(record: Mapping[str, Any], name: str, description: str, place: str) -> Mistake:
    if name not in record:
        return Mistake(place, f"is missing; it must be {description}")
    return Mistake(place, f"must be {description}, not {format_value(record[name])}")


def require_free_id(table: str, record_id: int) -> None:
    """Raise IdsExhausted if the next id of a table is beyond the largest id."""
    if record_id > MAX_INTEGER:
        raise IdsExhausted(
            f"{table} has no id left: {MAX_INTEGER} is the largest, and ids are never reused. Start over "
            "with POST /__admin/reset, or with PUT /__admin/state and smaller ids and next_ids"
        )


def nearest_id(ids: Sequence[int], target: int) -> int | None:
    """The id in an ascending sequence that is closest to `target`; None if the sequence is empty."""
    index = bisect_left(ids, target)
    neighbors = ids[max(index - 1, 0) : index + 1]
    return min(neighbors, key=lambda record_id: abs(record_id - target), default=None)


def is_id(value: object) -> bool:
    """Whether a value can be the id of a record."""
    return type(value) is int and 1 <= value <= MAX_INTEGER
