"""What Rev.io requires of a single record, wherever it comes from: its fields, their kinds, its id."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockrevio.documents import MAX_DEPTH, exceeds_depth, format_value
from mockrevio.errors import IdsExhausted, Mistake
from mockrevio.explanations import REPLACE_STATE, RESET, Explanation, add_entity
from mockrevio.revio.fields import KIND_DESCRIPTIONS, MAX_INTEGER, MAX_TEXT_LENGTH, Field, FieldKind
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, KEY_LINK_RESOURCES, USERS, Resource

FIRST_ID = 1001
"""D: ids of Rev.io's records start near 1001."""

OPTIONAL_LINK_FIELDS = frozenset({INTEGRATION_KEY_LINK.id_field, "created_date", "created_by"})
"""Fields that a key link may omit; integration systems and entity types must have all fields."""

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

    Rev.io's records may omit any field but their id. Unknown fields are kept, and reported as mistakes that
    are not fatal: Rev.io's records have more fields than mockrevio knows. Only key links, which clients write
    as a whole, have no others.
    """
    if exceeds_depth(record, MAX_DEPTH):
        yield Mistake(place, f"is nested more than {MAX_DEPTH} levels deep")
        return
    fields, id_field = resource.fields, resource.id_field
    is_catalog = resource in KEY_LINK_RESOURCES
    for name in fields if is_catalog else (id_field,):
        if record.get(name) in (None, "") and name not in OPTIONAL_LINK_FIELDS:
            yield _wrong_value(record, name, _description(resource, fields[name]), f"{place}.{name}")
    for name, value in record.items():
        field = fields.get(name)
        if field is None:
            message = f"unknown field of {resource.table}; known fields: {', '.join(fields)}"
            yield Mistake(f"{place}.{name}", message, fatal=resource is INTEGRATION_KEY_LINK)
        elif name == id_field:
            is_reported = value in (None, "") and name not in OPTIONAL_LINK_FIELDS
            if not is_id(value) and not is_reported:
                yield _wrong_value(record, name, ID_DESCRIPTION, f"{place}.{name}")
        elif type(value) is not _TYPE_OF.get(field.kind) and not field.accepts(value):
            yield from _wrong_parts(field, value, f"{place}.{name}")
        elif is_catalog and isinstance(value, str):
            yield from _check_catalog_text(name, value, f"{place}.{name}")


_TYPE_OF: Mapping[FieldKind, type] = {"whole": int, "text": str, "name": str, "flag": bool}
"""The kinds of which any value of this type is one: nearly all values of nearly all records."""


def _description(resource: Resource, field: Field) -> str:
    return ID_DESCRIPTION if field.name == resource.id_field else KIND_DESCRIPTIONS[field.kind]


def _check_catalog_text(name: str, value: str, place: str) -> Iterator[Mistake]:
    if len(value) > MAX_TEXT_LENGTH:
        yield Mistake(place, f"must have at most {MAX_TEXT_LENGTH} characters, not {len(value)}")
    elif name == "entity_type_name":
        yield from check_type_name(value, place)


def _wrong_parts(field: Field, value: Any, place: str) -> Iterator[Mistake]:
    """The parts of a value that its field does not accept."""
    if field.kind == "object" and isinstance(value, dict):
        for name, item in value.items():
            member = field.fields.get(name)
            if member is not None and not member.accepts(item):
                yield from _wrong_parts(member, item, f"{place}.{name}")
    elif field.kind == "list" and isinstance(value, list):
        item_field = field._replace(kind=field.items or "object", items=None)
        for index, item in enumerate(value):
            if not field.accepts_item(item):
                yield from _wrong_parts(item_field, item, f"{place}[{index}]")
    else:
        message = f"must be {KIND_DESCRIPTIONS[field.kind]}, not {format_value(value)}"
        if field.refers_to == USERS.path and isinstance(value, str):
            message += "; this is now the id of a user, not a login: replace or remove it"
        yield Mistake(place, message)


def _wrong_value(record: Mapping[str, Any], name: str, description: str, place: str) -> Mistake:
    if name not in record:
        return Mistake(place, f"is missing; it must be {description}")
    return Mistake(place, f"must be {description}, not {format_value(record[name])}")


def require_free_id(table: str, record_id: int) -> None:
    """Raise IdsExhausted if the next id of a table is beyond the largest id."""
    if record_id > MAX_INTEGER:
        fact = f"{table} has no id left: {MAX_INTEGER} is the largest, and ids are never reused"
        raise IdsExhausted(
            Explanation(
                f"{fact}. Start over with ",
                RESET,
                ", or with ",
                REPLACE_STATE,
                " and smaller ids and next_ids",
            )
        )


def nearest_id(ids: Sequence[int], target: int) -> int | None:
    """The id in an ascending sequence that is closest to `target`; None if the sequence is empty."""
    index = bisect_left(ids, target)
    neighbors = ids[max(index - 1, 0) : index + 1]
    return min(neighbors, key=lambda record_id: abs(record_id - target), default=None)


def explain_missing(table: str, record_id: int, ids: Sequence[int]) -> Explanation:
    """The hint that a record does not exist, and how to add it. `ids` are the existing ones, ascending."""
    nearest = nearest_id(ids, record_id)
    hint = "none exist" if nearest is None else f"nearest {nearest}"
    fact = f"{table.lower()} {record_id} does not exist; {hint}"
    return Explanation(f"{fact}; add it with ", add_entity(table, record_id))


def is_id(value: object) -> bool:
    """Whether a value can be the id of a record."""
    return type(value) is int and 1 <= value <= MAX_INTEGER
