"""The document of Rev.io's API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from mockrevio import __version__
from mockrevio.openapi.actions import ACTIONS, STATUS, action_operation, path_parameters
from mockrevio.openapi.evidence import evidence, resource_evidence, tables
from mockrevio.openapi.examples import example_record
from mockrevio.openapi.fields import FieldSchemas, Schema
from mockrevio.openapi.mock_headers import MOCK_REQUEST_HEADERS
from mockrevio.openapi.notifications import TAG, WEBHOOKS, notification
from mockrevio.openapi.operations import COLLECTION, RECORD, Describe, Naming
from mockrevio.openapi.parameters import SearchParameters, id_parameter
from mockrevio.openapi.records import ENVELOPES, RecordSchemas
from mockrevio.openapi.responses import ERROR_RESPONSES, ERROR_SCHEMAS, HEADER_COMPONENTS, response_ref
from mockrevio.revio.addresses import HOSTS
from mockrevio.revio.resources import BUILT_IN, Resource, Resources
from mockrevio.revio.wire.secrets import KEY_HEADER, KEY_PARAMETER

Document = dict[str, Any]

DESCRIPTION = """\
Rev.io's REST API as mockrevio imitates it. It is made from the tables that the mock itself works with.

`x-evidence` says how each part is known: `documented` on Rev.io's developer portal, `observed` in public
client code, `gateway` for a default of the gateway in front of the API, or `assumed`. A field without it has
that of its schema. `x-evidence-rules` lists every rule, `x-evidence-clients` the client code.

- Paths ignore case, and so do the names of parameters and of fields in a body.
- Each path also supports OPTIONS, and HEAD where it supports GET.
- Each parameter of a search has two names, with the prefix `search.` and without; `x-also-as` is the other.
- Bodies of writes may also be `text/json` or a form (`x-other-content`), and compressed with gzip or deflate.
- Bodies may deviate from their schemas: `"4"` and `4.0` are whole numbers, a number in a text field becomes
  text.
