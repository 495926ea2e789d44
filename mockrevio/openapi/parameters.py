"""Parameters: the record's id, search, sort and page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockrevio.openapi.evidence import evidence, field_evidence
from mockrevio.openapi.fields import DATE_SCHEMAS, TYPES, Schema
from mockrevio.revio.fields import MAX_INTEGER, FieldKind
from mockrevio.revio.resources import Resource
from mockrevio.revio.search import SearchField, exact_fields, search_fields
from mockrevio.revio.wire.query import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, PREFIX

Parameter = dict[str, Any]

PARAMETERS = "#/components/parameters/"

_SENT_DATE: Schema = {"type": "string", "pattern": DATE_SCHEMAS["DateInput"]["pattern"]}
_TYPES: Mapping[FieldKind, Schema] = {
    **TYPES,
    "whole": {**TYPES["whole"], "minimum": -MAX_INTEGER - 1, "maximum": MAX_INTEGER},
    "date": _SENT_DATE,
}

PAGING: Mapping[str, Parameter] = {
    "page": {
        "name": "page",
        "in": "query",
        "description": "The number of the page. One past the end is empty.",
        "schema": {"type": "integer", "minimum": 1, "default": 1},
        "x-also-as": f"{PREFIX}page",
        **evidence("page.invalid"),
    },
    "page_size": {
        "name": "page_size",
        "in": "query",
        "description": f"How many records a page has at most. A larger number than {MAX_PAGE_SIZE} is cut to "
        f"{MAX_PAGE_SIZE}, or rejected, by a setting of the mock.",
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_PAGE_SIZE,
            "default": DEFAULT_PAGE_SIZE,
        },
        "x-also-as": f"{PREFIX}page_size",
        **evidence("page.size"),
    },
}
"""The components that all collections share."""


def id_parameter(resource: Resource) -> Parameter:
    """The id in the path of one record."""
    return {
        "name": resource.id_field,
        "in": "path",
        "required": True,
        "description": f"The id of a record of `{resource.path}`."
        + (" Several may have the same: the first one is meant." if resource.id_repeats else ""),
        "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": MAX_INTEGER},
        **evidence("path.endpoints"),
    }


class SearchParameters:
    """Makes the parameters of collections, and collects them as `components`, which collections share."""

    def __init__(self) -> None:
        self.components: dict[str, Parameter] = dict(PAGING)

    def of(self, resource: Resource) -> list[dict[str, str]]:
        """References to the parameters of a collection but its sort."""
        parameters = [*PAGING.items(), *_search_parameters(resource)]
        keys = [self._add(resource, name, parameter) for name, parameter in parameters]
        return [{"$ref": f"{PARAMETERS}{key}"} for key in keys]

    def _add(self, resource: Resource, name: str, parameter: Parameter) -> str:
        """Add a component, and return its key: its name, or its own one if another resource's differs."""
        if self.components.setdefault(name, parameter) == parameter:
            return name
        key = f"{resource.path}.{name}"
        self.components[key] = parameter
        return key


def _search_parameters(resource: Resource) -> Iterator[tuple[str, Parameter]]:
    fields = search_fields(resource)
    for key, search in fields.items():
        shorter = _shorter(key, fields)
        if shorter is not None and set(search.paths) <= set(shorter.paths):
            continue  # its own name finds it, too
        name = search.field.name if not search.partial else key
        yield f"{PREFIX}{name}", _search_parameter(name, search)
        if search.field.kind == "date":
            for side in ("start", "end"):
                if f"{key}_{side}" not in fields:
                    yield f"{PREFIX}{name}_{side}", _bound_parameter(name, side)


def _search_parameter(name: str, search: SearchField) -> Parameter:
    dotted = [place for place in search.names if "." in place]
    parameter = {
        "name": f"{PREFIX}{name}",
        "in": "query",
        "description": _search_description(name, search),
        "style": "form",
        "explode": True,
        "schema": {"type": "array", "items": _TYPES[search.field.kind]},
        "x-also-as": name,
    }
    if dotted:
        parameter["x-members"] = dotted
    rule = "search.part_of_name" if search.partial else "search.nested" if dotted else "search.prefix"
    own = field_evidence(search.field.evidence) if rule == "search.prefix" else {}
    return {**parameter, **(own or evidence(rule))}


def _search_description(name: str, search: SearchField) -> str:
    places = ", ".join(f"`{place}`" for place in search.names)
    if search.partial:
        return f"Part of a name in {places}, ignoring case. Given several times: any of the values."
    if places != f"`{name}`":
        return f"Searches {places}. Given several times: any of the values."
    ignoring = ", ignoring case" if search.field.kind == "name" else ""
    return f"Searches `{name}`{ignoring}. Given several times: any of the values."


def _bound_parameter(name: str, side: str) -> Parameter:
    word = "first" if side == "start" else "last"
    whole_day = "" if side == "start" else " A date without a time means the end of that day."
    return {
        "name": f"{PREFIX}{name}_{side}",
        "in": "query",
        "description": f"The {word} `{name}` of a range, included.{whole_day}",
        "schema": _SENT_DATE,
        "x-also-as": f"{name}_{side}",
        **evidence("search.range"),
    }


def sort_parameter(resource: Resource) -> Parameter:
    """The field that a collection is sorted by. An unknown one is ignored."""
    fields = exact_fields(resource)
    names = [
        key if "." in key else search.field.name
        for key, search in fields.items()
        if search.indexed and not _has_shorter(key, search, fields)
    ]
    values = [value for name in names for value in (name, f"-{name}")]
    return {
        "name": "sort",
        "in": "query",
        "description": "The field to sort by; a minus sign before it means descending order. Without it, "
        f"and among equals, the order is that of `{resource.id_field}`. Values that are not among the "
        "examples are ignored.",
        "schema": {"type": "string", "examples": values},
        "x-also-as": f"{PREFIX}sort",
        **evidence("sort.field"),
    }


def _has_shorter(key: str, search: SearchField, fields: Mapping[str, SearchField]) -> bool:
    """Whether a member has its own name as well, without the object's."""
    shorter = _shorter(key, fields)
    return shorter is not None and shorter.paths == search.paths


def _shorter(key: str, fields: Mapping[str, SearchField]) -> SearchField | None:
    """What a member's own name, without the object's, searches."""
    return fields.get(key.rpartition(".")[2]) if "." in key else None
