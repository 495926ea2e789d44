"""Checks of a response."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockrevio.contract.record.exchange import NOT_JSON, Exchange
from mockrevio.contract.validation.contract import Contract, Operation
from mockrevio.contract.validation.findings import Finding, Place
from mockrevio.contract.validation.schema_errors import describe, path_text, unknown_fields
from mockrevio.revio.wire.body import parse_media_type

_OF_MOCKS = "x-mock-"
"""How the headers begin that only a mock sends."""


def check_response(contract: Contract, operation: Operation, exchange: Exchange) -> Iterator[Finding]:
    """What differs in the response to a request for an operation."""
    place = Place(operation.name, "response")
    status = exchange.response.status
    declared = operation.response(status)
    if declared is None:
        yield place.violation(f"status {status}", "is not documented")
        return
    place = Place(f"{operation.name} {status}", "response")
    for name, header in declared.get("headers", {}).items():
        is_required = contract.resolve(header).get("required") and not name.lower().startswith(_OF_MOCKS)
        if is_required and name.lower() not in exchange.response_headers:
            yield place.violation(f"header {name}", "is missing")
    content = declared.get("content")
    if content is None or exchange.method == "HEAD":
        return
    media_type = parse_media_type(exchange.response_headers.get("content-type", ""))[0]
    if media_type not in content:
        yield place.violation(
            "header Content-Type", f"is {media_type or 'missing'}, not {' or '.join(content)}"
        )
        return
    yield from _check_body(contract, content[media_type]["schema"], exchange.response_json, place)


def _check_body(contract: Contract, schema: Any, body: Any, place: Place) -> Iterator[Finding]:
    if body is NOT_JSON:
        yield place.violation("body", "is not JSON")
        return
    for path in unknown_fields(contract, schema, body):
        yield place.note(f"body {path}", "is no field of the contract")
    for error in contract.errors(schema, body):
        for steps, message in describe(error):
            yield place.violation(f"body {path_text(steps)}".strip(), message)
