"""Labels: what a person would call a record, such as the company of a customer or the number of a service.

The table of resources has templates for those whose records have no field that is obviously a name; of all
others, a field such as `name`, `subject` or `description` is the label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mockrevio.revio.fields import Field
from mockrevio.revio.resources import Resource, Resources, cached_in_resource
from mockrevio.storage import LiveDatabase

MAX_LENGTH = 80
"""Characters of a label; longer texts are cut."""

_FIELD = re.compile(r"\{([\w.]+)\}", re.ASCII)
_PERSON = ("first_name", "last_name")
_WORDS = (
    *("name", "title", "subject", "description", "number", "identifier", "code", "login", "email", "url"),
    "message",
)
"""What the names of fields that can be labels are, or end with, the best first."""


class Labels:
    """The labels of the records of one world. They need no lock: stored documents are never modified."""

    def __init__(self, database: LiveDatabase, resources: Callable[[], Resources]) -> None:
        self._database = database
        self._resources = resources

    def of(self, resource: Resource, record: Mapping[str, Any]) -> str | None:
        """The label of a record; None if it has no field that could be one."""
        for template in _templates(resource):
            label = self._fill(template, record)
            if label is not None:
                return _shorten(label)
        return _shorten(_generic_label(record))

    def of_id(self, resource: Resource, record_id: object) -> str | None:
        """The label of the record with this id; None if there is no such record."""
        record = self.record(resource, record_id)
        return None if record is None else self.of(resource, record)

    def record(self, resource: Resource, record_id: object) -> Mapping[str, Any] | None:
        """The stored record with this id, which the caller must not modify; None if there is none."""
        documents = self._database.live_table(resource.table).documents
        return documents.get(record_id) if type(record_id) is int else None

    def _fill(self, template: _Template, record: Mapping[str, Any]) -> str | None:
        """The text of a template; None if a field in it has no value."""
        texts = []
        for path, field in template.fields:
            text = self._text(record, path, field)
            if text is None:
                return None
            texts.append(text)
        return template.form.format(*texts)

    def _text(self, record: Mapping[str, Any], path: tuple[str, ...], field: Field) -> str | None:
        value: Any = record.get(path[0])
        for name in path[1:]:
            value = value.get(name) if isinstance(value, dict) else None
        if field.refers_to is not None:
            resource = self._resources().at(field.refers_to.lower())
            return None if resource is None else self.of_id(resource, value)
        if isinstance(value, str):
            return value[:10] if field.kind == "date" else value.strip() or None
        return None if value is None or isinstance(value, (dict, list)) else str(value)


class _Template(NamedTuple):
    """A template such as `{description}, {number}`: its text with `{}` for each field, and these fields.

    A reference stands for the label of the record that it refers to. The template applies to a record if all
    of the fields have a value.
    """

    form: str
    fields: tuple[tuple[tuple[str, ...], Field], ...]


@cached_in_resource
def _templates(resource: Resource) -> tuple[_Template, ...]:
    """The templates of a resource, the best first."""
    return tuple(_parse_template(resource, text) for text in resource.declaration.get("label", ()))


def _parse_template(resource: Resource, text: str) -> _Template:
    """A template as the table of resources has it. Raises KeyError if it names an unknown field."""
    paths = [tuple(name.split(".")) for name in _FIELD.findall(text)]
    return _Template(_FIELD.sub("{}", text), tuple((path, _field_at(resource, path)) for path in paths))


def _field_at(resource: Resource, path: tuple[str, ...]) -> Field:
    first, *rest = path
    field = resource.fields[first]
    for name in rest:
        field = field.fields[name]
    return field


def _generic_label(record: Mapping[str, Any]) -> str | None:
    """The text in a record that is most likely to be its name."""
    texts = {name.lower(): text.strip() for name, text in record.items() if isinstance(text, str)}
    texts = {name: text for name, text in texts.items() if text}
    for name in ("name", "company_name"):
        if name in texts:
            return texts[name]
    person = [texts[name] for name in _PERSON if name in texts]
    if person:
        return " ".join(person)
    for word in _WORDS:
        if word in texts:
            return texts[word]
        for name, text in texts.items():
            if name.endswith(f"_{word}"):
                return text
    return None


def _shorten(label: str | None) -> str | None:
    """A label on one line, cut if it is long."""
    if label is None or (len(label) <= MAX_LENGTH and label.isprintable()):
        return label
    line = " ".join(label.split())
    return line if len(line) <= MAX_LENGTH else f"{line[: MAX_LENGTH - 1].rstrip()}…"
