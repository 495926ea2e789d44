"""Parts that schemas of the admin API are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mockrevio.openapi.fields import Schema

COUNT: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NULLABLE_TEXT: Schema = {"type": ["string", "null"]}
OK: Schema = {"type": "boolean", "const": True}


def object_of(
    properties: Mapping[str, Schema], *, optional: Iterable[str] = (), description: str | None = None
) -> Schema:
    """An object with these members and no others."""
    required = [name for name in properties if name not in {*optional}]
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required:
        schema["required"] = required
    return schema if description is None else {**schema, "description": description}


def list_of(item: Schema) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": item}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


ANY_OBJECT: Schema = {"type": "object", "additionalProperties": True}
TEXT_BY_NAME: Schema = {"type": "object", "additionalProperties": TEXT}
EXPLANATION: Schema = {
    "type": "array",
    "description": 'The parts of a text with advice: texts, and objects such as `{"advice": "reset"}`.',
    "items": {"anyOf": [TEXT, {"type": "object", "properties": {"advice": TEXT}, "required": ["advice"]}]},
}
BODY: Mapping[str, Schema] = {
    "body": {"type": ["string", "null"], "description": "Null if it is empty."},
    "body_truncated": {"type": "string", "description": "Present if only the beginning was kept."},
}
