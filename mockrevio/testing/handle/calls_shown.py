"""Calls as messages show them: `POST /v1/IntegrationKeyLink -> 400 entity_not_found`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from mockrevio.testing.handle.advice import explanation_in_python

MAX_TARGET = 300
"""How many characters of a path and its query are shown."""


def number_of_calls(number: int) -> str:
    """`1 call`, `2 calls`."""
    return "1 call" if number == 1 else f"{number} calls"


def describe_call(call: Mapping[str, Any]) -> str:
    """A call of the request log in one line."""
    response = call["response"]
    summary = {
        **call,
        "query": "",
        "answered": response is not None,
        "status": None if response is None else response["status"],
        "delivered": None if response is None else response.get("delivered"),
        "codes": [],
    }
    return _describe(summary)


def describe_summary(call: Mapping[str, Any]) -> str:
    """A call of `POST /check` with its explanation, indented on a line of its own."""
    lines = [_describe(call)]
    if call["explain"] and call["explain"] != f"{call['fault']} fired":  # the first line has said as much
        lines.append(f"    {explanation_in_python(call, 'explain')}")
    if call["error"]:
        lines.append(f"    mockrevio raised {call['error']}")
    return "\n".join(lines)


def _describe(call: Mapping[str, Any]) -> str:
    query = f"?{call['query']}" if call["query"] else ""
    result = " ".join([_result(call), *dict.fromkeys(call["codes"])])
    fault = f" ({call['fault']})" if call["fault"] else ""
    return f"{call['method']} {_on_one_line(call['path'] + query)} -> {result}{fault}"


def _on_one_line(target: str) -> str:
    """A path with its query, shortened, without what a terminal or an XML file would take as a command."""
    if len(target) > MAX_TARGET:
        target = f"{target[:MAX_TARGET]}..."
    return "".join(each if each.isprintable() else quote(each) for each in target)


def _result(call: Mapping[str, Any]) -> str:
    if not call["answered"]:
        return "its client left" if call["client_left"] else "in progress"
    delivered = f"connection fault {call['delivered']}" if call["delivered"] else ""
    if call["status"] is None:
        return delivered or "no response"
    return f"{call['status']}, {delivered}" if delivered else str(call["status"])
