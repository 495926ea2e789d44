"""Schemas of resources, and of the labels and references of records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from mockrevio.openapi.admin.parts import COUNT, FLAG, NULLABLE_TEXT, TEXT, list_of, object_of, or_null
from mockrevio.openapi.fields import Schema, ref
from mockrevio.revio.field_names import METHODS
from mockrevio.revio.fields import FieldKind

_KIND: Schema = {"type": "string", "enum": [*get_args(FieldKind)]}
_RESOURCE = {
    "path": {"type": "string", "description": "Its path in Rev.io's API, below `/v1`."},
    "name": {"type": "string", "description": "What the paths of its records take: `CUSTOMER`."},
    "entity_type": NULLABLE_TEXT,
    "id_field": TEXT,
    "methods": {
        **list_of({"type": "string", "enum": [*METHODS]}),
        "description": "Those of Rev.io's API. Empty if a fixture names the type and not the endpoint.",
    },
    "count": COUNT,
    "evidence": TEXT,
    "id_repeats": {"type": "boolean", "description": "Whether several records may have the same id."},
    "generated": {"type": "boolean", "description": "Whether records can be generated."},
}
_FIELD = {
    "name": TEXT,
    "kind": _KIND,
    "required": {"type": "boolean", "description": "Whether Rev.io demands it in a write."},
    "read_only": {"type": "boolean", "description": "Whether the server sets it."},
    "refers_to": {**NULLABLE_TEXT, "description": "The path of the endpoint whose ids it holds."},
    "choices": or_null(list_of(TEXT)),
    "items": {**or_null(_KIND), "description": "The kind of the items of a list of values."},
    "fields": {
        **list_of(ref("ResourceField")),
        "description": "The members of an object, or of a list's items.",
    },
}
_REFERENCE = {
    "field": {"type": "string", "description": "With dots between the names of nested ones."},
    "resource": TEXT,
    "name": TEXT,
    "id": {"type": "integer"},
    "label": NULLABLE_TEXT,
    "exists": FLAG,
}
_REFERRING = {
    "resource": TEXT,
    "name": TEXT,
    "field": TEXT,
    "count": COUNT,
    "records": list_of(object_of({"id": COUNT, "label": NULLABLE_TEXT})),
}
_LINKS = object_of({"count": COUNT, "key_links": list_of(ref("Record")), "labels": list_of(ref("LinkLabel"))})

RECORD_SCHEMAS: Mapping[str, Schema] = {
    "Resource": object_of(_RESOURCE, description="An endpoint, or an entity type of a fixture."),
    "ResourceWithFields": object_of(
        {
            **_RESOURCE,
            "required_one_of": {
                **list_of(list_of(TEXT)),
                "description": "Groups of fields, of each of which a write needs one.",
            },
            "fields": list_of(ref("ResourceField")),
        }
    ),
    "ResourceField": object_of(_FIELD),
    "LinkLabel": object_of(
        {
            "system": NULLABLE_TEXT,
            "entity_type": NULLABLE_TEXT,
            "resource": NULLABLE_TEXT,
            "record": {**NULLABLE_TEXT, "description": "The label of the record."},
            "exists": {"type": "boolean", "description": "Whether the record exists."},
        },
        description="What a key link links, in words.",
    ),
    "References": object_of(
        {
            "label": NULLABLE_TEXT,
            "refers_to": list_of(object_of(_REFERENCE)),
            "referred_to_by": list_of(object_of(_REFERRING)),
            "key_links": _LINKS,
        }
    ),
}
