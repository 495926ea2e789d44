"""Schemas of fault rules, and of the matchers that the request log shares with them."""

from __future__ import annotations

from collections.abc import Mapping

from mockrevio.control.faults.effects import CONNECTION_FAULTS, MAX_CHUNKS
from mockrevio.control.faults.patterns import PATTERN_FORMAT
from mockrevio.control.faults.presets import PRESETS
from mockrevio.control.faults.specification import MAX_COUNT, PHASES
from mockrevio.openapi.fields import Schema, ref, sentence
from mockrevio.quantities import DURATION_FORMAT, Latency
from mockrevio.revio.webhooks.delivery_faults import DELIVERY_FAULTS

_SCALAR = ["string", "number", "boolean", "null"]
_TEXTS: Schema = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
}
_PATTERNS: Schema = {"type": "object", "additionalProperties": ref("Pattern")}

DURATION: Schema = {"type": "string", "description": sentence(DURATION_FORMAT)}

_REQUEST_PARTS: Mapping[str, Schema] = {
    "method": {**_TEXTS, "description": "Ignores case."},
    "path": {**_TEXTS, "description": "Ignores case."},
    "client": {**ref("Pattern"), "description": "The client code."},
    "query": {**_PATTERNS, "description": "Parameters by name, with the prefix `search.` or without."},
    "headers": {**_PATTERNS, "description": "Headers by name."},
    "body": {**_PATTERNS, "description": "Fields of the body; `finance.balance` is one in an object."},
}


def _with_not(name: str) -> Schema:
    excluded = {"anyOf": [ref(name), {"type": "array", "items": ref(name)}]}
    return {**excluded, "description": "What must not match: a matcher, or several."}


def _when() -> Schema:
    count = {"type": "integer", "maximum": MAX_COUNT}
    return {
        "type": "object",
        "description": "Which of its matches the rule fires on.",
        "properties": {
            "skip": {**count, "minimum": 0, "description": "How many matches pass first."},
            "every": {**count, "minimum": 1, "description": "Fires on each n-th match after that."},
            "times": {**count, "minimum": 1, "description": "How often it fires at most."},
            "probability": {"type": "number", "minimum": 0, "maximum": 1},
            "after": {**DURATION, "description": "From when on, in the time of the mock clock."},
            "for": {**DURATION, "description": "For how long."},
        },
        "additionalProperties": False,
        "examples": [{"skip": 2, "every": 1, "times": 3}],
    }


def _effect() -> Schema:
    return {
        "type": "object",
        "description": "What the rule does: at least one of these. Not all of them can be combined.",
        "minProperties": 1,
        "properties": {
            "status": {"type": "integer", "minimum": 200, "maximum": 599},
            "body": {"description": "With `status`: the body, a text or any JSON."},
            "headers": {
                "type": "object",
                "description": "With `status`: headers by name.",
                "additionalProperties": {"type": ["string", "integer"]},
            },
            "preset": {
                "type": "string",
                "enum": [*PRESETS],
                "description": "A ready-made response: "
                + "; ".join(f"`{name}`, {preset.description}" for name, preset in PRESETS.items())
                + ".",
            },
            "latency": {"type": "string", "description": sentence(Latency.FORMAT)},
            "connection": {
                "type": "string",
                "enum": [*CONNECTION_FAULTS],
                "description": "; ".join(f"`{name}`: {text}" for name, text in CONNECTION_FAULTS.items())
                + ".",
            },
            "drip": {
                "type": "object",
                "description": "Sends the body in so many pieces over this time.",
                "properties": {
                    "chunks": {"type": "integer", "minimum": 1, "maximum": MAX_CHUNKS},
                    "over": DURATION,
                },
                "required": ["chunks", "over"],
                "additionalProperties": False,
            },
            "delivery": {
                "type": "string",
                "enum": [*DELIVERY_FAULTS],
                "description": "What happens to a notification instead of a call.",
            },
        },
        "additionalProperties": False,
        "examples": [{"status": 503}, {"preset": "rate_limited"}, {"connection": "reset"}],
    }


def _rule_parts() -> dict[str, Schema]:
    return {
        "name": {"type": "string"},
        "match": ref("RequestMatch"),
        "when": ref("When"),
        "phase": {
            "type": "string",
            "enum": [*PHASES],
            "description": "`after_commit`: the write happens, and its response is lost.",
        },
        "effect": ref("Effect"),
        "seed": {"type": "integer", "minimum": 0, "description": "For `probability`."},
        "optional": {"type": "boolean", "description": "Whether a test may pass although it never fired."},
    }


REPORTED: Mapping[str, Schema] = {
    "id": {"type": "integer", "minimum": 1},
    "starts": {**ref("Date"), "description": "With `after`: when it starts, by the mock clock."},
    "expires": {**ref("Date"), "description": "With `for`: when it expires, by the mock clock."},
    "matched": {"type": "integer", "minimum": 0, "description": "How many requests matched."},
    "fired": {"type": "integer", "minimum": 0, "description": "How often it fired."},
    "last_miss": {"type": ["string", "null"], "description": "How the latest other request differed."},
}
"""What the mock adds to a rule. In a request, it is ignored."""

FAULT_SCHEMAS: Mapping[str, Schema] = {
    "Pattern": {
        "description": sentence(PATTERN_FORMAT),
        "anyOf": [
            {"type": _SCALAR},
            {"type": "array", "items": {"type": _SCALAR}, "minItems": 1},
        ],
    },
    "RequestMatch": {
        "type": "object",
        "description": "Requests that match all of these.",
        "properties": {**_REQUEST_PARTS, "not": _with_not("RequestMatch")},
        "additionalProperties": False,
        "examples": [{"method": "POST", "path": "/v1/IntegrationKeyLink", "body": {"external_id": "0012*"}}],
    },
    "CallMatch": {
        "type": "object",
        "description": "Calls of the request log that match all of these.",
        "properties": {
            **_REQUEST_PARTS,
            "status": {
                "description": "A status such as 503, a class such as `5xx`, `any`, `none`, or a list.",
                "anyOf": [
                    {"type": ["integer", "string", "null"]},
                    {"type": "array", "items": {"type": ["integer", "string", "null"]}, "minItems": 1},
                ],
            },
            "fault": {**ref("Pattern"), "description": "The name or id of the fault; `any`, `none`."},
            "since": {"type": "string", "description": "A date, or a duration: that long ago."},
            "until": {"type": "string", "description": "A date, or a duration: that long ago."},
            "not": _with_not("CallMatch"),
        },
        "additionalProperties": False,
        "examples": [{"method": "POST", "status": "5xx"}],
    },
    "When": _when(),
    "Effect": _effect(),
    "Fault": {
        "type": "object",
        "description": "A fault rule. Those parts that the mock adds are ignored.",
        "properties": {
            **_rule_parts(),
            **{name: {**schema, "readOnly": True} for name, schema in REPORTED.items()},
        },
        "required": ["effect"],
        "additionalProperties": False,
        "examples": [{"match": {"method": "POST"}, "when": {"times": 2}, "effect": {"status": 503}}],
    },
    "FaultRule": {
        "type": "object",
        "description": "A fault rule as the mock has it.",
        "properties": {**REPORTED, **_rule_parts()},
        "required": ["id", "effect", "matched", "fired", "last_miss"],
        "additionalProperties": False,
    },
}
