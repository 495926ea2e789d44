"""Rev.io's records: list, add, generate, replace and delete them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from mockrevio.documents import MAX_DEPTH
from mockrevio.explanations import ADD_RECEIVER, Explanation
from mockrevio.openapi.admin.operations import RECORD_FILTERS
from mockrevio.revio.fields import MAX_INTEGER, parse_integer
from mockrevio.revio.references import references_from, references_to
from mockrevio.revio.resources import KEY_LINK_RESOURCES, WEBHOOK_RESOURCES, Resource
from mockrevio.routes.admin.record_queries import FIELD_PREFIX, reject_others, take_flag, take_query
from mockrevio.routes.admin.responses import (
    AdminError,
    current_world,
    json_body,
    json_response,
    query_values,
)

MAX_GENERATED = 100_000
"""How many records a single request may generate."""

MAX_KEY_LINKS = 20
"""How many of the key links of a record are returned."""


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
    """The records of an entity type or an endpoint that match, in order, and their number.

    `?search=acme&field.status=ACTIVE&sort=-created_date&offset=0&limit=50`.
    """
    world, resource, values = current_world(), _resource(name), query_values()
    with_labels = take_flag(values, "labels")
    query = take_query(values, resource, {})
    reject_others(values, (*RECORD_FILTERS, f"{FIELD_PREFIX}NAME"))
    records, count = world.listings.records(resource, query)
    body: dict[str, Any] = {"count": count, "entities": records}
    if with_labels:
        body["labels"] = [world.listings.labels.of(resource, record) for record in records]
    return json_response(body)


def references(name: str, entity_id: str) -> Response:
    """What a record refers to, what refers to it, and its key links."""
    world, resource = current_world(), _resource(name)
    record = world.records.get(resource, _entity_id(entity_id))
    if record is None:
        raise _not_found(resource, entity_id)
    return json_response(
        {
            "label": world.listings.labels.of(resource, record),
            "refers_to": references_from(world.listings, resource, record),
            "referred_to_by": references_to(world.listings, resource, record[resource.id_field]),
            "key_links": world.listings.links_of(resource, record[resource.id_field], MAX_KEY_LINKS),
        }
    )


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
