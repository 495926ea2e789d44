"""The operations on the resources: one for each method that an endpoint has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from mockrevio.openapi.bodies import body, form_of, json_content
from mockrevio.openapi.evidence import evidence
from mockrevio.openapi.examples import example_input, example_record
from mockrevio.openapi.fields import Schema, ref
from mockrevio.openapi.parameters import SearchParameters, sort_parameter
from mockrevio.openapi.responses import error_refs, header_refs
from mockrevio.revio.resources import (
    KEY_LINK_RESOURCES,
    WEBHOOK_RECEIVERS,
    WEBHOOK_SUBSCRIPTIONS,
    Resource,
)

Operation = dict[str, Any]

NO_RECORD = ("404", "NotFound")
BODY_ERRORS = (("413", "TooLarge"), ("415", "UnsupportedMediaType"))
"""Errors that only some operations may respond with: by status, the component."""


class Naming(NamedTuple):
    """A resource, what one of its records is called, and the collector of its parameters."""

    resource: Resource
    name: str
    parameters: SearchParameters


Describe = Callable[[Naming], Operation]


def list_records(naming: Naming) -> Operation:
    """GET of a collection."""
    resource, name, parameters = naming
    links = _links(naming, f"$response.body#/records/0/{resource.id_field}", {"GET"})
    return {
        "operationId": f"list{resource.path}",
        "summary": f"Search {resource.path}",
        "description": "A page of the records that match all parameters. Parameters that name no field are "
        "ignored.",
        "tags": [resource.path],
        "parameters": [*parameters.of(resource), sort_parameter(resource)],
        "responses": {
            "200": {
                "description": f"A page of `{resource.path}`.",
                "headers": header_refs(),
                "content": json_content(ref(f"{name}Page"), _page_example(resource)),
                **({"links": links} if links else {}),
                **evidence("collection.page"),
            },
            **error_refs(),
        },
        **_method_evidence(resource, "collection.page"),
    }


def _page_example(resource: Resource) -> Any:
    record = example_record(resource)
    if record is None:
        return None
    return {"ok": True, "has_more": False, "record_count": 1, "records": [record]}


def create(naming: Naming) -> Operation:
    """POST to a collection."""
    resource, name, _ = naming
    links = _links(naming, "$response.body#/id", resource.methods)
    return {
        "operationId": f"create{name}",
        "summary": f"Create a record of {resource.path}",
        "description": "The record gets the next id.",
        "tags": [resource.path],
        "requestBody": _input(naming),
        "responses": {
            "201": {
                "description": "The record was created.",
                "headers": header_refs("Location"),
                "content": json_content(ref("WriteResponse")),
                "links": links,
                **evidence("create.answer"),
            },
            **error_refs(*BODY_ERRORS),
        },
        **_method_evidence(resource, "create.answer"),
    }


def _input(naming: Naming) -> Schema:
    """The body of a write of a whole record."""
    resource, name, _ = naming
    form = form_of(resource.required, resource.required_one_of)
    return body(ref(f"{name}Input"), example_input(resource), form)


def get_record(naming: Naming) -> Operation:
    """GET of one record."""
    resource, name, _ = naming
    record = example_record(resource)
    return {
        "operationId": f"get{name}",
        "summary": f"Read one record of {resource.path}",
        "description": "All fields of the record; those without a value are null, an empty text or 0.",
        "tags": [resource.path],
        "responses": {
            "200": {
                "description": "The record.",
                "headers": header_refs(),
                "content": json_content(ref(f"{name}Response"), record and {"ok": True, **record}),
                **evidence("record.single"),
            },
            **error_refs(NO_RECORD),
        },
        **_method_evidence(resource, "record.single"),
    }


def replace(naming: Naming) -> Operation:
    """PUT of one record."""
    resource, name, _ = naming
    return {
        "operationId": f"replace{name}",
        "summary": f"Replace a record of {resource.path}",
        "description": "Replaces the whole record: fields that are missing lose their value.",
        "tags": [resource.path],
        "requestBody": _input(naming),
        "responses": _written("The record was replaced.", "replace.answer", *BODY_ERRORS),
        **_method_evidence(resource, "link.update"),
    }


def patch(naming: Naming) -> Operation:
    """PATCH of one record."""
    resource, name, _ = naming
    return {
        "operationId": f"patch{name}",
        "summary": f"Change fields of a record of {resource.path}",
        "description": "Changes to unknown and read-only fields are ignored.",
        "tags": [resource.path],
        "requestBody": {
            "required": True,
            "content": {"application/json-patch+json": _patch_body(resource)},
        },
        "responses": _written("The record was changed.", "record.patch", *BODY_ERRORS),
        **_method_evidence(resource, "record.patch"),
    }


def _patch_body(resource: Resource) -> Schema:
    """A patch; the example replaces a text of the example record, its status if it has one."""
    schema = {"schema": ref("JsonPatch")}
    record = example_input(resource) or {}
    texts = [name for name, value in record.items() if isinstance(value, str)]
    if not texts:
        return schema
    name = "status" if "status" in texts else texts[0]
    return {**schema, "example": [{"op": "replace", "path": f"/{name}", "value": record[name]}]}


def delete(naming: Naming) -> Operation:
    """DELETE of one record."""
    resource, name, _ = naming
    return {
        "operationId": f"delete{name}",
        "summary": f"Delete a record of {resource.path}",
        "description": "Key links to it are kept." if resource.entity_type else "Its id is never used again.",
        "tags": [resource.path],
        "responses": _written("The record was deleted.", "delete.answer"),
        **_method_evidence(resource, "delete.answer"),
    }


def _method_evidence(resource: Resource, link_rule: str) -> Schema:
    """How the method is known; `link_rule` is the rule about it for key links."""
    if resource in KEY_LINK_RESOURCES:
        return evidence(link_rule)
    if resource in _WEBHOOK_RULES:
        return evidence(_WEBHOOK_RULES[resource])
    return evidence("record.endpoints" if resource.methods == {"GET"} else "record.methods")


_WEBHOOK_RULES = {
    WEBHOOK_RECEIVERS: "webhook.confirmation",
    WEBHOOK_SUBSCRIPTIONS: "webhook.subscription",
}


def _written(description: str, rule: str, *more: tuple[str, str]) -> Schema:
    return {
        "200": {
            "description": description,
            "headers": header_refs(),
            "content": json_content(ref("WriteResponse")),
            **evidence(rule),
        },
        **error_refs(NO_RECORD, *more),
    }


def _links(naming: Naming, id_expression: str, methods: Collection[str]) -> Schema:
    """What can be done with the record that a response names."""
    resource, name, _ = naming
    operations = {"GET": "get", "PUT": "replace", "PATCH": "patch", "DELETE": "delete"}
    return {
        f"{verb}{name}": {"operationId": f"{verb}{name}", "parameters": {resource.id_field: id_expression}}
        for method, verb in operations.items()
        if method in methods and method in resource.methods
    }


COLLECTION: Mapping[str, Describe] = {"GET": list_records, "POST": create}
RECORD: Mapping[str, Describe] = {"GET": get_record, "PUT": replace, "PATCH": patch, "DELETE": delete}