"""

JSON_PATCH: Schema = {
    "type": "array",
    "description": "A JSON Patch (RFC 6902). The leading slash of a path is optional.",
    "items": {
        "oneOf": [
            {
                "type": "object",
                "properties": {
                    "op": {"type": "string", "enum": ["add", "replace", "test"]},
                    "path": {"type": "string", "pattern": "[^/]"},
                    "value": {},
                },
                "required": ["op", "path", "value"],
            },
            {
                "type": "object",
                "properties": {
                    "op": {"type": "string", "enum": ["remove"]},
                    "path": {"type": "string", "pattern": "[^/]"},
                },
                "required": ["op", "path"],
            },
            {
                "type": "object",
                "properties": {
                    "op": {"type": "string", "enum": ["move", "copy"]},
                    "from": {"type": "string", "pattern": "[^/]"},
                    "path": {"type": "string", "pattern": "[^/]"},
                },
                "required": ["op", "from", "path"],
            },
        ]
    },
    "examples": [[{"op": "replace", "path": "/fields/0/value", "value": "Region 4"}]],
    **evidence("patch.bare_path"),
}

FORM_FIELDS: Schema = {
    "type": "object",
    "description": "The fields of the JSON body as text, but for those that are objects or lists.",
    "additionalProperties": {"type": "string"},
    **evidence("body.form"),
}

SECURITY_SCHEMES: Mapping[str, Schema] = {
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The user name is `login@clientcode`.",
        **evidence("auth.user_name"),
    },
    "subscriptionKey": {
        "type": "apiKey",
        "in": "header",
        "name": "-".join(part.capitalize() for part in KEY_HEADER.split("-")),
        "description": "The subscription key of the gateway.",
        **evidence("gateway.key_header"),
    },
    "subscriptionKeyParameter": {
        "type": "apiKey",
        "in": "query",
        "name": KEY_PARAMETER,
        "description": "The same in the query.",
        **evidence("gateway.key_parameter"),
    },
}

SERVERS = [
    {"url": f"https://{HOSTS[0]}/v1", "description": "Rev.io", **evidence("path.hosts")},
    {"url": f"https://{HOSTS[1]}/v1", "description": "Rev.io behind its gateway", **evidence("path.hosts")},
]
MOCK: Schema = {
    "url": "http://127.0.0.1:{port}/v1",
    "description": "mockrevio on this machine",
    "variables": {"port": {"default": "7384"}},
}


def revio_document(
    resources: Resources = BUILT_IN, *, server: str | None = None, error_status: Iterable[str] = ()
) -> Document:
    """The document for a world with these resources.

    `server` is the address of the mock that serves it, which then comes first. `error_status` is the setting
    of this name.
    """
    fields, parameters = FieldSchemas(), SearchParameters()
    schemas = RecordSchemas(resources, fields)
    by_path = sorted(resources, key=lambda resource: resource.path)
    paths = _paths(by_path, schemas, parameters)
    _add_statuses(paths, {text.partition("=")[2] for text in error_status})
    components: dict[str, Schema] = {
        **ENVELOPES,
        **ERROR_SCHEMAS,
        "JsonPatch": JSON_PATCH,
        "FormFields": FORM_FIELDS,
        "Notification": notification(each.entity_type for each in resources if each.entity_type),
        **{each.schema: schemas.action_input(each.action) for each in ACTIONS},
    }
    for resource in by_path:
        components.update(schemas.components(resource, example_record(resource)))
    components.update(fields.components)
    own = [{"url": server, "description": "this mock"}] if server else []
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rev.io REST API",
            "summary": "Rev.io's REST API as mockrevio imitates it",
            "description": DESCRIPTION,
            "version": __version__,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [*own, *SERVERS] if own else [*SERVERS, MOCK],
        "security": [
            {"basic": []},
            {"basic": [], "subscriptionKey": []},
            {"basic": [], "subscriptionKeyParameter": []},
        ],
        "tags": [*_tags(by_path)],
        "paths": paths,
        "webhooks": WEBHOOKS,
        "components": {
            "schemas": dict(sorted(components.items())),
            "parameters": dict(sorted(parameters.components.items())),
            "responses": dict(sorted(ERROR_RESPONSES.items())),
            "headers": dict(sorted(HEADER_COMPONENTS.items())),
            "securitySchemes": dict(SECURITY_SCHEMES),
        },
        "x-mock-request-headers": MOCK_REQUEST_HEADERS,
        **tables(),
    }


def _tags(resources: list[Resource]) -> Iterator[Schema]:
    for resource in resources:
        kind = f" Key links can point at them as {resource.entity_type}." if resource.entity_type else ""
        yield {
            "name": resource.path,
            "description": f"Records with the id `{resource.id_field}`.{kind}",
            **resource_evidence(resource),
        }
    yield {"name": "SystemStatus", "description": "A check of the credentials."}
    yield {"name": TAG, "description": "What Rev.io sends to webhook receivers."}


def _paths(
    resources: list[Resource], schemas: RecordSchemas, parameters: SearchParameters
) -> dict[str, Schema]:
    """Every path with its operations."""
    paths: dict[str, Schema] = {"/SystemStatus": {"get": STATUS}}
    for resource in resources:
        naming = Naming(resource, schemas.names[resource], parameters)
        paths[f"/{resource.path}"] = _operations(COLLECTION, naming)
        one = _operations(RECORD, naming)
        if one:
            path = f"/{resource.path}/{{{resource.id_field}}}"
            paths[path] = {"parameters": [id_parameter(resource)], **one}
    for described in ACTIONS:
        at_path = paths.setdefault(f"/{described.action.path}", path_parameters(described))
        at_path[described.action.method.lower()] = action_operation(described)
    return {path: item for path, item in sorted(paths.items()) if item}


def _add_statuses(paths: Mapping[str, Schema], statuses: Set[str]) -> None:
    """Add the statuses that a bad request may get besides 400."""
    for item in paths.values():
        for method in item.keys() - {"parameters"}:
            found = {**dict.fromkeys(statuses, response_ref("BadRequest")), **item[method]["responses"]}
            item[method] = {**item[method], "responses": dict(sorted(found.items()))}


def _operations(describe: Mapping[str, Describe], naming: Naming) -> Schema:
    methods = naming.resource.methods
    return {method.lower(): function(naming) for method, function in describe.items() if method in methods}
