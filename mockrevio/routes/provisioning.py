"""What integrations do to services beyond writing records: disconnect, assign, complete.

C2, C4: the addresses and the names of the fields that they send. A: what happens to the records.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.actions import ASSIGN, COMPLETE, DISCONNECT, INCOMPLETE, TASK_ACTION
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.record_checks import explain_missing
from mockrevio.revio.resources import INVENTORY_ITEMS, SERVICE_PRODUCTS, SERVICES, TASKS, Resource
from mockrevio.revio.wire.values import convert_known
from mockrevio.routes.api import (
    ANY_METHOD,
    body_fields,
    dispatch,
    find_id,
    this_exchange,
    updated_response,
)

blueprint = Blueprint("provisioning", __name__, url_prefix="/v1")

_COMPLETE = {COMPLETE: True, INCOMPLETE: False}


def disconnect_product(resource: Resource) -> Response:
    """C2: DELETE on the collection, with a body. A: status DISCONNECTED, canceled at the effective date."""
    exchange = this_exchange()
    store = exchange.world.records
    values = convert_known(body_fields(), DISCONNECT.fields, DISCONNECT.required)
    with store.exclusive():
        product_id = _require(resource, "service_product_id", values)
        record_behaviour("provisioning.disconnect")
        product = store.get(SERVICE_PRODUCTS, product_id) or {}
        earlier = product.get("canceled_date") if product.get("status") == "DISCONNECTED" else None
        canceled = values.get("effective_date") or earlier or exchange.world.clock.date()
        changes = {"status": "DISCONNECTED", "canceled_date": canceled}
        store.change(SERVICE_PRODUCTS, product_id, changes, exchange.request.login)
    return updated_response(product_id)


@blueprint.route("/inventoryitem/assignservice", methods=ANY_METHOD, provide_automatic_options=False)
def assignment() -> Response:
    """C2: the address of assignments, which takes PATCH alone."""
    return dispatch({"PATCH": _assign_service})


def _assign_service() -> Response:
    """C2: assign an inventory item to a service. A: null takes it away from its service."""
    exchange = this_exchange()
    store = exchange.world.records
    fields = body_fields()
    values = convert_known(fields, ASSIGN.fields, ASSIGN.never_null)
    if "service_id" not in fields:  # leaving it out by mistake must not take the item away
        record_behaviour("body.required")
        explain = "service_id is missing; send null to take the item away from its service"
        raise ApiError(Problem("required", "service_id is required.", "service_id", explain))
    with store.exclusive():
        item_id = _require(INVENTORY_ITEMS, "inventory_item_id", values)
        service_id = None
        if values.get("service_id") is not None:
            service_id = _require(SERVICES, "service_id", values)
        record_behaviour("provisioning.assign")
        store.assign(item_id, service_id, exchange.request.login)
    return updated_response(item_id)


@blueprint.route("/tasks/<record_id>/action", methods=ANY_METHOD, provide_automatic_options=False)
def task_action(record_id: str) -> Response:
    """C4: the address of what to do about a task, which takes PUT alone."""
    return dispatch({"PUT": _act_on_task}, record_id)


def _act_on_task(record_id: str) -> Response:
    """C4: complete a task, or open it again."""
    exchange = this_exchange()
    store = exchange.world.records
    values = convert_known(body_fields(), TASK_ACTION.fields, TASK_ACTION.required)
    action = values["action"].strip().upper()
    with store.exclusive():
        task_id = find_id(TASKS, record_id)
        if action not in _COMPLETE:
            record_behaviour("body.invalid")
            explain = f"action is {values['action']!r}; send {' or '.join(_COMPLETE)}"
            raise ApiError(Problem("invalid", "action must be COMPLETE or INCOMPLETE.", "action", explain))
        record_behaviour("provisioning.task_action")
        store.change(TASKS, task_id, {"complete": _COMPLETE[action]}, exchange.request.login)
    return updated_response(task_id)


def _require(resource: Resource, name: str, values: Mapping[str, int]) -> int:
    """The id of a record in a body. A: raises ApiError (`entity_not_found`) if the record does not exist."""
    records = this_exchange().world.records
    record_id = values[name]
    if not records.exists(resource, record_id):
        record_behaviour("provisioning.record_exists")
        message = f"{resource.table} {record_id} does not exist."
        explain = explain_missing(resource.table, record_id, records.ids(resource))
        raise ApiError(Problem("entity_not_found", message, name, explain))
    return record_id
