"""The document of the admin API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockrevio import __version__
from mockrevio.openapi.admin.description import Description
from mockrevio.openapi.admin.descriptions import DESCRIPTIONS, TAGS
from mockrevio.openapi.admin.operations import OPERATIONS, AdminOperation
from mockrevio.openapi.admin.schemas import SCHEMAS
from mockrevio.openapi.fields import Schema, ref
from mockrevio.revio.fields import MAX_INTEGER
from mockrevio.revio.webhooks.log import STATUSES
from mockrevio.revio.wire.envelopes import EXPLAIN_HEADER

DESCRIPTION = """\
The routes with which tests control a mock. Rev.io has no such routes.

They take neither Rev.io credentials nor the gateway's key, and no fault applies to them. They accept calls to
the host names of this machine and to those that are allowed, none from web pages of other origins and, if
there is an admin token, only those that carry it.
"""
MOCK: Schema = {
    "url": "http://127.0.0.1:{port}/__admin",
    "description": "mockrevio on this machine",
    "variables": {"port": {"default": "7384"}},
}

_ID: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER}
_PATH_PARAMETERS: Mapping[str, tuple[str, Schema]] = {
    "name": ("The name of a snapshot.", {"type": "string", "pattern": "^[a-z0-9_-][a-z0-9._-]{0,63}$"}),
    "entity_id": ("The id of the record.", _ID),
    "link_id": ("The id of the key link.", _ID),
    "request_id": ("The id of the call, as in the header X-Mock-Request-Id.", {"type": "string"}),
    "fault_id": ("The id of the rule.", {"type": "integer", "minimum": 1}),
    "delivery_id": ("The id of the delivery.", {"type": "integer", "minimum": 1}),
    "client": ("The client code.", {"type": "string"}),
}
_RECORD_TYPE = ("An entity type, such as CUSTOMER, or the path of an endpoint.", {"type": "string"})

_FILTERS: Mapping[str, tuple[str, Schema]] = {
    "limit": ("How many to list.", {"type": "integer", "minimum": 0}),
    "offset": ("Where to start; negative: from the end. Without it, the end is listed.", {"type": "integer"}),
    "method": ("The method.", {"type": "string"}),
    "path": ("The path; `*` and `?` are wildcards.", {"type": "string"}),
    "client": ("The client code, or with `--isolate-clients` the world.", {"type": "string"}),
    "status": ("A status such as 503, or a class such as `5xx`.", {"type": "string"}),
    "fault": ("The fault that fired; `any`, `none`.", {"type": "string"}),
    "since": ("A date, or a duration: that long ago.", {"type": "string"}),
    "until": ("A date, or a duration: that long ago.", {"type": "string"}),
    "event_type": ("The type of the event; `*` and `?` are wildcards.", {"type": "string"}),
    "search": ("Words, all of which must occur, ignoring case.", {"type": "string"}),
    "system": ("The name or the id of an integration system.", {"type": "string"}),
    "type": ("The name or the id of an entity type.", {"type": "string"}),
    "internal_id": ("The id of the record.", {"type": "integer"}),
    "sort": ("A field, with `-` in front to descend; by default the id.", {"type": "string"}),
    "labels": ("Whether to add labels.", {"type": "boolean", "default": False}),
    "form": (
        "Whether to list calls in full or in short.",
        {"type": "string", "enum": ["full", "summary"], "default": "full"},
    ),
    "text": ("A text anywhere in the call except its headers, ignoring case.", {"type": "string"}),
    "record": ("A record that the call touched: `CUSTOMER/1015`.", {"type": "string"}),
    "dry_run": ("Whether to check the changes only.", {"type": "boolean", "default": False}),
    "part": (
        "Only what is switched on, or only the systems and entity types.",
        {"type": "string", "enum": ["active", "catalog"]},
    ),
    "details": ("Whether to add details.", {"type": "boolean", "default": False}),
    "behaviour": ("A rule that decided the response: `link.duplicate`.", {"type": "string"}),
    "receiver": ("The id of the receiver.", {"type": "integer", "minimum": 0}),
}

_OPEN_FILTERS: Mapping[str, str] = {
    "requests.listing": "Any further parts of a matcher: `body.external_id=0012*`, `not.status=5xx`.",
    "entities.listing": "Values of fields: `field.status=ACTIVE`, `field.finance.bill_profile_id=1`.",
}

_ERRORS: Mapping[str, tuple[str, str]] = {
    "400": ("Invalid", "The body, a parameter or a name is invalid."),
    "401": ("Unauthorized", "An admin token is set, and the request does not carry it."),
    "403": ("Forbidden", "The host name or the origin is not allowed."),
    "404": ("NotFound", "There is no such record, rule, snapshot, delivery, type or world."),
    "405": ("MethodNotAllowed", "The path does not support this method."),
    "409": ("Conflict", "It conflicts with what is there, or no id is left."),
    "413": ("TooLarge", "The body is larger than 256 MiB."),
    "415": ("UnsupportedMediaType", "The Content-Encoding is neither gzip nor deflate."),
    "500": ("ServerError", "A write to disk failed, or mockrevio itself did. Nothing has changed."),
    "503": ("Unavailable", "The fixture is still loading, or no world can be created."),
    "507": ("SnapshotsFull", "The snapshots in memory are too large."),
}
_HEADERS_OF: Mapping[str, str] = {"405": "Allow", "415": "Accept-Encoding"}


def admin_document(*, server: str | None = None) -> dict[str, Any]:
    """The document; `server` is the address under which a mock serves it."""
    paths: dict[str, Schema] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockrevio admin API",
            "summary": "Control a mock of Rev.io's API",
            "description": DESCRIPTION,
            "version": __version__,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server, "description": "this mock"}] if server else [MOCK],
        "security": [{}, {"adminToken": []}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(SCHEMAS.items())),
            "parameters": {"client": _client(required=False)},
            "responses": {name: _error(status, text) for status, (name, text) in _ERRORS.items()},
            "securitySchemes": {
                "adminToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of `--admin-token`, if there is one.",
                }
            },
        },
    }


def _client(*, required: bool) -> Schema:
    return {
        "name": "client",
        "in": "query",
        "required": required,
        "description": "The client code whose world is meant. Only with `--isolate-clients`.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 64},
    }


def _error(status: str, description: str) -> Schema:
    headers = {}
    if status in _HEADERS_OF:
        headers = {"headers": {_HEADERS_OF[status]: {"schema": {"type": "string"}}}}
    content = {"application/json": {"schema": ref("Error")}}
    return {"description": description, **headers, "content": content}


def _operation(operation: AdminOperation) -> Schema:
    described = DESCRIPTIONS[operation.view]
    suffix = "ByCode" if operation.view == "worlds.remove" and not operation.picks_world else ""
    parameters = [*_parameters(operation)]
    document: Schema = {
        "operationId": f"{described.operation_id}{suffix}",
        "summary": described.summary,
        "description": described.description or f"{described.summary}.",
        "tags": [described.tag],
    }
    if parameters:
        document["parameters"] = parameters
    if described.body is not None:
        examples = {name: {"value": value} for name, value in described.examples.items()}
        content = {"application/json": {"schema": described.body, "examples": examples}}
        document["requestBody"] = {"required": True, "content": content}
    return {**document, "responses": _responses(operation, described)}


def _parameters(operation: AdminOperation) -> Iterator[Schema]:
    for name in re.findall(r"\{(\w+)\}", operation.path):
        is_type = name == "name" and operation.path.startswith(("/entities", "/resources"))
        text, schema = _RECORD_TYPE if is_type else _PATH_PARAMETERS[name]
        yield {"name": name, "in": "path", "required": True, "description": text, "schema": schema}
    for name in operation.filters:
        yield {"name": name, "in": "query", **_filter(operation, name)}
    if operation.open_filters:
        yield {
            "name": "filters",
            "in": "query",
            "description": _OPEN_FILTERS[operation.view],
            "style": "form",
            "explode": True,
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    if operation.path == "/worlds" and operation.method == "DELETE":
        yield _client(required=True)
    elif operation.picks_world and "client" not in operation.filters:
        yield {"$ref": "#/components/parameters/client"}


def _filter(operation: AdminOperation, name: str) -> Schema:
    if name == "match":
        content = {"application/json": {"schema": ref("CallMatch")}}
        return {"description": "A matcher as JSON.", "content": content}
    text, schema = _FILTERS[name]
    if name == "status" and operation.view == "webhooks.listing":
        text, schema = "The status of the delivery.", {"type": "string", "enum": [*STATUSES]}
    return {"description": text, "schema": schema}


def _responses(operation: AdminOperation, described: Description) -> Schema:
    successes = {described.status: described.response, **described.also}
    found: dict[str, Schema] = {
        status: {"description": "Success.", "content": {described.content_type: {"schema": schema}}}
        for status, schema in successes.items()
    }
    if operation.view == "settings.change":
        found["200"]["headers"] = {EXPLAIN_HEADER: {"schema": {"type": "string"}}}
    for status in _error_statuses(operation, described):
        found[status] = {"$ref": f"#/components/responses/{_ERRORS[status][0]}"}
    if "verify" in operation.path or "count" in operation.path:
        schema = ref("NotVerified")
        text = "The number is wrong, or the log cannot tell."
        found["409"] = {"description": text, "content": {"application/json": {"schema": schema}}}
    return dict(sorted(found.items()))


def _error_statuses(operation: AdminOperation, described: Description) -> set[str]:
    if operation.view == "lifecycle.health":
        return {"400", "405", "500"}
    statuses = {"400", "401", "403", "405", "500", "503", *described.errors}
    if operation.picks_world or "{" in operation.path:
        statuses.add("404")
    if operation.has_body or operation.method != "GET":
        statuses |= {"413", "415"}
    return statuses
