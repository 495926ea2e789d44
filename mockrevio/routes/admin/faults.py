"""Fault rules: arm, look at, change, disarm."""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.control.faults.specification import parse_fault
from mockrevio.documents import list_of
from mockrevio.routes.admin.responses import current_world, json_body, json_response, path_id

blueprint = Blueprint("faults", __name__, url_prefix="/faults")


@blueprint.get("")
def listing() -> Response:
    """All rules in the order in which they are asked, with how often each matched and fired."""
    found = current_world().faults.all()
    return json_response({"count": len(found), "faults": found})


@blueprint.post("")
def arm() -> Response:
    """Arm a rule, or a list of them, all or none: 201 with the rule and its `id`."""
    body = json_body()
    if isinstance(body, list):
        added = current_world().faults.add(list_of(parse_fault)(body, "faults"))
        return json_response({"count": len(added), "faults": added}, 201)
    return json_response(current_world().faults.add([parse_fault(body, "fault")])[0], 201)


@blueprint.delete("")
def clear() -> Response:
    """Disarm all rules."""
    return json_response({"count": current_world().faults.clear()})


@blueprint.get("/<fault_id>")
def get_one(fault_id: str) -> Response:
    """One rule."""
    return json_response(current_world().faults.get(path_id(fault_id)))


@blueprint.put("/<fault_id>")
def replace(fault_id: str) -> Response:
    """Put another rule in the place of one; it counts anew."""
    number = path_id(fault_id)
    return json_response(current_world().faults.replace(number, parse_fault(json_body(), "fault")))


@blueprint.delete("/<fault_id>")
def disarm(fault_id: str) -> Response:
    """Disarm one rule; the answer shows it for the last time."""
    return json_response(current_world().faults.remove(path_id(fault_id)))
