"""Schemas of the overview of a world."""

from __future__ import annotations

from collections.abc import Mapping

from mockrevio.control.call_rates import SECONDS
from mockrevio.openapi.admin.parts import COUNT, FLAG, NULLABLE_TEXT, TEXT, list_of, object_of
from mockrevio.openapi.fields import Schema, ref

_PER_SECOND: Schema = {**list_of(COUNT), "minItems": SECONDS, "maxItems": SECONDS}
_RATES = object_of(
    {
        "now": {**COUNT, "description": "A Unix time in real seconds. The second before it is the last one."},
        "calls": _PER_SECOND,
        "errors": {
            **_PER_SECOND,
            "description": "Calls with a status from 400, without one or with a broken connection.",
        },
    },
    description=f"The calls of the last {SECONDS} seconds, one number for each, oldest first.",
)
_LINKS = object_of(
    {
        "integration_system_id": COUNT,
        "system_name": NULLABLE_TEXT,
        "integration_entity_type_id": COUNT,
        "entity_type_name": NULLABLE_TEXT,
        "count": COUNT,
    }
)
_ACTIVE = object_of(
    {
        "kind": {
            "type": "string",
            "enum": [
                *("fault", "latency", "error_rate", "rate_limit", "quota"),
                *("subscription_key", "clock", "setting"),
            ],
        },
        "text": {"type": "string", "description": "For people: `2 fault rules`."},
        "view": {"type": "string", "enum": ["faults", "settings"], "description": "Where to change it."},
    }
)
_CATALOG: Mapping[str, Schema] = {
    "systems": list_of(object_of({"integration_system_id": COUNT, "system_name": TEXT})),
    "entity_types": list_of(
        object_of({"integration_entity_type_id": COUNT, "entity_type_name": TEXT, "resource": TEXT})
    ),
}
_OVERVIEW = object_of(
    {
        "version": TEXT,
        "url": {"type": "string", "description": "The address of the server, as this request called it."},
        "origin": {"type": ["string", "null"], "description": "Where the data came from: `fixture demo`."},
        "fixture": list_of(TEXT),
        "data": {"type": "string", "description": "The folder with the data, or `in memory`."},
        "isolated": FLAG,
        "auth": {"type": "string", "enum": ["required", "off"]},
        "logins": {**list_of(TEXT), "description": "Those that are accepted; empty if any is."},
        "subscription_key": {"type": "boolean", "description": "Whether the gateway demands one."},
        "counts": object_of({"key_links": COUNT, "records": COUNT}),
        "links": {**list_of(_LINKS), "description": "Those that have key links, most first."},
        **_CATALOG,
        "active": {**list_of(_ACTIVE), "description": "What is switched on."},
        "rates": ref("CallRates"),
    }
)

OVERVIEW_SCHEMAS: Mapping[str, Schema] = {
    "CallRates": _RATES,
    "Overview": _OVERVIEW,
    "ActiveOverview": object_of({"active": list_of(_ACTIVE)}),
    "CatalogOverview": object_of(_CATALOG),
}
