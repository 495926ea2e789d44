"""The requests that Rev.io sends to webhook receivers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockrevio.openapi.evidence import evidence
from mockrevio.openapi.fields import Schema, ref
from mockrevio.revio.webhooks.event_types import event_types
from mockrevio.revio.wire.dates import DATE_EXAMPLE
from mockrevio.revio.wire.secrets import CODE_HEADER

_ANY_SUCCESS = {"2XX": {"description": "Received. After any other status, the notification is sent again."}}


TAG = "Notifications"


def notification(entity_types: Iterable[str]) -> Schema:
    """The body of a notification."""
    return {
        "type": "object",
        "description": "What happened to a record.",
        "properties": {
            "event_id": {"type": "integer", "format": "int32", "minimum": 1},
            "event_type": {"type": "string", "enum": [*event_types(entity_types)]},
            "created_date": ref("Date"),
            "object_id": {"type": ["integer", "null"], "format": "int32"},
        },
        "required": ["event_id", "event_type", "created_date", "object_id"],
        "examples": [
            {
                "event_id": 1,
                "event_type": "CUSTOMER_CREATED",
                "created_date": DATE_EXAMPLE,
                "object_id": 1015,
            }
        ],
        **evidence("webhook.member_names"),
    }


WEBHOOKS: dict[str, Any] = {
    "confirmation": {
        "post": {
            "operationId": "confirmReceiver",
            "summary": "Confirm a new receiver",
            "description": f"Has no body. A response with the same {CODE_HEADER} activates the receiver.",
            "tags": [TAG],
            "security": [],
            "parameters": [
                {
                    "name": CODE_HEADER,
                    "in": "header",
                    "required": True,
                    "description": "The confirmation code.",
                    "schema": {"type": "string"},
                }
            ],
            "responses": {
                "200": {
                    "description": "The receiver is active if the code is the one that was sent.",
                    "headers": {CODE_HEADER: {"schema": {"type": "string"}}},
                }
            },
            **evidence("webhook.confirmation"),
        }
    },
    "notification": {
        "post": {
            "operationId": "notify",
            "summary": "Notify of an event",
            "description": "Each receiver gets its notifications in order. A failed one is sent again.",
            "tags": [TAG],
            "security": [],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": ref("Notification")}},
            },
            "responses": _ANY_SUCCESS,
            **evidence("webhook.notification"),
        }
    },
}
"""D: the confirmation and the notification."""
