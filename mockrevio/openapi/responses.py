"""Error responses and headers, which all operations of Rev.io's API share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mockrevio.errors import Problem
from mockrevio.openapi.evidence import evidence
from mockrevio.openapi.fields import Schema, ref
from mockrevio.revio.wire import gateway_responses
from mockrevio.revio.wire.auth import BASIC_CHALLENGE
from mockrevio.revio.wire.content_coding import ACCEPTED_CODINGS
from mockrevio.revio.wire.envelopes import BEHAVIOUR_HEADER, EXPLAIN_HEADER, STATUS_BY_CODE, error_body
from mockrevio.revio.wire.gateway_responses import RawResponse

Response = dict[str, Any]

RESPONSES = "#/components/responses/"
HEADERS = "#/components/headers/"
REQUEST_ID_HEADER = "X-Mock-Request-Id"

HEADER_COMPONENTS: Mapping[str, Schema] = {
    REQUEST_ID_HEADER: {
        "description": "The number of the request in the mock's log. Rev.io has no such header.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{8,}$"},
        "example": "0000002a",
    },
    EXPLAIN_HEADER: {
        "description": "Why the request was rejected, and how to fix it. Rev.io has no such header.",
        "schema": {"type": "string"},
        "example": "customer 42 does not exist; nearest 1001; add it with POST /__admin/entities/CUSTOMER",
    },
    BEHAVIOUR_HEADER: {
        "description": "The assumed rules that decided the response. Rev.io has no such header.",
        "schema": {"type": "string"},
        "example": "page.past_end",
    },
    "Location": {
        "description": "The address of the new record, under the host that the client used.",
        "schema": {"type": "string", "format": "uri"},
        "required": True,
        **evidence("create.answer"),
    },
    "WWW-Authenticate": {
        "description": "The challenge. The gateway sends none.",
        "schema": {"type": "string"},
        "example": BASIC_CHALLENGE,
        **evidence("auth.challenge"),
    },
    "Retry-After": {
        "description": "The seconds to wait.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 26,
        **evidence("gateway.bodies"),
    },
    "Allow": {
        "description": "The methods that the path supports.",
        "schema": {"type": "string"},
        "required": True,
        "example": "GET, HEAD, OPTIONS, POST",
        **evidence("method.not_allowed"),
    },
    "Accept-Encoding": {
        "description": "The codings that a body may have, if its Content-Encoding is what was wrong.",
        "schema": {"type": "string"},
        "example": ACCEPTED_CODINGS,
        **evidence("body.encoding"),
    },
}


def header_refs(*names: str) -> Schema:
    """References to headers, and to those that every response may have."""
    return {name: {"$ref": f"{HEADERS}{name}"} for name in (*names, BEHAVIOUR_HEADER, REQUEST_ID_HEADER)}


def response_ref(name: str) -> Schema:
    """A reference to a response."""
    return {"$ref": f"{RESPONSES}{name}"}


ERROR_SCHEMAS: Mapping[str, Schema] = {
    "Error": {
        "type": "object",
        "description": "One problem of a request.",
        "properties": {
            "ok": {"type": "boolean", "const": False},
            "error": {
                "type": "string",
                "description": f"The code of the problem: {', '.join(STATUS_BY_CODE)}; or the name of the "
                "status, for a request that the HTTP server rejects.",
                **evidence("error.codes"),
            },
            "message": {"type": "string", "description": "A sentence for a person."},
            "field": {"type": "string", "description": "The field or parameter, if it is a single one."},
        },
        "required": ["ok", "error", "message"],
        **evidence("error.codes"),
    },
    "Errors": {
        "description": "A list with an element for each problem, or its first element alone.",
        "anyOf": [{"type": "array", "items": ref("Error"), "minItems": 1}, ref("Error")],
        **evidence("error.shape"),
    },
    "GatewayError": {
        "type": "object",
        "description": "A response of the gateway in front of the API.",
        "properties": {"statusCode": {"type": "integer"}, "message": {"type": "string"}},
        "required": ["statusCode", "message"],
        **evidence("gateway.bodies"),
    },
    "ErrorsOrGatewayError": {"anyOf": [ref("Errors"), ref("GatewayError")], **evidence("error.shape")},
}


def _errors(*problems: Problem) -> Any:
    return error_body(problems, "array")


def _gateway(response: RawResponse) -> Any:
    return json.loads(response.body)


def _response(
    description: str, rule: str, schema: str, examples: Mapping[str, Any], headers: Iterable[str] = ()
) -> Response:
    return {
        "description": description,
        "headers": header_refs(EXPLAIN_HEADER, *headers),
        "content": {
            "application/json": {
                "schema": ref(schema),
                "examples": {name: {"value": value} for name, value in examples.items()},
            }
        },
        **evidence(rule),
    }


ERROR_RESPONSES: Mapping[str, Response] = {
    "BadRequest": _response(
        "A parameter, a field or the body is invalid.",
        "body.invalid",
        "Errors",
        {
            "required and invalid": _errors(
                Problem("invalid", "internal_id must be a whole number.", "internal_id"),
                Problem("required", "external_id is required.", "external_id"),
            ),
            "entity_not_found": _errors(
                Problem("entity_not_found", "CUSTOMER 42 does not exist.", "internal_id")
            ),
            "duplicate": _errors(
                Problem("duplicate", "An integration key link with the same values already exists.")
            ),
            "malformed_body": _errors(
                Problem("malformed_body", "The body is not valid JSON at line 1 column 2.")
            ),
        },
    ),
    "Unauthorized": _response(
        "The credentials are missing or wrong, or the subscription key is missing or unknown.",
        "auth.basic",
        "ErrorsOrGatewayError",
        {
            "credentials": _errors(
                Problem("unauthorized", "Authorization has been denied for this request.")
            ),
            "no subscription key": _gateway(gateway_responses.missing_key()),
            "unknown subscription key": _gateway(gateway_responses.invalid_key()),
        },
        ["WWW-Authenticate"],
    ),
    "Forbidden": _response(
        "The user may not use this method, or the gateway's quota is used up.",
        "auth.permission",
        "ErrorsOrGatewayError",
        {
            "permission": _errors(
                Problem("forbidden", "The user does not have permission to POST this resource.")
            ),
            "quota": _gateway(gateway_responses.quota_exceeded(9069)),
        },
        ["Retry-After"],
    ),
    "NotFound": _response(
        "No record has this id.",
        "record.not_found",
        "Errors",
        {"not_found": _errors(Problem("not_found", "Customers 42 was not found."))},
    ),
    "MethodNotAllowed": _response(
        "The path does not support this method.",
        "method.not_allowed",
        "Errors",
        {
            "method_not_allowed": _errors(
                Problem("method_not_allowed", "The requested resource does not support http method 'PATCH'.")
            )
        },
        ["Allow"],
    ),
    "TooLarge": _response(
        "The body is larger than 1 MiB.",
        "body.too_large",
        "Errors",
        {"too_large": _errors(Problem("too_large", "The body is larger than 1048576 bytes."))},
    ),
    "UnsupportedMediaType": _response(
        "The body is neither JSON nor a form, or its charset or Content-Encoding is not supported.",
        "body.media_type",
        "Errors",
        {
            "unsupported_media_type": _errors(
                Problem(
                    "unsupported_media_type",
                    "The media type 'application/xml' is not supported for this resource.",
                )
            )
        },
        ["Accept-Encoding"],
    ),
    "RateLimited": {
        **_response(
            "The gateway's rate limit is used up.",
            "gateway.rate_limit",
            "GatewayError",
            {"rate limit": _gateway(gateway_responses.rate_limited(26))},
        ),
        "headers": header_refs(EXPLAIN_HEADER, "Retry-After"),
    },
    "ServerError": _response(
        "An error of the service.",
        "error.statuses",
        "Errors",
        {"server_error": _errors(Problem("server_error", "An error has occurred."))},
    ),
    "Unavailable": _response(
        "The service is starting, or cannot serve another client code.",
        "error.statuses",
        "Errors",
        {"server_error": _errors(Problem("server_error", "The service is unavailable."))},
    ),
}
"""The components for what is not a success."""


def error_refs(*more: tuple[str, str]) -> dict[str, Schema]:
    """References to the errors that every operation may respond with, and to these."""
    names = {
        "400": "BadRequest",
        "401": "Unauthorized",
        "403": "Forbidden",
        **dict(more),
        "405": "MethodNotAllowed",
        "429": "RateLimited",
        "500": "ServerError",
        "503": "Unavailable",
    }
    return {status: response_ref(name) for status, name in sorted(names.items())}
