"""What a field and a resource are: the kinds of values, and how each is compared and read from text."""

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
"""A: characters in a text field."""

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*", re.ASCII)
_DECIMAL = re.compile(r"\s*[+-]?[0-9]{1,18}(\.[0-9]{1,18})?\s*", re.ASCII)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def parse_integer(text: str) -> int | None:
    """The whole number that `text` spells, or None if it spells none or one beyond 32 bits."""
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -MAX_INTEGER - 1 <= number <= MAX_INTEGER else None


class Field(NamedTuple):
    """A field of a record: its name, the kind of its values, and the entity type it refers to."""

    name: str
    kind: Kind
    refers_to: str | None = None

    @property
    def searchable(self) -> bool:
        """Whether a parameter of this name selects records: all fields but objects and lists."""
        return self.kind not in ("object", "list")

    def accepts(self, value: object) -> bool:
        """Whether a fixture may hold this value: null always, otherwise one of the field's kind."""
        if value is None:
            return True
        if self.kind == "whole":
            return type(value) is int
        if self.kind == "decimal":
            # JSON can write neither infinity nor NaN.
            return type(value) is int or (isinstance(value, float) and math.isfinite(value))
        return isinstance(value, _PYTHON_TYPE[self.kind])

    def search_key(self, value: Any) -> Hashable:
        """What a stored value is compared by: names ignore case, all else is exact (A)."""
        return value.casefold() if self.kind == "name" and isinstance(value, str) else value

    def parse_search_value(self, text: str) -> Hashable:
        """What a search parameter's text is compared by.

        A: text that is no whole number, for a whole-number field, is refused with `invalid`; so is
        text that is no number for an amount and no true or false for a flag.
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
            words = KIND_DESCRIPTIONS[self.kind]
            explain = f"{self.name} holds {words}, so a search for it must give one, such as {_KIND_EXAMPLES[self.kind]}"
            raise ApiError(
                Problem("invalid", f"{self.name} must be {words}, not '{text}'.", self.name, explain)
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
    """One endpoint: its path segment as Rev.io spells it, its table, and its fields in order."""

    path: str
    table: str
    fields: Mapping[str, Field]

    @property
    def id_field(self) -> str:
        """The field that holds a record's own id: the first."""
        return next(iter(self.fields))

    def with_all_fields(self, document: Mapping[str, Any]) -> Record:
        """The record as Rev.io would show it: every field, null where the store has none."""
        record: Record = dict.fromkeys(self.fields)
        record.update(document)
        return record
