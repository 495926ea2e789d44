"""Requests without their data: placeholders in braces, such as `{text}`, stand for values.

`{Customers.id}` is the id of any customer; `{text}`, `{whole}`, `{decimal}` and `{date}` are any values of
these kinds. What is no personal data and decides what happens stays: the words of statuses and types, flags,
nulls, pages and sorting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mockrevio.contract.record.exchange import NOT_JSON, parse_json
from mockrevio.contract.record.personal_data import PersonalData
from mockrevio.contract.record.shapes import json_type
from mockrevio.errors import ApiError
from mockrevio.revio.fields import Field
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, Resource
from mockrevio.revio.search import search_fields
from mockrevio.revio.wire.body import parse_fields

NOT_READABLE = "{unreadable}"
"""Stands for a body that is neither JSON nor a form."""

_CONTROLS = frozenset({"page", "page_size", "sort"})
_PREFIX = "search."
_NUMBER = re.compile(r"[0-9]+", re.ASCII)
_WORD = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
"""What Rev.io's statuses and types look like."""

_ACTION = re.compile(r"[A-Za-z]{1,40}", re.ASCII)
_BY_TYPE: Mapping[str, str] = {"integer": "{whole}", "number": "{decimal}", "string": "{text}"}


def path_template(steps: Sequence[str], resource: Resource | None) -> str:
    """`/v1/Customers/{id}`, in Rev.io's spelling if the resource is known."""
    first = [resource.path] if resource else [_step(step) for step in steps[:1]]
    return "/".join(["/v1", *first, *map(_step, steps[1:])])


def _step(step: str) -> str:
    if _NUMBER.fullmatch(step):
        return "{id}"
    return step if _ACTION.fullmatch(step) else "{text}"


def query_template(
    query: Sequence[tuple[str, str]],
    resource: Resource | None,
    personal_data: PersonalData,
    *,
    accepted: bool,
) -> dict[str, list[str]]:
    """The parameters by name, without `search.`, in lowercase and sorted."""
    template: dict[str, list[str]] = {}
    for written_name, text in query:
        name = written_name.strip().lower().removeprefix(_PREFIX)
        template.setdefault(name, []).append(
            text if name in _CONTROLS else _parameter(name, text, resource, personal_data, accepted=accepted)
        )
    return dict(sorted(template.items()))


def _parameter(
    name: str, text: str, resource: Resource | None, personal_data: PersonalData, *, accepted: bool
) -> str:
    found = search_fields(resource).get(name) if resource else None
    if resource is None or found is None:
        return "{text}" if accepted else str(personal_data.unknown(text))
    if accepted:
        return _scalar_placeholder(text, found.field)
    return str(personal_data.value(resource, found.field.name, text))


def body_template(
    content: bytes | None,
    content_type: str,
    resource: Resource | None,
    personal_data: PersonalData,
    *,
    accepted: bool,
) -> Any:
    """The body of a request."""
    value = parse_json(content)
    if value is NOT_JSON:
        try:
            value = parse_fields(content or b"", content_type)
        except ApiError:
            return NOT_READABLE
    if isinstance(value, list):
        return [_operation(each, resource, personal_data, accepted=accepted) for each in value]
    if not isinstance(value, dict):
        return personal_data.unknown(value)
    fields = {} if resource is None else {name.lower(): each for name, each in resource.fields.items()}
    if accepted:
        return {name: _placeholder(member, fields.get(name.lower())) for name, member in value.items()}
    return {
        name: personal_data.value(resource, name, member) if resource else personal_data.unknown(member)
        for name, member in value.items()
    }


def _operation(
    operation: Any, resource: Resource | None, personal_data: PersonalData, *, accepted: bool
) -> Any:
    """An operation of a JSON Patch: its path names the field."""
    if not isinstance(operation, dict) or "value" not in operation:
        return operation
    name = str(operation.get("path", "")).strip("/").partition("/")[0]
    field = resource.fields.get(name) if resource else None
    value = operation["value"]
    if accepted:
        return {**operation, "value": _placeholder(value, field)}
    replaced = personal_data.value(resource, name, value) if resource else personal_data.unknown(value)
    return {**operation, "value": replaced}


def _placeholder(value: Any, field: Field | None) -> Any:
    if isinstance(value, dict):
        members = {} if field is None else field.fields
        return {name: _placeholder(member, members.get(name)) for name, member in value.items()}
    if isinstance(value, list):
        item_field = None if field is None else field._replace(kind=field.items or "object", items=None)
        return [_placeholder(item, item_field) for item in value]
    if value is None or isinstance(value, bool) or value in ("", 0):
        return value
    return _scalar_placeholder(value, field)


def _scalar_placeholder(value: Any, field: Field | None) -> str:
    if field is not None and field.refers_to:
        return f"{{{field.refers_to}.id}}"
    if field == INTEGRATION_KEY_LINK.fields["internal_id"]:
        return "{internal_id}"
    if field is not None and field.kind in ("text", "name"):
        return value if isinstance(value, str) and _WORD.fullmatch(value) else "{text}"
    if field is not None and field.kind in ("whole", "decimal", "date"):
        return f"{{{field.kind}}}"
    return _BY_TYPE[json_type(value)]
