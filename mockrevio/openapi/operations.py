"""The operations on the resources: one for each method that an endpoint has, and the actions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from mockrevio.openapi.evidence import evidence
from mockrevio.openapi.examples import example_input, example_record
from mockrevio.openapi.fields import Schema, ref
from mockrevio.openapi.parameters import SearchParameters, id_parameter, sort_parameter
from mockrevio.openapi.records import one_of
from mockrevio.openapi.responses import error_refs, header_refs
from mockrevio.revio.actions import ACTIVATE, ASSIGN, DISCONNECT, TASK_ACTION, Action
from mockrevio.revio.resources import (
    INTEGRATION_KEY_LINK,
    INVENTORY_ITEMS,
    SERVICE_PRODUCTS,
    TASKS,
    WEBHOOK_RECEIVERS,
    Resource,
)
from mockrevio.revio.wire.secrets import CODE_HEADER

Operation = dict[str, Any]

NO_BODY = ("404", "NotFound")
BODY = (("413", "TooLarge"), ("415", "UnsupportedMediaType"))


class Naming(NamedTuple):
    """A resource, what one of its records is called, and the collector of its parameters."""

    resource: Resource
    name: str
    parameters: SearchParameters


Describe = Callable[[Naming], Operation]


def list_records(naming: Naming) -> Operation:
    """GET of a collection."""
    resource, name, parameters = naming
    links = _links(naming, f"$response.body#/records/0/{resource.id_field}", {"GET"})
    return {
        "operationId": f"list{resource.path}",
        "summary": f"Search {resource.path}",
        "description": "A page of the records that match all parameters. Parameters that name no field are "
        "ignored.",
        "tags": [resource.path],
        "parameters": [*parameters.of(resource), sort_parameter(resource)],
        "responses": {
            "200": {
                "description": f"A page of `{resource.path}`.",
                "headers": header_refs(),
                "content": _json(ref(f"{name}Page"), _page_example(resource)),
                **({"links": links} if links else {}),
            },
            **error_refs(),
        },
        **evidence("collection.page"),
    }


def _page_example(resource: Resource) -> Any:
    record = example_record(resource)
    if record is None:
        return None
    return {"ok": True, "has_more": False, "record_count": 1, "records": [record]}


def create(naming: Naming) -> Operation:
    """POST to a collection."""
    resource, name, _ = naming
    links = _links(naming, "$response.body#/id", resource.methods)
    return {
        "operationId": f"create{name}",
        "summary": f"Create a record of {resource.path}",
        "description": "The record gets the next id.",
        "tags": [resource.path],
        "requestBody": _body(
            ref(f"{name}Input"), example_input(resource), _form(resource.required, resource.required_one_of)
        ),
        "responses": {
            "201": {
                "description": "The record was created.",
                "headers": header_refs("Location"),
                "content": _json(ref("WriteResponse")),
                "links": links,
            },
            **error_refs(*BODY),
        },
        **evidence("create.answer"),
    }


def get_record(naming: Naming) -> Operation:
    """GET of one record."""
    resource, name, _ = naming
    record = example_record(resource)
    return {
        "operationId": f"get{name}",
        "summary": f"Read one record of {resource.path}",
        "description": "All fields of the record; those without a value are null, an empty text or 0.",
        "tags": [resource.path],
        "responses": {
            "200": {
                "description": "The record.",
                "headers": header_refs(),
                "content": _json(ref(f"{name}Response"), record and {"ok": True, **record}),
            },
            **error_refs(NO_BODY),
        },
        **evidence("record.single"),
    }


def replace(naming: Naming) -> Operation:
    """PUT of one record."""
    resource, name, _ = naming
    return {
        "operationId": f"replace{name}",
        "summary": f"Replace a record of {resource.path}",
        "description": "Replaces the whole record: fields that are missing lose their value.",
        "tags": [resource.path],
        "requestBody": _body(
            ref(f"{name}Input"), example_input(resource), _form(resource.required, resource.required_one_of)
        ),
        "responses": _written("The record was replaced.", *BODY),
        **evidence("link.update" if resource is INTEGRATION_KEY_LINK else "replace.answer"),
    }


def patch(naming: Naming) -> Operation:
    """PATCH of one record."""
    resource, name, _ = naming
    return {
        "operationId": f"patch{name}",
        "summary": f"Change fields of a record of {resource.path}",
        "description": "Changes to unknown and read-only fields are ignored.",
        "tags": [resource.path],
        "requestBody": {
            "required": True,
            "content": {"application/json-patch+json": _patch_body(resource)},
        },
        "responses": _written("The record was changed.", *BODY),
        **evidence("record.patch"),
    }


def _patch_body(resource: Resource) -> Schema:
    """A patch; the example replaces a text of the example record, its status if it has one."""
    schema = {"schema": ref("JsonPatch")}
    record = example_input(resource) or {}
    texts = [name for name, value in record.items() if isinstance(value, str)]
    if not texts:
        return schema
    name = "status" if "status" in texts else texts[0]
    return {**schema, "example": [{"op": "replace", "path": f"/{name}", "value": record[name]}]}


def delete(naming: Naming) -> Operation:
    """DELETE of one record."""
    resource, name, _ = naming
    return {
        "operationId": f"delete{name}",
        "summary": f"Delete a record of {resource.path}",
        "description": "Key links to it are kept." if resource.entity_type else "Its id is never used again.",
        "tags": [resource.path],
        "responses": _written("The record was deleted."),
        **evidence("delete.answer"),
    }


def _written(description: str, *more: tuple[str, str]) -> Schema:
    return {
        "200": {
            "description": description,
            "headers": header_refs(),
            "content": _json(ref("WriteResponse")),
        },
        **error_refs(NO_BODY, *more),
    }


def _links(naming: Naming, id_expression: str, methods: Collection[str]) -> Schema:
    """What can be done with the record that a response names."""
    resource, name, _ = naming
    operations = {"GET": "get", "PUT": "replace", "PATCH": "patch", "DELETE": "delete"}
    return {
        f"{verb}{name}": {"operationId": f"{verb}{name}", "parameters": {resource.id_field: id_expression}}
        for method, verb in operations.items()
        if method in methods and method in resource.methods
    }


def _json(schema: Schema, example: Any = None) -> Schema:
    media_type: Schema = {"schema": schema}
    if example is not None:
        media_type["example"] = example
    return {"application/json": media_type}


def _form(required: Sequence[str], groups: Sequence[Sequence[str]] = ()) -> Schema:
    """A form with these fields, and at least one of each of these groups."""
    form = ref("FormFields")
    if required:
        form["required"] = [*required]
    for names in groups:
        form |= one_of(names)
    return form


def _body(schema: Schema, example: Any, form: Schema, *, required: bool = True) -> Schema:
    """A body of JSON.

    The other media types stand apart: with several, popular generators make clients that do not work.
    """
    others = {
        "text/json": {"schema": schema},
        "application/x-www-form-urlencoded": {"schema": form},
    }
    return {
        "required": required,
        "content": _json(schema, example),
        "x-other-content": others,
        **evidence("body.json_any_type"),
    }


COLLECTION: Mapping[str, Describe] = {"GET": list_records, "POST": create}
RECORD: Mapping[str, Describe] = {"GET": get_record, "PUT": replace, "PATCH": patch, "DELETE": delete}


class DescribedAction(NamedTuple):
    """An action with what to say about it, and an example of its body."""

    action: Action
    resource: Resource
    operation_id: str
    summary: str
    description: str
    schema: str
    example: Mapping[str, Any]


ACTIONS = (
    DescribedAction(
        DISCONNECT,
        SERVICE_PRODUCTS,
        "disconnectServiceProduct",
        "Disconnect a product",
        "Disconnects the product that the body names: it gets the status DISCONNECTED and a canceled_date.",
        "DisconnectInput",
        {"service_product_id": 1001, "effective_date": "2026-01-05", "generate_proration": True},
    ),
    DescribedAction(
        ASSIGN,
        INVENTORY_ITEMS,
        "assignService",
        "Assign an inventory item to a service",
        "Plain JSON, no JSON Patch. A service_id of null takes the item away from its service.",
        "AssignServiceInput",
        {"inventory_item_id": 1001, "service_id": 1001},
    ),
    DescribedAction(
        TASK_ACTION,
        TASKS,
        "actOnTask",
        "Complete a task, or open it again",
        "Sets `complete` of the task.",
        "TaskActionInput",
        {"action": "COMPLETE"},
    ),
    DescribedAction(
        ACTIVATE,
        WEBHOOK_RECEIVERS,
        "activateWebhookReceiver",
        "Activate a webhook receiver",
        f"Needs no body. A code in it or in the header {CODE_HEADER} must be the one that was sent.",
        "ActivateInput",
        {},
    ),
)


def action_operation(described: DescribedAction) -> Operation:
    """The operation of an action, without the parameters of its path."""
    action = described.action
    operation: Operation = {
        "operationId": described.operation_id,
        "summary": described.summary,
        "description": described.description,
        "tags": [described.resource.path],
    }
    if action is ACTIVATE:
        operation["parameters"] = [
            {
                "name": CODE_HEADER,
                "in": "header",
                "description": "The confirmation code that the receiver was sent.",
                "schema": {"type": "string"},
                **evidence("webhook.code"),
            }
        ]
    errors = [NO_BODY, *BODY] if "{" in action.path else [*BODY]
    schema, example = ref(described.schema), described.example or None
    return {
        **operation,
        "requestBody": _body(schema, example, _form(action.required), required=bool(action.required)),
        "responses": {
            "200": {
                "description": "Done.",
                "headers": header_refs(),
                "content": _json(ref("WriteResponse")),
            },
            **error_refs(*errors),
        },
        **evidence(action.rule),
    }


STATUS: Operation = {
    "operationId": "getSystemStatus",
    "summary": "Check the credentials",
    "description": "Responds with 200 if the credentials are valid.",
    "tags": ["SystemStatus"],
    "responses": {
        "200": {"description": "They are.", "headers": header_refs(), "content": _json(ref("Ok"))},
        **error_refs(),
    },
    **evidence("status.credentials"),
}


def path_parameters(described: DescribedAction) -> Schema:
    """The part of an action's path item that says what is in its path."""
    resource = described.resource
    has_id = f"{{{resource.id_field}}}" in described.action.path
    return {"parameters": [id_parameter(resource)]} if has_id else {}
