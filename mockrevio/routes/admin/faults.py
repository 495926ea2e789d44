"""Fault rules: list, arm, replace and disarm them."""

from __future__ import annotations

from flask import Response

from mockrevio.control.faults.specification import parse_fault
from mockrevio.documents import list_of
from mockrevio.routes.admin.responses import current_world, json_body, json_response, path_id, query_values
from mockrevio.routes.admin.windows import only_window


def listing() -> Response:
    """All rules in the order of their evaluation, with how often each matched and fired.

    `limit` and `offset` select some of them; `count` is the number of all.
    """
    window = only_window(query_values())
    rules = current_world().faults.all()
    return json_response({"count": len(rules), "faults": rules[window.bounds(len(rules))]})


def arm() -> Response:
    """Arm a rule, or all rules of a list or none: 201 with the rules and their `id`."""
    body = json_body()
    if isinstance(body, list):
        added = current_world().faults.add(list_of(parse_fault)(body, "faults"))
        return json_response({"count": len(added), "faults": added}, 201)
    return json_response(current_world().faults.add([parse_fault(body, "fault")])[0], 201)


def clear() -> Response:
    """Disarm all rules."""
    return json_response({"count": current_world().faults.clear()})


def get_one(fault_id: str) -> Response:
    """One rule."""
    return json_response(current_world().faults.get(path_id(fault_id)))


def replace(fault_id: str) -> Response:
    """Replace one rule. The new one keeps its id and place, and its counts start at zero."""
    number = path_id(fault_id)
    return json_response(current_world().faults.replace(number, parse_fault(json_body(), "fault")))


def disarm(fault_id: str) -> Response:
    """Disarm one rule and return it."""
    return json_response(current_world().faults.remove(path_id(fault_id)))
