"""Where a value differs from a schema, in words without the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mockrevio.contract.record.shapes import json_type
from mockrevio.contract.validation.contract import Contract, Schema

_DESCRIPTIONS = {
    "pattern": "does not have the documented form",
    "enum": "is none of the documented values",
    "const": "is not the documented value",
    "minimum": "is too small",
    "maximum": "is too large",
    "minLength": "is too short",
    "maxLength": "is too long",
    "minItems": "has too few items",
    "maxItems": "has too many items",
}


def path_text(path: Iterable[Any]) -> str:
    """A path in a JSON value: `records[].status`, whatever the index."""
    text = ""
    for step in path:
        text += "[]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def describe(error: Any) -> Iterator[tuple[list[Any], str]]:
    """The places of an error of jsonschema, each with a description."""
    error = _deepest(error)
    path = list(error.absolute_path)
    if error.context:
        types = [name for each in error.context for name in _names(each.validator_value)]
        yield path, f"is {json_type(error.instance)}, not {' or '.join(dict.fromkeys(types))}"
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield [*path, name], "is missing"
    elif error.validator == "additionalProperties":
        for name in sorted(error.instance.keys() - error.schema["properties"].keys()):
            yield [*path, name], "is not described"
    elif error.validator == "type":
        yield path, f"is {json_type(error.instance)}, not {' or '.join(_names(error.validator_value))}"
    elif error.validator == "not" and "x-required-one-of" in error.schema:
        yield path, f"one of {', '.join(error.schema['x-required-one-of'])} is required"
    else:
        yield path, _DESCRIPTIONS.get(error.validator, "differs from its schema")


def _names(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def _deepest(error: Any) -> Any:
    """The error within `anyOf` or `oneOf`, of the alternative that comes closest; an error whose context has
    nothing but wrong types if the value has another type than all of them."""
    while error.context:
        wrong_type = {
            each.schema_path[0] for each in error.context if each.validator == "type" and not each.path
        }
        fitting = [each for each in error.context if each.schema_path[0] not in wrong_type]
        if not fitting:
            break
        error = max(fitting, key=lambda each: len(each.absolute_path))
    return error


def unknown_fields(
    contract: Contract, schema: Schema, value: Any, path: tuple[Any, ...] = ()
) -> Iterator[str]:
    """The paths of fields that the schema of an object does not list."""
    if isinstance(value, list):
        items = contract.items(schema)
        for item in value:
            yield from unknown_fields(contract, items, item, (*path, 0))
    elif isinstance(value, dict):
        properties = contract.properties(schema)
        if not properties:
            return
        for name, member in value.items():
            if name not in properties:
                yield path_text((*path, name))
            elif isinstance(member, (dict, list)):
                yield from unknown_fields(contract, properties[name], member, (*path, name))
