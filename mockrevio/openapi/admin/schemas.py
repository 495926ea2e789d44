"""Schemas of what the admin API takes and returns."""

from __future__ import annotations

from collections.abc import Mapping

from mockrevio.openapi.admin.faults import FAULT_SCHEMAS
from mockrevio.openapi.admin.logs import LOG_SCHEMAS
from mockrevio.openapi.admin.overview import OVERVIEW_SCHEMAS
from mockrevio.openapi.admin.parts import (
    ANY_OBJECT,
    COUNT,
    EXPLANATION,
    FLAG,
    NULLABLE_TEXT,
    OK,
    TEXT,
    list_of,
    object_of,
    or_null,
)
from mockrevio.openapi.admin.records import RECORD_SCHEMAS
from mockrevio.openapi.fields import DATE_SCHEMAS, Schema, ref, sentence
from mockrevio.revio.behaviours import ASSUMED, EVIDENCE
from mockrevio.settings import declared_settings, option_name
from mockrevio.settings.kinds import Kind


def settings_schemas() -> dict[str, Schema]:
    """The settings that can change while the server runs, as they are shown and as they are sent."""
    shown, sent = {}, {}
    for name, default, metadata in declared_settings():
        if metadata["scope"] != "world":
            continue
        kind = metadata["kind"]
        accepted = sentence(f"{kind.allowed}; as {option_name(name)}")
        described = f"{sentence(metadata['help'])} {accepted}"
        scalar = _setting_type(kind)
        values = list_of(scalar) if metadata["repeatable"] else scalar
        shown[name] = {**(values if default is not None else or_null(values)), "description": described}
        sent[name] = {**_sent_setting(kind, repeatable=metadata["repeatable"]), "description": described}
    return {
        "Settings": object_of(
            shown, description="Every setting of a world, in the words of the command line."
        ),
        "SettingsChange": {
            **object_of(sent, optional=sent, description="The settings to change; null sets the default."),
            "examples": [{"latency": "100ms..800ms", "error_rate": "0.3:502", "duplicates": "allow"}],
        },
    }


def _setting_type(kind: Kind) -> Schema:
    """How the value of a setting is shown."""
    if kind.python == "bool":
        return FLAG
    return {"type": "string", "enum": [*kind.choices]} if kind.choices else TEXT


def _sent_setting(kind: Kind, *, repeatable: bool) -> Schema:
    """How a setting may be sent: in the words of the command line, or as the JSON that they mean."""
    if repeatable:
        return {"anyOf": [TEXT, list_of(TEXT), {"type": "null"}]}
    if kind.choices and kind.python != "bool":
        return {"type": ["string", "null"], "enum": [*kind.choices, None]}
    return {"type": ["boolean" if kind.choices else "number", "string", "null"]}


def _verification(match: str) -> Schema:
    bounds = object_of({"min": COUNT, "max": COUNT}, optional=("min", "max"))
    parts = {
        "match": ref(match),
        "count": {"description": "By default, at least one.", "anyOf": [COUNT, bounds]},
        "timeout": {"type": "string", "description": "How long to wait for more, at most 60s: `5s`."},
    }
    return {**object_of(parts, optional=parts), "examples": [{"match": {}, "count": {"min": 0}}]}


_RELIANCE = object_of(
    {
        "calls": COUNT,
        "relying": COUNT,
        "rules": {
            "type": "object",
            "propertyNames": {"enum": sorted(ASSUMED)},
            "additionalProperties": COUNT,
        },
    },
    description="How many of all calls relied on assumed rules, and how many on each.",
)
_CHECK = {
    "faults": {**list_of(ref("FaultRule")), "description": "Rules that never fired, except optional ones."},
    "requests": {
        **list_of(object_of({"id": TEXT, "method": TEXT, "path": TEXT, "error": TEXT})),
        "description": "Requests on which mockrevio itself failed.",
    },
}
_STRICTNESS = ("off", "calls", "assumed", "all")
_CHECK_REQUEST = {
    "strict": {"type": "string", "enum": [*_STRICTNESS], "default": "off"},
    "allow_errors": {**list_of(ref("CallMatch")), "description": "Calls that may fail."},
    "allow_assumed": {
        **list_of(TEXT),
        "description": "Assumed rules that may be relied on; `*` and `?` are wildcards.",
    },
    "last": {"type": "integer", "minimum": 0, "maximum": 100, "description": "How many calls to list."},
    "after": {**COUNT, "description": "How many of the first calls to leave out."},
}
_CALLS = {"count": COUNT, "requests": list_of(ref("CallSummary"))}
_STATE = {
    "schema": {"type": "integer", "const": 1},
    "integration_systems": list_of(ANY_OBJECT),
    "integration_entity_types": list_of(ANY_OBJECT),
    "entities": {
        "type": "object",
        "description": "Records by entity type; an id alone is enough.",
        "additionalProperties": list_of({"type": ["integer", "object"]}),
    },
    "records": {
        "type": "object",
        "description": "Records of other endpoints, by path.",
        "additionalProperties": list_of(ANY_OBJECT),
    },
    "resources": {"type": "object", "description": "Endpoints that the mock does not have itself."},
    "key_links": list_of(ANY_OBJECT),
    "deliveries": list_of(ANY_OBJECT),
    "next_ids": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
    "faults": list_of(ref("Fault")),
    "settings": ref("SettingsChange"),
}
_CHANGES = {"type": "object", "additionalProperties": object_of({"before": {}, "after": {}})}
_ADDRESS = {"table": TEXT, "id": COUNT}
_MISTAKES = list_of(object_of({"place": TEXT, "message": TEXT}))
_ERROR = {
    "error": {"type": "string", "description": "A code."},
    "message": {"type": "string", "description": "What is wrong, and how to fix it."},
    "explanation": EXPLANATION,
    "mistakes": {**_MISTAKES, "description": "Every mistake in a document, with its place."},
}

