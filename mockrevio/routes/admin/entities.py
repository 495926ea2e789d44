"""Rev.io's records: list, add, generate, replace and delete them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from mockrevio.documents import MAX_DEPTH
from mockrevio.explanations import ADD_RECEIVER, Explanation
from mockrevio.revio.fields import MAX_INTEGER, parse_integer
from mockrevio.revio.resources import KEY_LINK_RESOURCES, WEBHOOK_RESOURCES, Resource
from mockrevio.routes.admin.responses import AdminError, current_world, json_body, json_response

MAX_GENERATED = 100_000
"""How many records a single request may generate."""


def counts() -> Response:
    """The number of records of each entity type, and of each other endpoint that has some."""
    world = current_world()
    types = {name: world.resources.of_entity_type(name) for name in world.catalog.type_names()}
    numbers = {name: world.records.count(resource) for name, resource in types.items()}
    for resource in world.resources:
        if not resource.entity_type and resource not in KEY_LINK_RESOURCES and world.records.count(resource):
            numbers[resource.path] = world.records.count(resource)
    return json_response({"counts": numbers})


def listing(name: str) -> Response:
    """All records of an entity type or an endpoint."""
    records = current_world().records.all(_resource(name))
    return json_response({"count": len(records), "entities": records})


def add(name: str) -> Response:
    """Add a record, a list of records, or generated ones: `{"count": 50}`. All or none are added."""
    resource = _resource(name)
    body = json_body(MAX_DEPTH + 1)  # a list of records
    if isinstance(body, dict) and "count" in body:
        if resource in WEBHOOK_RESOURCES:
            message = Explanation("webhooks cannot be generated; add them with ", ADD_RECEIVER)
            raise AdminError(400, "invalid", message)
        added = current_world().generate_records(resource, _count(body))
    else:
        added = current_world().records.add(resource, body if isinstance(body, list) else [body])
    return json_response({"count": len(added), "entities": added}, 201)


def clear(name: str) -> Response:
    """Delete all records of a type. Key links to them are kept."""
    return json_response({"count": current_world().records.clear(_resource(name))})


def get_one(name: str, entity_id: str) -> Response:
    """One record."""
    resource = _resource(name)
    record = current_world().records.get(resource, _entity_id(entity_id))
    if record is None:
        raise _not_found(resource, entity_id)
    return json_response(record)


def put(name: str, entity_id: str) -> Response:
    """Create or replace the record with this id."""
    resource = _resource(name)
    body = json_body()
    if not isinstance(body, dict):
        raise AdminError(400, "invalid", "the body must be an object with the record's fields")
    if resource.id_repeats:
        message = f"ids of {resource.path} may repeat; delete its records and add others with POST"
        raise AdminError(400, "invalid", message)
    return json_response(current_world().records.put(resource, _entity_id(entity_id), body))


def remove(name: str, entity_id: str) -> Response:
    """Delete a record. Key links to it are kept (A)."""
    resource = _resource(name)
    if not current_world().records.remove(resource, _entity_id(entity_id)):
        raise _not_found(resource, entity_id)
    return json_response({"ok": True})


def _resource(name: str) -> Resource:
    return current_world().resolve(name)


def _entity_id(text: str) -> int:
    entity_id = parse_integer(text) if text.isdigit() else None
    if not entity_id:
        message = f"{text!r} is not an id; ids are whole numbers from 1 to {MAX_INTEGER}"
        raise AdminError(404, "not_found", message)
    return entity_id


def _not_found(resource: Resource, entity_id: str) -> AdminError:
    nearest = current_world().records.nearest_id(resource, int(entity_id))
    hint = "none exist" if nearest is None else f"the nearest is {nearest}"
    return AdminError(404, "not_found", f"{resource.table} {entity_id} does not exist; {hint}")


def _count(body: Mapping[str, Any]) -> int:
    count = body["count"]
    other_fields = ", ".join(name for name in body if name != "count")
    if other_fields:
        raise AdminError(400, "invalid", f"count cannot be combined with {other_fields}; remove one of them")
    if type(count) is not int or not 1 <= count <= MAX_GENERATED:
        message = f"count must be a whole number from 1 to {MAX_GENERATED}, not {count!r}"
        raise AdminError(400, "invalid", message)
    return count
