"""Making records as a service sends them into records that a fixture may have.

A real tenant may have other fields, and other values in them, than the table of resources says. What a
fixture cannot have is left out, and counted.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from mockrevio.contract.observed_settings import link_id_field
from mockrevio.revio.fields import KIND_DESCRIPTIONS, Field, FieldKind, Record, parse_integer
from mockrevio.revio.record_checks import check_record
from mockrevio.revio.resources import (
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    KEY_LINK_RESOURCES,
    Resource,
)

ENVELOPE = frozenset({"ok", "links"})
"""What Rev.io adds to a record: whether the call succeeded (D), and links to the record itself (D)."""

_DROPPED = object()
_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def record_key(resource: Resource, record: Record) -> Any:
    """What tells a record from the others of its resource: its id, an integer.

    In a list of pairs, ids repeat, and a key link's may have another name: there, it is all that the record
    has, as a text.
    """
    has_id = not resource.id_repeats and resource.id_field in record
    return record[resource.id_field] if has_id else json.dumps(record, sort_keys=True)


class FixtureRecords:
    """Converts records. `problems` says what was left out, with the number of records."""

    def __init__(self) -> None:
        self.problems: Counter[str] = Counter()

    def convert(self, resource: Resource, record: Mapping[str, Any]) -> Record | None:
        """The record as a fixture may have it; None if it cannot have it at all."""
        converted: Record = {}
        for name, value in record.items():
            field = resource.fields.get(name)
            if field is None:
                if name in ENVELOPE or resource in KEY_LINK_RESOURCES:
                    continue
                item = value if _is_json(value) else _DROPPED
            else:
                item = _convert(field, value)
            if item is _DROPPED:
                kind = _KINDS[field.kind] if field else "valid JSON"
                self.problems[f"{resource.path}.{name}: the value is not {kind}; left out"] += 1
            else:
                converted[name] = item
        _find_id(resource, record, converted)
        type_text = converted.get("entity_type_name")
        if resource is INTEGRATION_ENTITY_TYPE and isinstance(type_text, str):
            converted["entity_type_name"] = type_name(type_text)
        for name in resource.set_by_server:
            converted.setdefault(name, None)  # or the mock would set it
        return self._checked(resource, converted)

    def _checked(self, resource: Resource, record: Record) -> Record | None:
        for mistake in check_record(resource, record, resource.path):
            if mistake.fatal:
                what = str(mistake).partition(", not ")[0]  # without the value: equal ones are counted
                self.problems[f"{what}; the record is left out"] += 1
                return None
        return record


_KINDS: Mapping[FieldKind, str] = {
    **KIND_DESCRIPTIONS,
    "date": "a date",
    "object": "an object of the expected form",
    "list": "a list of the expected form",
}


def _is_json(value: Any) -> bool:
    """Whether a value is JSON: Python also reads NaN and Infinity, which some services send."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def type_name(name: str) -> str:
    """The name of an entity type in the form that Rev.io's have: `Service Product` is SERVICE_PRODUCT."""
    return _WORD_BOUNDARY.sub("_", name.strip()).strip("_").upper()


def _find_id(resource: Resource, record: Mapping[str, Any], converted: Record) -> None:
    """Find a key link's own id, whatever its name is."""
    if resource is INTEGRATION_KEY_LINK and converted.get(resource.id_field) is None:
        converted.pop(resource.id_field, None)
        name = link_id_field(record)
        if name is not None:
            converted[resource.id_field] = record[name]


def _convert(field: Field, value: Any) -> Any:
    """The value as the field may have it, or `_DROPPED`."""
    if field.accepts(value):
        return value
    if isinstance(value, str):
        return _from_text(field, value)
    if isinstance(value, (int, float)):
        return _from_number(field, value)
    if field.kind == "object" and isinstance(value, dict):
        return _convert_members(field, value)
    if field.kind == "list" and isinstance(value, list):
        return _convert_items(field, value)
    return _DROPPED


def _convert_items(field: Field, value: list[Any]) -> list[Any]:
    item_field = field._replace(kind=field.items or "object", items=None)
    items = [_convert(item_field, item) for item in value]
    return [item for item in items if item is not _DROPPED and field.accepts_item(item)]


def _from_number(field: Field, value: float) -> Any:
    if field.kind in ("text", "name"):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if field.kind == "whole" and isinstance(value, float) and value.is_integer():
        return int(value)
    return _DROPPED


def _convert_members(field: Field, value: Mapping[str, Any]) -> Record:
    members = {
        name: _convert(field.fields[name], item) if name in field.fields else item
        for name, item in value.items()
    }
    return {name: item for name, item in members.items() if item is not _DROPPED}


def _from_text(field: Field, text: str) -> Any:
    if not text.strip():
        return None
    if field.kind == "whole":
        number = parse_integer(text)
        return _DROPPED if number is None else number
    if field.kind == "flag" and text.strip().lower() in ("true", "false"):
        return text.strip().lower() == "true"
    if field.kind == "decimal":
        try:
            number_with_decimals = float(text)
        except ValueError:
            return _DROPPED
        return number_with_decimals if field.accepts(number_with_decimals) else _DROPPED
    return _DROPPED
