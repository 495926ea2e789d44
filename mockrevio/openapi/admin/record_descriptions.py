"""What the operations for records and key links do, take and return."""

from __future__ import annotations

from collections.abc import Mapping

from mockrevio.openapi.admin.description import COUNTED, NOTHING, Description, listing_of
from mockrevio.openapi.admin.parts import COUNT, NULLABLE_TEXT, list_of, object_of
from mockrevio.openapi.examples import KEY_LINK
from mockrevio.openapi.fields import Schema, ref

_RECORDS = listing_of("entities", ref("Record"))
_LISTED_RECORDS = object_of(
    {"count": COUNT, "entities": list_of(ref("Record")), "labels": list_of(NULLABLE_TEXT)},
    optional=("labels",),
)
_LISTED_LINKS = object_of(
    {"count": COUNT, "key_links": list_of(ref("Record")), "labels": list_of(ref("LinkLabel"))},
    optional=("labels",),
)
_NEW_RECORDS: Schema = {
    "description": "A record, a list of them, or how many to generate. Of a record, its id is enough.",
    "anyOf": [
        {"type": ["integer", "object"]},
        {"type": "array", "items": {"type": ["integer", "object"]}},
    ],
}

RECORD_DESCRIPTIONS: Mapping[str, Description] = {
    "entities.counts": Description(
        "countRecords", "Records", "How many records there are",
        object_of({"counts": {"type": "object", "additionalProperties": COUNT}}),
        "By entity type, and by path for other endpoints.",
    ),
    "resources.listing": Description(
        "listResources", "Records", "What there are records of", listing_of("resources", ref("Resource")),
        "All endpoints but those of key links. `name` is what the paths of records take.",
    ),
    "resources.get_one": Description(
        "getResource", "Records", "One endpoint with its fields", ref("ResourceWithFields"),
    ),
    "entities.listing": Description(
        "listRecords", "Records", "The records of a type", _LISTED_RECORDS,
        "`count` is the number of all that match; `labels` are parallel to `entities`.",
    ),
    "entities.add": Description(
        "addRecords", "Records", "Add records", _RECORDS,
        "One, several or generated ones; all or none are added.", _NEW_RECORDS,
        {"one": {"id": 42}, "several": [43, {"id": 44}], "generated": {"count": 3}}, "201", ("409",),
    ),
    "entities.clear": Description(
        "deleteRecords", "Records", "Delete all records of a type", COUNTED, "Key links to them are kept.",
    ),
    "entities.get_one": Description("getRecord", "Records", "One record", ref("Record")),
    "entities.references": Description(
        "getReferences", "Records", "What is connected to a record", ref("References"),
        "What it refers to, which records refer to it (the first 5 of each field), and its key links (the "
        "first 20).",
    ),
    "entities.put": Description(
        "putRecord", "Records", "Create or replace a record", ref("Record"),
        body={"type": "object"}, examples={"a field": {"status": "ACTIVE"}}, errors=("409",),
    ),
    "entities.remove": Description(
        "deleteRecord", "Records", "Delete a record", NOTHING, "Key links to it are kept.",
    ),
    "key_links.listing": Description(
        "listKeyLinks", "Records", "Key links", _LISTED_LINKS,
        "`count` is the number of all that match; `labels` are parallel to `key_links`.",
    ),
    "key_links.add": Description(
        "addKeyLink", "Records", "Create a key link", ref("Record"),
        "Rev.io's rules apply; faults, limits and the request log do not.", {"type": "object"},
        {"worked example": dict(KEY_LINK)}, "201", ("409",),
    ),
    "key_links.get_one": Description(
        "getKeyLink", "Records", "One key link",
        {"anyOf": [object_of({"key_link": ref("Record"), "label": ref("LinkLabel")}), ref("Record")]},
        "With `labels`, the record is in `key_link`.",
    ),
    "key_links.put": Description(
        "replaceKeyLink", "Records", "Replace a key link", ref("Record"), "Rev.io's rules apply.",
        {"type": "object"}, {"another id": {**KEY_LINK, "external_id": "0012D00000dAsFzQAL"}},
    ),
    "key_links.remove": Description("deleteKeyLink", "Records", "Delete a key link", NOTHING),
}  # fmt: skip
"""By the name of the function that responds."""
