"""Checks of a request: what Rev.io takes without a word is a note, what it does not document a violation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockrevio.contract.record.exchange import NOT_JSON, Exchange, parse_json
from mockrevio.contract.validation.contract import Contract, Operation, Schema
from mockrevio.contract.validation.findings import Finding, Place
from mockrevio.contract.validation.schema_errors import describe, path_text, unknown_fields
from mockrevio.errors import ApiError
from mockrevio.revio.fields import FLAGS, parse_integer
from mockrevio.revio.wire.auth import parse_authorization
from mockrevio.revio.wire.body import parse_fields, parse_media_type, parse_patch
from mockrevio.revio.wire.query import PREFIX
from mockrevio.revio.wire.secrets import KEY_PARAMETER

_NOTES = frozenset({("query page_size", "maximum")})
"""Where Rev.io is lenient about a parameter. C: a page size over 500 is cut to 500."""

_PATCH_TYPE = "application/json-patch+json"


def check_request(contract: Contract, operation: Operation, exchange: Exchange) -> Iterator[Finding]:
    """What differs in a request for an operation."""
    place = Place(operation.name, "request")
    if isinstance(parse_authorization(exchange.headers.get("authorization")), str):
        yield place.violation("header Authorization", "is not login@clientcode:password in the Basic scheme")
    yield from _check_path(contract, operation, exchange, place)
    yield from _check_query(contract, operation, exchange, place)
    if exchange.method != "HEAD":
        yield from _check_body(contract, operation, exchange, place)


def _check_path(
    contract: Contract, operation: Operation, exchange: Exchange, place: Place
) -> Iterator[Finding]:
    template = operation.name.partition(" /v1/")[2].split("/")
    schemas = {each["name"]: each["schema"] for each in operation.parameters if each["in"] == "path"}
    for part, step in zip(template, exchange.steps or (), strict=True):
        name = part.strip("{}")
        if part != name and name in schemas:
            yield from _check_text(contract, schemas[name], step, f"path {name}", place)


def _check_query(
    contract: Contract, operation: Operation, exchange: Exchange, place: Place
) -> Iterator[Finding]:
    sent: dict[str, list[str]] = {}
    for name, text in exchange.query:
        sent.setdefault(name.strip().lower().removeprefix(PREFIX), []).append(text)
    for name, texts in sent.items():
        declared = operation.query.get(name)
        if declared is None:
            if name != KEY_PARAMETER:
                yield place.note(f"query {name}", "is no parameter of this operation")
            continue
        schema = contract.resolve(declared["schema"])
        is_list = schema.get("type") == "array"
        for text in texts:
            if text.strip():  # a blank one is ignored
                item = schema["items"] if is_list else schema
                yield from _check_text(contract, item, text, f"query {name}", place)
    for name, declared in operation.query.items():
        if declared.get("required") and name not in sent:
            yield place.violation(f"query {name}", "is missing")


def _check_text(contract: Contract, schema: Schema, text: str, where: str, place: Place) -> Iterator[Finding]:
    """Check a text that stands for a value of a schema."""
    value = _read(contract.resolve(schema), text)
    for error in contract.errors(schema, value):
        for _, message in describe(error):
            is_note = (where, error.validator) in _NOTES
            yield (place.note if is_note else place.violation)(where, message)


def _read(schema: Schema, text: str) -> Any:
    """The value that a text stands for; the text itself if it is none of the schema's type."""
    types = schema.get("type", "string")
    names = [types] if isinstance(types, str) else types
    if "integer" in names and parse_integer(text) is not None:
        return parse_integer(text)
    if "number" in names:
        try:
            return float(text)
        except ValueError:
            return text
    if "boolean" in names:
        return FLAGS.get(text.strip().lower(), text)
    return text


def _check_body(
    contract: Contract, operation: Operation, exchange: Exchange, place: Place
) -> Iterator[Finding]:
    declared = operation.body
    content = exchange.request_content
    if declared is None:
        if exchange.request_body:
            yield place.note("body", "is none of this operation, and ignored")
        return
    if not exchange.request_body:
        if declared.get("required"):
            yield place.violation("body", "is missing")
        return
    content_type = exchange.headers.get("content-type", "")
    media_type = parse_media_type(content_type)[0]
    types: Mapping[str, Any] = {**declared["content"], **declared.get("x-other-content", {})}
    value = _read_body(content or b"", content_type, is_patch=_PATCH_TYPE in types)
    if isinstance(value, ApiError):
        yield _unreadable(value, types, place)
        return
    if media_type not in types:
        # D: the portal's own samples send JSON under other types.
        yield place.note("header Content-Type", f"is none of {', '.join(types)}")
    schema = next(iter(types.values()))["schema"]
    is_form = parse_json(content) is NOT_JSON and media_type not in ("application/json", "text/json")
    yield from _check_value(contract, schema, value, place, is_form=is_form)


def _read_body(content: bytes, content_type: str, *, is_patch: bool) -> Any:
    """The fields of a body, or the operations of a patch; the error if it has none."""
    try:
        return parse_patch(content, content_type) if is_patch else parse_fields(content, content_type)
    except ApiError as error:
        return error


def _unreadable(error: ApiError, types: Mapping[str, Any], place: Place) -> Finding:
    if error.problems[0].code == "unsupported_media_type":
        return place.violation("header Content-Type", f"is none of {', '.join(types)}")
    return place.violation(
        "body", "is no JSON Patch" if _PATCH_TYPE in types else "is neither JSON nor a form"
    )


def _check_value(
    contract: Contract, schema: Schema, value: Any, place: Place, *, is_form: bool
) -> Iterator[Finding]:
    if isinstance(value, dict):
        spelling = {name.lower(): name for name in contract.properties(schema)}
        value = {spelling.get(name, name): member for name, member in value.items()}
    for path in unknown_fields(contract, schema, value):
        yield place.note(f"body {path}", "is no field of this operation, and ignored")
    for error in contract.errors(schema, value):
        for steps, message in describe(error):
            if _is_lenient(error):
                if not is_form:
                    yield place.note(f"body {path_text(steps)}", f"{message}, and converted")
            else:
                yield place.violation(f"body {path_text(steps)}".strip(), message)


def _is_lenient(error: Any) -> bool:
    """C3: whether Rev.io converts the value: `"4"` to a whole number, a number to a text."""
    if error.validator != "type":
        return False
    types, value = error.validator_value, error.instance
    if "string" in types and isinstance(value, (int, float)) and not isinstance(value, bool):
        return True
    if isinstance(value, str) and value.strip():
        return not isinstance(_read(error.schema, value.strip()), str)
    return "integer" in types and isinstance(value, float) and value.is_integer()