SCHEMAS: Mapping[str, Schema] = {
    "Date": DATE_SCHEMAS["Date"],
    "Record": {
        "type": "object",
        "description": "The fields that are stored: see the document of Rev.io's API.",
        "additionalProperties": True,
    },
    "State": object_of(_STATE, optional=_STATE, description="A world as one fixture document."),
    "Reliance": _RELIANCE,
    "Check": object_of(_CHECK),
    "CheckRequest": {
        **object_of(_CHECK_REQUEST, optional=_CHECK_REQUEST),
        "examples": [
            {"strict": "all", "allow_errors": [{"status": 404}], "allow_assumed": ["link.*"], "last": 20}
        ],
    },
    "CheckResult": object_of(
        {
            **_CHECK,
            "reliance": ref("Reliance"),
            "unexpected": object_of({**_CALLS, "evicted": COUNT}),
            "assumed": ref("Reliance"),
            "last": object_of({**_CALLS, "omitted": COUNT}),
        },
        optional=("unexpected", "assumed", "last"),
    ),
    "Clock": object_of({"now": ref("Date"), "frozen": FLAG, "advanced_seconds": {"type": "number"}}),
    "ClockChange": {
        **object_of({"now": TEXT, "advance": TEXT, "frozen": FLAG}, optional=("now", "advance", "frozen")),
        "description": "One change: `now` freezes it there, with `frozen` false it runs from there; "
        "`advance` moves it on; `frozen` alone freezes or releases it.",
        "minProperties": 1,
        "examples": [{"now": "2030-01-02T03:04:05"}, {"advance": "90s"}, {"frozen": False}],
    },
    "RequestVerification": _verification("CallMatch"),
    "DeliveryMatch": object_of(
        {"event_type": ref("Pattern"), "receiver": COUNT, "object_id": COUNT},
        optional=("event_type", "receiver", "object_id"),
    ),
    "DeliveryVerification": _verification("DeliveryMatch"),
    "Diff": object_of(
        {
            "added": list_of(object_of({**_ADDRESS, "record": ref("Record")})),
            "changed": list_of(object_of({**_ADDRESS, "fields": _CHANGES})),
            "removed": list_of(object_of({**_ADDRESS, "record": ref("Record")})),
            "settings": _CHANGES,
            "counts": {
                "type": "object",
                "additionalProperties": object_of(dict.fromkeys(("added", "changed", "removed"), COUNT)),
            },
            "faults": or_null(object_of(dict.fromkeys(("before", "after"), list_of(ref("Fault"))))),
        },
        optional=("counts", "faults"),
    ),
    "Setting": object_of(
        {
            "name": TEXT,
            "value": {"description": "Now, as on the command line; of a secret, only that there is one."},
            "initial": {"description": "After a reset."},
            "default": {},
            "changeable": {**FLAG, "description": "Whether it can change while the server runs."},
            "set_by": {
                **NULLABLE_TEXT,
                "description": "The option, variable or file that set it at the start.",
            },
            "help": TEXT,
            "accepts": TEXT,
            "choices": list_of(TEXT),
            "repeatable": FLAG,
            "option": TEXT,
            "variable": TEXT,
        }
    ),
    "Behaviour": object_of(
        {
            "name": TEXT,
            "evidence": {"type": "string", "enum": [*EVIDENCE]},
            "says": TEXT,
            "setting": NULLABLE_TEXT,
            "source": {**NULLABLE_TEXT, "description": "Where it is known from, in words."},
            "source_url": {**NULLABLE_TEXT, "description": "The page of the developer portal."},
            "decided": {**COUNT, "description": "How many responses it decided since the last reset."},
        }
    ),
    "Status": object_of(
        {"ok": OK, "version": TEXT, "port": COUNT, "uptime": {"type": "number"}, "worlds": list_of(TEXT)},
        optional=("version", "port", "uptime", "worlds"),
    ),
    "Error": object_of(_ERROR, optional=("explanation", "mistakes")),
    "NotVerified": object_of(
        {
            **_ERROR,
            "count": COUNT,
            "evicted": COUNT,
            "in_progress": COUNT,
            "nearest": list_of(object_of({"differences": list_of(TEXT), "request": ref("LoggedCall")})),
            "matching": list_of(ref("LoggedCall")),
            "deliveries": list_of(ref("Delivery")),
        },
        optional=(
            *("explanation", "mistakes", "count", "evicted", "in_progress"),
            *("nearest", "matching", "deliveries"),
        ),
        description="The number is wrong (`not_verified`), or the log cannot tell (`not_provable`).",
    ),
    **LOG_SCHEMAS,
    **RECORD_SCHEMAS,
    **FAULT_SCHEMAS,
    **OVERVIEW_SCHEMAS,
    **settings_schemas(),
}
