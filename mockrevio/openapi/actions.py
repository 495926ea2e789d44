"""The operations that do more than read or write the fields of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mockrevio.openapi.bodies import body, form_of, json_content
from mockrevio.openapi.evidence import evidence
from mockrevio.openapi.fields import Schema, ref
from mockrevio.openapi.operations import BODY_ERRORS, NO_RECORD, Operation
from mockrevio.openapi.parameters import id_parameter
from mockrevio.openapi.responses import error_refs, header_refs
from mockrevio.revio.actions import ACTIVATE, ASSIGN, DISCONNECT, TASK_ACTION, Action
from mockrevio.revio.resources import INVENTORY_ITEMS, SERVICE_PRODUCTS, TASKS, WEBHOOK_RECEIVERS, Resource
from mockrevio.revio.wire.secrets import CODE_HEADER


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
    errors = [NO_RECORD, *BODY_ERRORS] if "{" in action.path else [*BODY_ERRORS]
    schema, example = ref(described.schema), described.example or None
    return {
        **operation,
        "requestBody": body(schema, example, form_of(action.required), required=bool(action.required)),
        "responses": {
            "200": {
                "description": "Success.",
                "headers": header_refs(),
                "content": json_content(ref("WriteResponse")),
                **evidence("delete.answer" if action.method == "DELETE" else "replace.answer"),
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
        "200": {
            "description": "The credentials are valid.",
            "headers": header_refs(),
            "content": json_content(ref("Ok")),
            **evidence("status.body"),
        },
        **error_refs(),
    },
    **evidence("status.credentials"),
}


def path_parameters(described: DescribedAction) -> Schema:
    """The part of an action's path item that says what is in its path."""
    resource = described.resource
    has_id = f"{{{resource.id_field}}}" in described.action.path
    return {"parameters": [id_parameter(resource)]} if has_id else {}
