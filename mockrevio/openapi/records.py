"""Schemas of a resource: its records, the envelopes around them, and the bodies of writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockrevio.openapi.evidence import evidence, resource_evidence
from mockrevio.openapi.examples import KEY_LINK_ID
from mockrevio.openapi.fields import FieldSchemas, Schema, read_only, ref
from mockrevio.revio.actions import COMPLETE, INCOMPLETE, Action
from mockrevio.revio.class_names import class_name
from mockrevio.revio.field_names import CREATORS, SET_BY_SERVER
from mockrevio.revio.record_checks import OPTIONAL_LINK_FIELDS
from mockrevio.revio.resources import (
    KEY_LINK_RESOURCES,
    WEBHOOK_RECEIVERS,
    WEBHOOK_SUBSCRIPTIONS,
    Resource,
    Resources,
)
from mockrevio.revio.webhooks.event_types import event_types
from mockrevio.revio.wire.query import MAX_PAGE_SIZE

ID: Schema = {"minimum": 1}

ENVELOPES: Mapping[str, Schema] = {
    "Ok": {
        "type": "object",
        "properties": {"ok": {"type": "boolean", "const": True}},
        "required": ["ok"],
        "examples": [{"ok": True}],
        **evidence("status.body"),
    },
    "WriteResponse": {
        "type": "object",
        "properties": {
            "ok": {"type": "boolean", "const": True},
            "id": {"type": "integer", "format": "int32", **ID, "description": "The id of the record."},
        },
        "required": ["ok", "id"],
        "examples": [{"ok": True, "id": KEY_LINK_ID}],
        **evidence("create.answer"),
    },
    "Link": {
        "type": "object",
        "properties": {"rel": {"type": "string"}, "href": {"type": "string"}},
        "required": ["rel", "href"],
        **evidence("record.links"),
    },
}
"""The components that responses about any resource share."""

LINKS: Schema = {
    "type": "array",
    "items": ref("Link"),
    "description": "Only if it is turned on: the portal shows records with links and without.",
    **evidence("record.links"),
}


class RecordSchemas:
    """The names and the schemas of the resources of a world."""

    def __init__(self, resources: Resources, fields: FieldSchemas) -> None:
        self._fields = fields
        self._entity_types = [resource.entity_type for resource in resources if resource.entity_type]
        self.names = _unique_names(resources)

    def components(self, resource: Resource, example: Mapping[str, Any] | None) -> dict[str, Schema]:
        """The components of a resource by name."""
        name = self.names[resource]
        found = {
            name: self._record(resource, example),
            f"{name}Response": {
                "description": f"One record of `{resource.path}`: its fields next to `ok`.",
                "allOf": [ref("Ok"), ref(name)],
                **evidence("record.single"),
            },
            f"{name}Page": _page(resource, name),
        }
        if resource.methods & {"POST", "PUT"}:
            found[f"{name}Input"] = self._input(resource)
        return found

    def _record(self, resource: Resource, example: Mapping[str, Any] | None) -> Schema:
        name = self.names[resource]
        properties = {
            key: self._fields.response(name, field, required=key in _always_set(resource))
            for key, field in resource.fields.items()
        }
        properties[resource.id_field].update(ID)
        for key in properties.keys() & SET_BY_SERVER:
            rule = "record.created_by" if key in CREATORS else "record.created"
            properties[key] = {**evidence(rule), **properties[key]}
        written_by_server = SET_BY_SERVER | (set() if resource.id_repeats else {resource.id_field})
        schema: Schema = {
            "type": "object",
            "description": f"A record of `{resource.path}`. Rev.io may send fields that are not listed.",
            "properties": {**read_only(properties, written_by_server), "links": LINKS},
            "required": [*properties],
        }
        if example is not None:
            schema["examples"] = [example]
        return {**schema, **_facts(resource), **resource_evidence(resource)}

    def _input(self, resource: Resource) -> Schema:
        name = self.names[resource]
        required = resource.required
        properties = {
            field.name: self._fields.request(name, field, required=field.name in required)
            for field in resource.writable.values()
        }
        if resource is WEBHOOK_RECEIVERS:
            properties["url"] |= {"format": "uri", "pattern": "^https?://"}
        if resource is WEBHOOK_SUBSCRIPTIONS:
            properties["event_type"] |= {"enum": [*event_types(self._entity_types)]}
        schema: Schema = {
            "type": "object",
            "description": f"The fields of a record of `{resource.path}` that clients may write. Names "
            "ignore case; fields that are not listed, such as the record's own id, are ignored.",
            "properties": properties,
        }
        if required:
            schema["required"] = required
        for names in resource.required_one_of:
            schema |= one_of(names)
        return {**evidence("body.unknown_field"), **schema}

    def action_input(self, action: Action) -> Schema:
        """The body of an action."""
        properties = {
            name: self._fields.request("", field, required=name in action.never_null)
            for name, field in action.fields.items()
        }
        if "action" in properties:
            properties["action"] = {"type": "string", "enum": [COMPLETE, INCOMPLETE]}
        schema: Schema = {"type": "object", "properties": properties}
        if action.required:
            schema["required"] = [*action.required]
        return {**schema, **evidence(action.rule)}


def _unique_names(resources: Iterable[Resource]) -> dict[Resource, str]:
    """What the records of each resource are called; a declared one must not take the name of another."""
    names: dict[Resource, str] = {}
    for resource in resources:
        own = class_name(resource)
        candidates = [own, resource.path, *(f"{resource.path}{number}" for number in range(2, 1000))]
        names[resource] = next(name for name in candidates if name not in names.values())
    return names


def _always_set(resource: Resource) -> set[str]:
    """The fields that have a value in each record."""
    if resource in KEY_LINK_RESOURCES:
        return set(resource.fields) - (OPTIONAL_LINK_FIELDS - {resource.id_field})
    return {resource.id_field}


def _facts(resource: Resource) -> Schema:
    facts: Schema = {"x-id-field": resource.id_field}
    if resource.entity_type:
        facts["x-entity-type"] = resource.entity_type
    return facts


def _page(resource: Resource, name: str) -> Schema:
    return {
        "type": "object",
        "description": f"A page of `{resource.path}`. No field has the total.",
        "properties": {
            "ok": {"type": "boolean", "const": True},
            "has_more": {"type": "boolean", "description": "Whether there are later pages."},
            "record_count": {
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_PAGE_SIZE,
                "description": "How many records are on this page.",
            },
            "records": {"type": "array", "items": ref(name), "maxItems": MAX_PAGE_SIZE},
        },
        "required": ["ok", "has_more", "record_count", "records"],
        **evidence("collection.page"),
    }


def one_of(names: Sequence[str]) -> Schema:
    """The part of a schema that requires one of these fields to have a value. D: 0 is none."""
    none = {name: {"enum": [None, 0]} for name in names}
    return {"not": {"properties": none}, "x-required-one-of": [*names], **evidence("record.note_parent")}
