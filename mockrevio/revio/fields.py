"""Fields and resources: the kinds of values, and how each kind is compared and parsed from text."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping
from typing import Any, Literal, NamedTuple

from mockrevio.errors import ApiError, Problem

Record = dict[str, Any]
Kind = Literal["whole", "decimal", "text", "name", "flag", "date", "object", "list"]

MAX_INTEGER = 2**31 - 1
"""A: Rev.io's ids are 32-bit, as .NET's `int` is."""

MAX_TEXT_LENGTH = 255
"""A: the longest text of a field, in characters."""

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*", re.ASCII)
_DECIMAL = re.compile(r"\s*[+-]?[0-9]{1,18}(\.[0-9]{1,18})?\s*", re.ASCII)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def parse_integer(text: str) -> int | None:
    """Parse an integer of at most 32 bits; None if `text` is anything else."""
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -MAX_INTEGER - 1 <= number <= MAX_INTEGER else None


class Field(NamedTuple):
    """A field of a record: its name, the kind of its values, and the entity type it refers to, if any."""

    name: str
    kind: Kind
    refers_to: str | None = None

    @property
    def searchable(self) -> bool:
        """Whether a query parameter can search this field: any field except objects and lists."""
        return self.kind not in ("object", "list")

    def accepts(self, value: object) -> bool:
        """Whether a fixture may have this value: null or a value of the field's kind."""
        if value is None:
            return True
        if self.kind == "whole":
            return type(value) is int
        if self.kind == "decimal":
            # JSON has neither infinity nor NaN.
            return type(value) is int or (isinstance(value, float) and math.isfinite(value))
        return isinstance(value, _PYTHON_TYPE[self.kind])

    def search_key(self, value: Any) -> Hashable:
        """The key that a stored value is compared by: names ignore case, other values are exact (A)."""
        return value.casefold() if self.kind == "name" and isinstance(value, str) else value

    def parse_search_value(self, text: str) -> Hashable:
        """The key that a search parameter is compared by.

        A: raises ApiError (`invalid`) if a `whole` field is searched for anything but an integer, a
        `decimal` field for anything but a number, or a `flag` field for anything but true or false.
        """
        if self.kind == "whole":
            key: Hashable = parse_integer(text)
        elif self.kind == "decimal":
            key = float(text) if _DECIMAL.fullmatch(text) else None
        elif self.kind == "flag":
            key = _FLAGS.get(text.strip().lower())
        else:
            return self.search_key(text)
        if key is None:
            kind = KIND_DESCRIPTIONS[self.kind]
            explain = f"{self.name} holds {kind}; search for a value such as {_KIND_EXAMPLES[self.kind]}"
            raise ApiError(
                Problem("invalid", f"{self.name} must be {kind}, not '{text}'.", self.name, explain)
            )
        return key


KIND_DESCRIPTIONS: Mapping[Kind, str] = {
    "whole": "a whole number",
    "decimal": "a number",
    "text": "text",
    "name": "text",
    "flag": "true or false",
    "date": "a date such as 2016-10-21T16:24:21.293",
    "object": "an object",
    "list": "a list",
}
_KIND_EXAMPLES: Mapping[Kind, str] = {"whole": "1015", "decimal": "49.95", "flag": "true"}
_PYTHON_TYPE: Mapping[str, type] = {
    "text": str,
    "name": str,
    "date": str,
    "flag": bool,
    "object": dict,
    "list": list,
}


class Resource(NamedTuple):
    """An endpoint: its path segment in Rev.io's spelling, its table, its fields in order, its evidence."""

    path: str
    table: str
    fields: Mapping[str, Field]
    evidence: str = "assumed"

    @property
    def id_field(self) -> str:
        """The name of the field with the record's own id: the first field."""
        return next(iter(self.fields))

    def with_all_fields(self, document: Mapping[str, Any]) -> Record:
        """The record as Rev.io returns it: with every field, null where the document has none."""
        record: Record = dict.fromkeys(self.fields)
        record.update(document)
        return record
