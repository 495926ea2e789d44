"""Rev.io's records at Rev.io's own paths (`/v1/Customers`): one rule serves every resource of the table.

A world's fixture may declare resources, so the rules match any path, and the table says what there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.record_checks import ID_DESCRIPTION, is_id
from mockrevio.revio.resources import (
    INTEGRATION_KEY_LINK,
    KEY_LINK_RESOURCES,
    SERVICE_PRODUCTS,
    WEBHOOK_RESOURCES,
    Resource,
    cached_in_resource,
)
from mockrevio.revio.wire.values import convert_known
from mockrevio.routes.api import (
    ANY_METHOD,
    View,
    body_fields,
    body_patch,
    created_response,
    dispatch,
    find_id,
    find_record,
    get_record,
    list_records,
    this_exchange,
    updated_response,
)
from mockrevio.routes.integration import create_key_link, delete_key_link, replace_key_link
from mockrevio.routes.provisioning import disconnect_product

blueprint = Blueprint("records", __name__, url_prefix="/v1")


def create(resource: Resource) -> Response:
    """C: the method. A: unknown fields are ignored, the record gets the next id."""
    exchange = this_exchange()
    values: Mapping[str, Any] = _values(resource, body_fields())
    if resource in WEBHOOK_RESOURCES:
        values = exchange.world.webhooks.registry.validate(resource, values)
    record_id = exchange.world.records.create(resource, values, exchange.request.login)
    return created_response(resource, record_id)


def replace(resource: Resource, record_id: str) -> Response:
    """C: the method. A: it replaces the entire record; missing fields lose their value."""
    exchange = this_exchange()
    store = exchange.world.records
    with store.exclusive():
        known_id = find_id(resource, record_id)
        store.replace(resource, known_id, _values(resource, body_fields()), exchange.request.login)
    return updated_response(known_id)


def change(resource: Resource, record_id: str) -> Response:
    """C: a JSON Patch changes some fields. A: changes to the id and to unknown fields are ignored."""
    from mockrevio.revio.wire.json_patch import apply_patch

    exchange = this_exchange()
    store = exchange.world.records
    with store.exclusive():
        record = find_record(resource, record_id)
        known_id: int = record[resource.id_field]
        patched = apply_patch(record, body_patch())
        unknown = {name: value for name, value in record.items() if name not in resource.fields}
        values = _values(resource, {name.lower(): value for name, value in patched.items()})
        store.replace(resource, known_id, {**unknown, **values}, exchange.request.login)
    return updated_response(known_id)


def delete(resource: Resource, record_id: str) -> Response:
    """C: the method. A: key links to the record are kept."""
    store = this_exchange().world.records
    with store.exclusive():
        known_id = find_id(resource, record_id)
        store.remove(resource, known_id, only_first=True)
    return updated_response(known_id)


def _values(resource: Resource, fields: dict[str, Any]) -> dict[str, Any]:
    """The values of a body's writable fields. Raises ApiError if one is invalid or a required one missing."""
    values = convert_known(fields, resource.writable, resource.required)
    if resource.id_repeats:
        values = _with_pair_id(resource, values)
    for names in resource.required_one_of:
        if all(_is_missing(values.get(name)) for name in names):
            record_behaviour("body.required")
            one_of = " or ".join(names)
            raise ApiError(
                Problem("required", f"{one_of} is required.", names[0], f"a write requires {one_of}")
            )
    return values


def _with_pair_id(resource: Resource, values: dict[str, Any]) -> dict[str, Any]:
    """The values of a pair, whose id the client writes. A: null is no id, as if it was left out."""
    pair_id = values.get(resource.id_field)
    if pair_id is None:
        return {name: value for name, value in values.items() if name != resource.id_field}
    if not is_id(pair_id):
        record_behaviour("body.invalid")
        message = f"{resource.id_field} must be {ID_DESCRIPTION}."
        raise ApiError(Problem("invalid", message, resource.id_field, f"{resource.id_field} is {pair_id}"))
    return values


def _is_missing(value: object) -> bool:
    """Whether a value stands for none. D: so does 0, where an id would be."""
    return value in (None, 0) or (isinstance(value, str) and not value.strip())


_COLLECTION: Mapping[str, View] = {"GET": list_records, "POST": create}
_RECORD: Mapping[str, View] = {"GET": get_record, "PUT": replace, "PATCH": change, "DELETE": delete}

_OVERRIDES: Mapping[Resource, tuple[Mapping[str, View], Mapping[str, View]]] = {
    # For the collection and for one record, where they differ from the usual ones.
    INTEGRATION_KEY_LINK: ({"POST": create_key_link}, {"PUT": replace_key_link, "DELETE": delete_key_link}),
    SERVICE_PRODUCTS: ({"DELETE": disconnect_product}, {}),
}


@cached_in_resource
def _views(resource: Resource) -> tuple[Mapping[str, View], Mapping[str, View]]:
    """The views of a resource by method, for its collection and for one record."""
    usual = [
        {method: view for method, view in views.items() if method in resource.methods}
        for views in (_COLLECTION, _RECORD)
    ]
    others = _OVERRIDES.get(resource, ({}, {}))
    return {**usual[0], **others[0]}, {**usual[1], **others[1]}


def collection(path: str) -> Response:
    """A request for the collection at a path."""
    resource = _resource_at(path)
    return dispatch(_views(resource)[0], resource)


def record(path: str, record_id: str) -> Response:
    """A request for one record below a path."""
    resource = _resource_at(path)
    return dispatch(_views(resource)[1], resource, record_id)


def _add_rules(path: str | None = None) -> None:
    """Add the rules for a path, or for any path."""
    options: dict[str, Any] = {"methods": ANY_METHOD, "provide_automatic_options": False}
    if path is not None:
        options["defaults"] = {"path": path}
    for rule, view in (("", collection), ("/<record_id>", record)):
        blueprint.add_url_rule(f"/{path or '<path>'}{rule}", view_func=view, **options)


_add_rules()
for _resource in KEY_LINK_RESOURCES:  # the most frequent ones: a rule without a variable is matched faster
    _add_rules(_resource.path.lower())


def _resource_at(path: str) -> Resource:
    resource = this_exchange().world.resources.at(path)
    if resource is None:
        raise NotFound
    return resource
