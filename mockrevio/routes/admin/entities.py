"""Rev.io's records: list, add, generate, replace and delete them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from mockrevio.revio.fields import MAX_INTEGER, parse_integer
from mockrevio.routes.admin.responses import AdminError, current_world, json_body, json_response

MAX_GENERATED = 100_000
"""How many records a single request may generate."""


def counts() -> Response:
    """The number of records of each type."""
    return json_response({"counts": current_world().records.counts()})


def listing(name: str) -> Response:
    """All records of a type."""
    records = current_world().records.all(_entity_type(name))
    return json_response({"count": len(records), "entities": records})


def add(name: str) -> Response:
    """Add a record, a list of records, or generated ones: `{"count": 50}`. All or none are added."""
    type_name = _entity_type(name)
    body = json_body()
    if isinstance(body, dict) and "count" in body:
        added = current_world().generate_records(type_name, _count(body))
    else:
        added = current_world().records.add(type_name, body if isinstance(body, list) else [body])
    return json_response({"count": len(added), "entities": added}, 201)


def clear(name: str) -> Response:
    """Delete all records of a type. Key links to them are kept."""
    return json_response({"count": current_world().records.clear(_entity_type(name))})


def get_one(name: str, entity_id: str) -> Response:
    """One record."""
    type_name = _entity_type(name)
    record = current_world().records.get(type_name, _entity_id(entity_id))
    if record is None:
        raise _not_found(type_name, entity_id)
    return json_response(record)


def put(name: str, entity_id: str) -> Response:
    """Create or replace the record with this id."""
    type_name = _entity_type(name)
    body = json_body()
    if not isinstance(body, dict):
        raise AdminError(400, "invalid", "the body must be an object with the record's fields")
    return json_response(current_world().records.put(type_name, _entity_id(entity_id), body))


def remove(name: str, entity_id: str) -> Response:
    """Delete a record. Key links to it are kept (A)."""
    type_name = _entity_type(name)
    if not current_world().records.remove(type_name, _entity_id(entity_id)):
        raise _not_found(type_name, entity_id)
    return json_response({"ok": True})


def _entity_type(name: str) -> str:
    return current_world().catalog.resolve(name)


def _entity_id(text: str) -> int:
    entity_id = parse_integer(text) if text.isdigit() else None
    if not entity_id:
        message = f"{text!r} is not an id; ids are whole numbers from 1 to {MAX_INTEGER}"
        raise AdminError(404, "not_found", message)
    return entity_id


def _not_found(type_name: str, entity_id: str) -> AdminError:
    nearest = current_world().records.nearest_id(type_name, int(entity_id))
    hint = "none exist" if nearest is None else f"the nearest is {nearest}"
    return AdminError(404, "not_found", f"{type_name} {entity_id} does not exist; {hint}")


def _count(body: Mapping[str, Any]) -> int:
    count = body["count"]
    other_fields = ", ".join(name for name in body if name != "count")
    if other_fields:
        raise AdminError(400, "invalid", f"count cannot be combined with {other_fields}; remove one of them")
    if type(count) is not int or not 1 <= count <= MAX_GENERATED:
        message = f"count must be a whole number from 1 to {MAX_GENERATED}, not {count!r}"
        raise AdminError(400, "invalid", message)
    return count
