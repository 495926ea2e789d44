"""The shape of JSON values: which fields they have, of which types, as a JSON Schema. No value is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockrevio.revio.wire.dates import is_stored_date

DATE_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"
"""D: the form of Rev.io's dates, which have no zone, so that they are no `date-time`."""

_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}", re.ASCII)
"""Any other name may be data, in an object that has no fixed fields."""


def json_type(value: Any) -> str:
    """The JSON Schema type of a value."""
    return _TYPES.get(type(value), "null")


class Shape:
    """What some values have in common. The order in which they are added does not matter."""

    def __init__(self) -> None:
        self._types: set[str] = set()
        self._objects = 0
        self._members: dict[str, tuple[Shape, int]] = {}
        self._items: Shape | None = None
        self._all_dates = True
        self._has_other_names = False

    def add(self, value: Any) -> None:
        """Take in a value."""
        self._types.add(json_type(value))
        if isinstance(value, str):
            self._all_dates = self._all_dates and is_stored_date(value)
        elif isinstance(value, list):
            for item in value:
                if self._items is None:
                    self._items = Shape()
                self._items.add(item)
        elif isinstance(value, dict):
            self._objects += 1
            for name, member in value.items():
                if not _FIELD_NAME.fullmatch(name):
                    self._has_other_names = True
                    continue
                shape, count = self._members.get(name) or (Shape(), 0)
                shape.add(member)
                self._members[name] = (shape, count + 1)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema that describes all values, and no field that none of them has.

        Any value may be null: which fields are unset differs from record to record.
        """
        types = sorted(self._types - {"null"} - ({"integer"} if "number" in self._types else set()))
        schema: dict[str, Any] = {"type": [*types, "null"]} if types else {}
        if "string" in types and self._all_dates:
            schema["pattern"] = DATE_PATTERN
        if self._items is not None:
            schema["items"] = self._items.schema()
        if self._members:
            members = sorted(self._members.items())
            schema["properties"] = {name: shape.schema() for name, (shape, _) in members}
            schema["required"] = [name for name, (_, count) in members if count == self._objects]
            schema["additionalProperties"] = self._has_other_names
        return schema
