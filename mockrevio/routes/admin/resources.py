"""The resources of a world: what it has records of, and which fields they have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response

from mockrevio.revio.fields import Field
from mockrevio.revio.resources import (
    KEY_LINK_RESOURCES,
    WEBHOOK_RESOURCES,
    WEBHOOK_SUBSCRIPTIONS,
    Resource,
)
from mockrevio.revio.webhooks.event_types import event_types
from mockrevio.routes.admin.responses import current_world, json_response
from mockrevio.world.world import World


def listing() -> Response:
    """All resources but those that key links are made of."""
    world = current_world()
    resources = [_summary(world, resource) for resource in _resources(world)]
    return json_response({"count": len(resources), "resources": resources})


def get_one(name: str) -> Response:
    """One resource with its fields."""
    world = current_world()
    resource = world.resolve(name)
    fields = [_field(world, resource, field) for field in resource.fields.values()]
    one_of = {"required_one_of": resource.required_one_of}
    return json_response({**_summary(world, resource), **one_of, "fields": fields})


def _resources(world: World) -> Iterator[Resource]:
    """The resources of the table, and the entity types that only the fixture names."""
    yield from (resource for resource in world.resources if resource not in KEY_LINK_RESOURCES)
    for name in world.catalog.type_names():
        if world.resources.is_added_type(name):
            yield world.resources.of_entity_type(name)


def _summary(world: World, resource: Resource) -> dict[str, Any]:
    is_endpoint = world.resources.at(resource.path.lower()) is not None
    return {
        "path": resource.path,
        "name": world.listings.name_of(resource),
        "entity_type": resource.entity_type,
        "id_field": resource.id_field,
        "methods": [method for method in resource.declaration.get("methods", ["GET"]) if is_endpoint],
        "count": world.records.count(resource),
        "evidence": resource.evidence,
        "id_repeats": resource.id_repeats,
        "generated": resource not in WEBHOOK_RESOURCES,
    }


def _field(world: World, resource: Resource, field: Field) -> dict[str, Any]:
    read_only = field.name in resource.set_by_server
    read_only |= field.name == resource.id_field and not resource.id_repeats
    choices = None
    if resource is WEBHOOK_SUBSCRIPTIONS and field.name == "event_type":
        choices = event_types(world.catalog.type_names())
    required = field.name in resource.required
    return {**_field_form(field), "required": required, "read_only": read_only, "choices": choices}


def _field_form(field: Field) -> dict[str, Any]:
    """A field, or a member of one, which is neither required nor set by the server."""
    return {
        "name": field.name,
        "kind": field.kind,
        "required": False,
        "read_only": False,
        "refers_to": field.refers_to,
        "choices": None,
        "items": field.items,
        "fields": [_field_form(member) for member in field.fields.values()],
    }
