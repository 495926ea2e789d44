"""What Rev.io requires of a single record, whichever way it comes in: the fields, their kinds, the ids."""

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
"""Fields that a key link may leave out; a catalog record may leave out none."""

LINKING_RESOURCES = (INTEGRATION_SYSTEM, INTEGRATION_ENTITY_TYPE, INTEGRATION_KEY_LINK)
ID_DESCRIPTION = f"a whole number from 1 to {MAX_INTEGER}"

ENTITY_TYPE_NAME = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
"""How names of entity types look (D); no other table has such a name."""


def check_type_name(name: object, place: str) -> Iterator[Mistake]:
    """What is wrong with the name of an entity type."""
    if isinstance(name, str) and not ENTITY_TYPE_NAME.fullmatch(name):
        yield Mistake(place, "no name of an entity type; those look like CUSTOMER or SERVICE_PRODUCT")


def check_record(resource: Resource, record: Mapping[str, Any], place: str) -> Iterator[Mistake]:
    """What is wrong in one record. Entities may leave out all but their id, and may have fields of
    their own, which are named but kept: Rev.io's records have more fields than mockrevio knows."""
    is_entity = resource not in LINKING_RESOURCES
    for name, field in resource.fields.items():
        at = f"{place}.{name}"
        value = record.get(name)
        if name == resource.id_field:
            if (name in record or is_entity or resource is not INTEGRATION_KEY_LINK) and not is_id(value):
                yield Mistake(at, f"must be {ID_DESCRIPTION}, not {format_given(value)}")
        elif not is_entity and name not in OPTIONAL_LINK_FIELDS and (value is None or value == ""):
            yield Mistake(at, f"is missing; it must be {KIND_DESCRIPTIONS[field.kind]}")
        elif not field.accepts(value):
            yield Mistake(at, f"must be {KIND_DESCRIPTIONS[field.kind]}, not {format_given(value)}")
        elif not is_entity and isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
            yield Mistake(at, f"must have at most {MAX_TEXT_LENGTH} characters, not {len(value)}")
        elif name == "entity_type_name":
            yield from check_type_name(value, at)
    for name in record:
        if name not in resource.fields:
            known = ", ".join(resource.fields)
            message = f"no field of {resource.table} that mockrevio knows; those are {known}"
            yield Mistake(f"{place}.{name}", message, fatal=not is_entity)


def require_free_id(table: str, record_id: int) -> None:
    """Raise IdsUsedUp where this is the next id, and there can be none so large."""
    if record_id > MAX_INTEGER:
        raise IdsExhausted(
            f"{table} has no id left: {MAX_INTEGER} is the largest there can be, and none is used again. "
            "POST /__admin/reset, or PUT /__admin/state with smaller ids and next_ids, begins anew"
        )


def nearest_id(ids: Sequence[int], wanted: int) -> int | None:
    """The id of an ascending sequence that is closest to the wanted one."""
    at = bisect_left(ids, wanted)
    return min(ids[max(at - 1, 0) : at + 1], key=lambda each: abs(each - wanted), default=None)


def is_id(value: object) -> bool:
    """Whether a value can be the id of a record."""
    return type(value) is int and 1 <= value <= MAX_INTEGER


def format_given(value: object) -> str:
    """A value as a message shows it; null and absent values read the same."""
    return "missing or null" if value is None else format_value(value)
