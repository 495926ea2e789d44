"""Schemas of the request log and of the log of deliveries."""

from __future__ import annotations

from collections.abc import Mapping

from mockrevio.openapi.admin.parts import (
    BODY,
    COUNT,
    EXPLANATION,
    FLAG,
    NULLABLE_TEXT,
    TEXT,
    TEXT_BY_NAME,
    list_of,
    object_of,
    or_null,
)
from mockrevio.openapi.fields import Schema, ref
from mockrevio.revio.webhooks.log import STATUSES

_RESPONSE = object_of(
    {
        "status": {"type": ["integer", "null"], "description": "Null after a connection fault."},
        "headers": TEXT_BY_NAME,
        **BODY,
        "delivered": {"type": "string", "description": "Present if a connection fault broke it."},
    },
    optional=("body_truncated", "delivered"),
)
_CALL = object_of(
    {
        "id": {"type": "string", "description": "As in the header X-Mock-Request-Id."},
        "at": ref("Date"),
        "peer": NULLABLE_TEXT,
        "client": NULLABLE_TEXT,
        "login": NULLABLE_TEXT,
        "trace_id": {"type": ["string", "null"], "description": "From the header traceparent, if valid."},
        "method": TEXT,
        "path": TEXT,
        "query": {"type": "object", "additionalProperties": list_of(TEXT)},
        "headers": TEXT_BY_NAME,
        **BODY,
        "json": {"description": "The body, if it is JSON."},
        "response": {**or_null(ref("LoggedResponse")), "description": "Null while the call is in progress."},
        "duration_ms": {"type": ["number", "null"]},
        "client_left": FLAG,
        "fault": {"type": ["string", "null"], "description": "The fault that fired."},
        "explain": NULLABLE_TEXT,
        "explanation": EXPLANATION,
        "behaviours": {**list_of(TEXT), "description": "The rules that decided it."},
        "error": {"type": ["string", "null"], "description": "The traceback, if mockrevio itself failed."},
    },
    optional=("body_truncated", "explanation"),
    description="A call of the request log.",
)
_SUMMARY = object_of(
    {
        "id": TEXT,
        "method": TEXT,
        "path": TEXT,
        "query": TEXT,
        "answered": FLAG,
        "client_left": FLAG,
        "status": {"type": ["integer", "null"]},
        "delivered": NULLABLE_TEXT,
        "codes": list_of(TEXT),
        "explain": NULLABLE_TEXT,
        "explanation": EXPLANATION,
        "fault": NULLABLE_TEXT,
        "error": NULLABLE_TEXT,
    },
    optional=("explanation",),
    description="A call in short.",
)
_LOGGED_SUMMARY = object_of(
    {
        "id": TEXT,
        "at": ref("Date"),
        "client": NULLABLE_TEXT,
        "method": TEXT,
        "path": TEXT,
        "query": {"type": "string", "description": "The query string, with secrets masked."},
        "status": {"type": ["integer", "null"]},
        "delivered": {"type": ["string", "null"], "description": "The connection fault that broke it."},
        "duration_ms": {"type": ["number", "null"]},
        "fault": NULLABLE_TEXT,
        "explain": NULLABLE_TEXT,
        "assumed": {**list_of(TEXT), "description": "The rules that decided it and are only assumed."},
        "client_left": FLAG,
        "in_progress": FLAG,
    },
    description="A call of the request log in short.",
)
_DELIVERY = object_of(
    {
        "id": COUNT,
        "confirmation": FLAG,
        "event_id": {"type": ["integer", "null"]},
        "event_type": NULLABLE_TEXT,
        "object_id": {"type": ["integer", "null"]},
        "created_date": ref("Date"),
        "webhook_receiver_id": COUNT,
        "url": {"type": ["string", "null"], "description": "Null if the receiver no longer exists."},
        "status": {"type": "string", "enum": [*STATUSES]},
        "next_attempt": or_null(ref("Date")),
        "held": FLAG,
        "fault": NULLABLE_TEXT,
        "attempts": list_of(ref("DeliveryAttempt")),
    },
    description="A notification, or the confirmation of a receiver, on its way.",
)
_ATTEMPT = object_of(
    {
        "at": ref("Date"),
        "status": {"type": ["integer", "null"]},
        "headers": TEXT_BY_NAME,
        "body": NULLABLE_TEXT,
        "error": NULLABLE_TEXT,
        "explanation": EXPLANATION,
        "duration_ms": {"type": "number"},
    },
    optional=("explanation",),
)

LOG_SCHEMAS: Mapping[str, Schema] = {
    "LoggedResponse": _RESPONSE,
    "LoggedCall": _CALL,
    "CallSummary": _SUMMARY,
    "LoggedCallSummary": _LOGGED_SUMMARY,
    "Delivery": _DELIVERY,
    "DeliveryAttempt": _ATTEMPT,
}
