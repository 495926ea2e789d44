"""Requests without their data: placeholders in braces, such as `{text}`, stand for values.

`{Customers.id}` is the id of any customer; `{text}`, `{whole}`, `{decimal}` and `{date}` are any values of
these kinds. What is no personal data and decides what happens stays: the words of statuses and types, flags,
nulls, pages and sorting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mockrevio.contract.personal_data import Kind, PersonalData, kind_of
from mockrevio.contract.record.exchange import NOT_JSON, parse_json
from mockrevio.contract.record.shapes import json_type
from mockrevio.errors import ApiError
from mockrevio.revio.addresses import API_PATH
from mockrevio.revio.fields import Field
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, Resource
from mockrevio.revio.search import search_fields
from mockrevio.revio.wire.body import parse_fields
from mockrevio.revio.wire.dates import parse_date
from mockrevio.revio.wire.query import CONTROLS, PREFIX
from mockrevio.revio.wire.secrets import is_secret_name

UNREADABLE = "{unreadable}"
"""Stands for a body that is neither JSON nor a form."""

SECRET = "{secret}"  # noqa: S105 (the placeholder)
"""Stands for a secret, whether a request was accepted or not."""

_NUMBER = re.compile(r"[0-9]+", re.ASCII)
_WORD = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
"""What Rev.io's statuses and types look like."""

_NAME = re.compile(r"[A-Za-z]{1,40}", re.ASCII)
_COLLECTION_ACTIONS = frozenset({"assignservice"})
_SHORT = re.compile(r"[0-9+-]{1,12}|[A-Za-z]", re.ASCII)
"""What cannot be data: pages, and what tests send in their place."""
_BY_TYPE: Mapping[str, str] = {"integer": "{whole}", "number": "{decimal}", "string": "{text}"}


def path_template(steps: Sequence[str], resource: Resource | None) -> str:
    """`/v1/Customers/{id}`, in Rev.io's spelling if the resource is known."""
    written = [_step(index, step) for index, step in enumerate(steps)]
    return "/".join([API_PATH, *([resource.path] if resource else written[:1]), *written[1:]])


def _step(index: int, step: str) -> str:
    if _NUMBER.fullmatch(step):
        return "{id}"
    # What stands in place of an id may be data.
    is_name = step.lower() in _COLLECTION_ACTIONS if index == 1 else _NAME.fullmatch(step)
    return step if is_name else "{text}"


class RequestTemplate:
    """Turns parameters and bodies of requests for one resource, or for an unknown one, into templates.

    The values of a request that was not accepted are kept, but for personal data.
    """

    def __init__(self, resource: Resource | None, personal_data: PersonalData, *, accepted: bool) -> None:
        self._resource = resource
        self._personal_data = personal_data
        self._accepted = accepted

    def query(self, query: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
        """The parameters by name, without `search.`, in lowercase and sorted."""
        template: dict[str, list[str]] = {}
        for written_name, text in query:
            name = written_name.strip().lower().removeprefix(PREFIX)
            value = self._control(name, text) if name in CONTROLS else self._parameter(name, text)
            template.setdefault(name, []).append(str(value))
        return dict(sorted(template.items()))

    def _control(self, name: str, text: str) -> Any:
        is_field = name == "sort" and self._field(text.strip().removeprefix("-")) is not None
        return text if is_field or _SHORT.fullmatch(text.strip()) else self._personal_data.unknown(text)

    def _parameter(self, name: str, text: str) -> Any:
        found = search_fields(self._resource).get(name) if self._resource else None
        field = None if found is None else found.field
        return self._value(field.name if field else name, text, field)

    def body(self, content: bytes | None, content_type: str) -> Any:
        """The body of a request."""
        value = parse_json(content)
        if value is NOT_JSON:
            try:
                value = parse_fields(content or b"", content_type)
            except ApiError:
                return UNREADABLE
        if isinstance(value, list):
            return [self._operation(each) for each in value]
        if isinstance(value, dict):
            return {name: self._value(name, member, self._field(name)) for name, member in value.items()}
        return self._personal_data.unknown(value)

    def _operation(self, operation: Any) -> Any:
        """An operation of a JSON Patch: its path names the field."""
        if not isinstance(operation, dict):
            return self._personal_data.unknown(operation)
        name = str(operation.get("path", "")).strip("/").partition("/")[0]
        known = {key: operation[key] for key in ("op", "from", "path") if key in operation}
        if "value" in operation:
            known["value"] = self._value(name, operation["value"], self._field(name))
        return known

    def _field(self, name: str) -> Field | None:
        fields = self._resource.fields if self._resource else {}
        return fields.get(name) or next(
            (field for known, field in fields.items() if known.lower() == name.lower()), None
        )

    def _value(self, name: str, value: Any, field: Field | None) -> Any:
        value = _without_secrets(name, value, is_known=field is not None)
        if value == SECRET:
            return value
        if self._accepted:
            return self._placeholder(name, value, field)
        if self._resource is None:
            return self._personal_data.unknown(value)
        return self._personal_data.value(self._resource, field.name if field else name, value)

    def _placeholder(self, name: str, value: Any, field: Field | None) -> Any:
        if isinstance(value, dict):
            members = {} if field is None else field.fields
            return {
                name: self._placeholder(name, member, members.get(name)) for name, member in value.items()
            }
        if isinstance(value, list):
            item_field = None if field is None else field._replace(kind=field.items or "object", items=None)
            return [self._placeholder(name, item, item_field) for item in value]
        if value is None or isinstance(value, bool) or value in ("", 0):
            return value
        if isinstance(value, str) and _WORD.fullmatch(value) and self._is_vocabulary(name):
            return value
        if self._resource is not None and name == self._resource.id_field:
            return f"{{{self._resource.path}.id}}"
        return _placeholder_for(value, field)

    def _is_vocabulary(self, name: str) -> bool:
        if self._resource is None:
            return False
        return name == "action" or kind_of(self._resource.path, name) is Kind.VOCABULARY  # C: of a task


def _without_secrets(name: str, value: Any, *, is_known: bool = False) -> Any:
    """A value without the secrets in it, whatever becomes of personal data."""
    if isinstance(value, dict):
        return {member: _without_secrets(member, inner) for member, inner in value.items()}
    if isinstance(value, list):
        return [_without_secrets(name, item) for item in value]
    if is_secret_name(name) or (name.lower() == "code" and not is_known):  # D: of a webhook receiver
        return SECRET
    return value


def _placeholder_for(value: Any, field: Field | None) -> str:
    if field is None:
        is_date = isinstance(value, str) and parse_date(value) is not None
        return "{date}" if is_date else _BY_TYPE[json_type(value)]
    if field.refers_to:
        return f"{{{field.refers_to}.id}}"
    if field == INTEGRATION_KEY_LINK.fields["internal_id"]:
        return "{internal_id}"
    return "{text}" if field.kind in ("text", "name") else f"{{{field.kind}}}"
