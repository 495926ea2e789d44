"""The Rev.io records that key links point at, at Rev.io's own paths (`/v1/Customers`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from mockrevio.revio.resources import ENTITIES, Resource
from mockrevio.revio.wire.json_patch import apply_patch
from mockrevio.revio.wire.values import convert_known
from mockrevio.routes.api import (
    body_fields,
    body_patch,
    created_response,
    find_record,
    get_record,
    list_records,
    this_exchange,
    updated_response,
)

blueprint = Blueprint("entities", __name__, url_prefix="/v1")


def create(resource: Resource) -> Response:
    """C: the method. A: no field is required, unknown fields are ignored, the record gets the next id."""
    values = _values(resource, body_fields())
    (record,) = this_exchange().world.records.add(resource.table, [values])
    return created_response(resource, record[resource.id_field])


def replace(resource: Resource, record_id: str) -> Response:
    """C: the method. A: it replaces the entire record; missing fields lose their value."""
    store = this_exchange().world.records
    with store.exclusive():
        entity_id: int = find_record(resource, record_id)[resource.id_field]
        store.put(resource.table, entity_id, _values(resource, body_fields()))
    return updated_response(entity_id)


def change(resource: Resource, record_id: str) -> Response:
    """C: a JSON Patch changes some fields. A: changes to the id and to unknown fields are ignored."""
    store = this_exchange().world.records
    with store.exclusive():
        record = find_record(resource, record_id)
        patched = apply_patch(record, body_patch())
        unknown = {name: value for name, value in record.items() if name not in resource.fields}
        entity_id: int = record[resource.id_field]
        store.put(resource.table, entity_id, {**unknown, **_values(resource, patched)})
    return updated_response(entity_id)


def delete(resource: Resource, record_id: str) -> Response:
    """C: the method. A: key links to the record are kept."""
    store = this_exchange().world.records
    with store.exclusive():
        entity_id: int = find_record(resource, record_id)[resource.id_field]
        store.remove(resource.table, entity_id)
    return updated_response(entity_id)


def _values(resource: Resource, fields: dict[str, Any]) -> dict[str, Any]:
    """The values of a body's known fields, without the id, which is read-only."""
    return convert_known(
        fields, {name: field for name, field in resource.fields.items() if name != resource.id_field}
    )


def _add_rules() -> None:
    """Add a rule for each method, which matches the paths of all entities: they are many, and alike."""
    resources = {resource.path.lower(): resource for resource in ENTITIES.values()}
    # C: real clients use these paths; some are plural, some singular.
    collection = f"/<any({', '.join(resources)}):path>"
    rules: tuple[tuple[str, str, Callable[..., Response]], ...] = (
        ("GET", collection, list_records),
        ("POST", collection, create),
        ("GET", f"{collection}/<record_id>", get_record),
        ("PUT", f"{collection}/<record_id>", replace),
        ("PATCH", f"{collection}/<record_id>", change),
        ("DELETE", f"{collection}/<record_id>", delete),
    )
    for method, rule, view in rules:

        def respond(path: str, view: Callable[..., Response] = view, **record_id: str) -> Response:
            return view(resources[path], **record_id)

        blueprint.add_url_rule(rule, view.__name__, respond, methods=[method])


_add_rules()
