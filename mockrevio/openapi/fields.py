"""Schemas of fields: as responses have them, and as request bodies may send them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from mockrevio.openapi.evidence import evidence, field_evidence
from mockrevio.revio.class_names import camel_case
from mockrevio.revio.fields import MAX_INTEGER, MAX_TEXT_LENGTH, Field, FieldKind
from mockrevio.revio.wire.dates import DATE_EXAMPLE, DATE_FORMS, UNSET_DATE
from mockrevio.revio.wire.values import DECIMAL_BOUND

Schema = dict[str, Any]

SCHEMAS = "#/components/schemas/"
NOT_BLANK = r"\S"

TYPES: Mapping[FieldKind, Schema] = {
    "whole": {"type": "integer", "format": "int32"},
    "decimal": {"type": "number"},
    "text": {"type": "string"},
    "name": {"type": "string"},
    "flag": {"type": "boolean"},
}
_BOUNDS: Mapping[FieldKind, Schema] = {
    "whole": {"minimum": -MAX_INTEGER, "maximum": MAX_INTEGER},
    "decimal": {"exclusiveMinimum": -DECIMAL_BOUND, "exclusiveMaximum": DECIMAL_BOUND},
}
_SHOWN_DATE = re.escape("dddd-dd-ddTdd:dd:dd").replace("d", "[0-9]").replace(r"\-", "-")
_SENT_DATE = (
    r"[0-9]{4}-(0?[1-9]|1[0-2])-(0?[1-9]|[12][0-9]|3[01])"
    r"([T ]([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?"
)

DATE_SCHEMAS: Mapping[str, Schema] = {
    "Date": {
        "type": "string",
        "format": "date-time-local",
        "pattern": rf"^{_SHOWN_DATE}(\.[0-9]{{3}})?$",
        "description": "A date and time in UTC with milliseconds and without a zone.",
        "examples": [DATE_EXAMPLE],
        **evidence("value.date"),
    },
    "NullableDate": {
        "type": ["string", "null"],
        "format": "date-time-local",
        "pattern": rf"^{_SHOWN_DATE}(\.[0-9]{{3}})?$",
        "description": f"A date, or null if it is not set. Some clients have received {UNSET_DATE} instead.",
        "examples": [DATE_EXAMPLE, None],
        **evidence("record.unset_dates"),
    },
    "DateInput": {
        "type": ["string", "null"],
        "pattern": f"^({_SENT_DATE})?$",
        "description": f"A{DATE_FORMS[1:]}. Null, an empty text and {UNSET_DATE} stand for no date.",
        "examples": ["2026-01-05", "2026-01-05Z", DATE_EXAMPLE, None],
        **evidence("body.date_forms"),
    },
}
"""The components that fields with dates refer to."""


def sentence(text: str) -> str:
    """A phrase of a message as a sentence of a description."""
    return f"{text[0].upper()}{text[1:]}."


def ref(name: str) -> Schema:
    """A reference to the schema with this name."""
    return {"$ref": f"{SCHEMAS}{name}"}


def nullable(schema: Schema) -> Schema:
    """The schema for the same values or null."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


class FieldSchemas:
    """Makes the schemas of fields, and collects those of the objects in them as `components`.

    Resources share the component of an object if they have the same members in it.
    """

    def __init__(self) -> None:
        self.components: dict[str, Schema] = dict(DATE_SCHEMAS)
        self._members: dict[str, Mapping[str, Field]] = {}

    def response(self, owner: str, field: Field, *, required: bool = False) -> Schema:
        """The schema of a field in a response; `required` means that it always has a value."""
        if field.kind == "date":
            schema = ref("Date" if required else "NullableDate")
        else:
            schema = self._response_type(owner, field)
            if field.unset is None and not required:
                schema = nullable(schema)
        return {**schema, **_notes(field)}

    def _response_type(self, owner: str, field: Field) -> Schema:
        if field.kind == "list":
            item = self._object(owner, field) if field.fields else _scalar(field.items)
            return {"type": "array", "items": item}
        return self._object(owner, field) if field.kind == "object" else dict(TYPES[field.kind])

    def _object(self, owner: str, field: Field) -> Schema:
        """A reference to the component for an object, which always has all members."""
        name = self._component_name(owner, field)
        if name not in self.components:
            members = {key: self.response(name, member) for key, member in field.fields.items()}
            shown = {"type": "object", "properties": members, "required": [*members]}
            self.components[name] = {**shown, **evidence("record.endpoints")}
        return ref(name)

    def request(self, owner: str, field: Field, *, required: bool = False, within: bool = False) -> Schema:
        """The schema of a field in a request body; `within` an object, texts have no limit."""
        if field.kind == "date":
            return {**ref("DateInput"), **_notes(field)}
        schema = self._request_type(owner, field)
        if field.kind in ("text", "name") and not field.is_long and not within:
            schema["maxLength"] = MAX_TEXT_LENGTH
        if required and field.kind in ("text", "name"):
            schema["pattern"] = NOT_BLANK
        return {**(schema if required else nullable(schema)), **_notes(field)}

    def _request_type(self, owner: str, field: Field) -> Schema:
        if field.kind == "list":
            item = self._object_input(owner, field) if field.fields else _scalar_input(field.items)
            return {"type": "array", "items": item}
        if field.kind == "object":
            return self._object_input(owner, field)
        return _scalar_input(field.kind)

    def _object_input(self, owner: str, field: Field) -> Schema:
        name = self._component_name(owner, field)
        given = f"{name}Input"
        if given not in self.components:
            members = {key: self.request(name, member, within=True) for key, member in field.fields.items()}
            sent = {"type": "object", "properties": members}
            self.components[given] = {**sent, **evidence("record.endpoints")}
        return ref(given)

    def _component_name(self, owner: str, field: Field) -> str:
        """The name for an object with these members: a new one, or that of another one just like it."""
        known = next((name for name, members in self._members.items() if members == field.fields), None)
        if known is not None:
            return known
        name = f"{owner}{camel_case(field.name)}"
        if field.name == "fields":  # Rev.io's custom fields
            name = f"{owner}CustomField" if "CustomField" in self._members else "CustomField"
        self._members[name] = field.fields
        return name


def _scalar(kind: FieldKind | None) -> Schema:
    """The schema of an item in a list, which is never null."""
    return ref("Date") if kind == "date" or kind is None else dict(TYPES[kind])


def _scalar_input(kind: FieldKind | None) -> Schema:
    if kind == "date" or kind is None:
        return {**DATE_SCHEMAS["DateInput"], "type": "string"}
    return {**TYPES[kind], **_BOUNDS.get(kind, {})}


def _notes(field: Field) -> Schema:
    """What else the table says about a field."""
    notes: Schema = {}
    if field.refers_to:
        what = "Ids of records" if field.kind == "list" else "The id of a record"
        notes["description"] = f"{what} of `{field.refers_to}`."
        notes["x-refers-to"] = field.refers_to
    if field.unset is not None:
        notes["x-unset"] = field.unset
    return {**notes, **field_evidence(field.evidence)}


def read_only(schemas: Mapping[str, Schema], names: Collection[str]) -> dict[str, Schema]:
    """The properties with those marked that clients cannot write."""
    return {
        name: {**schema, "readOnly": True} if name in names else schema for name, schema in schemas.items()
    }
