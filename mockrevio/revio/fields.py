"""Fields: the kinds of values, how each kind is checked and compared, and how a field is declared."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast, get_args

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.wire.dates import (
    DATE_EXAMPLE,
    DATE_FORMS,
    is_stored_date,
    is_unset_date,
    parse_date,
    to_stored_date,
)

Record = dict[str, Any]
FieldKind = Literal["whole", "decimal", "text", "name", "flag", "date", "object", "list"]

MAX_INTEGER = 2**31 - 1
"""A: Rev.io's ids are 32-bit, as .NET's `int` is."""

MAX_TEXT_LENGTH = 255
"""A: the longest text of a field, in characters; fields declared `long` have no separate limit."""

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*", re.ASCII)
DECIMAL = re.compile(r"\s*[+-]?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?\s*", re.ASCII)
"""A number as a text: as people write it, or with an exponent, as programs write it."""
FLAGS = {"true": True, "1": True, "false": False, "0": False}
"""The texts of a search parameter that stand for true and false."""


def parse_integer(text: str) -> int | None:
    """Parse an integer of at most 32 bits; None if `text` is anything else."""
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -MAX_INTEGER - 1 <= number <= MAX_INTEGER else None


class Reference(NamedTuple):
    """The id of a record of the resource at `path`, and the place where it stands."""

    path: str
    record_id: int
    place: str


class Field(NamedTuple):
    """A field of a record.

    `refers_to` is the path of the resource whose ids it holds; `unset` is what Rev.io shows where it has no
    value; `is_long` means that its text may be longer than 255 characters. An object has `fields`, its
    members. A list has `fields` if its items are objects, or else `items`, their kind. `evidence` says what
    the field is known from, if that differs from its resource.
    """

    name: str
    kind: FieldKind
    refers_to: str | None = None
    unset: Any = None
    is_long: bool = False
    evidence: str = ""
    fields: Mapping[str, Field] = MappingProxyType({})
    items: FieldKind | None = None

    @property
    def searchable(self) -> bool:
        """Whether its values can be compared: those of any field except objects and lists."""
        return self.kind not in ("object", "list")

    def accepts(self, value: object) -> bool:
        """Whether a fixture may have this value: null or a value of the field's kind."""
        if value is None:
            return True
        kind = self.kind
        if kind == "list":
            return isinstance(value, list) and all(map(self.accepts_item, value))
        if kind == "object":
            return isinstance(value, dict) and _accepts_members(self.fields, value)
        return _accepts_scalar(kind, value)

    def accepts_item(self, item: object) -> bool:
        """Whether a fixture may have this item in a list: neither null nor a date that stands for none."""
        if self.items == "date":
            return isinstance(item, str) and to_stored_date(item) is not None
        if self.items is not None:
            return _accepts_scalar(self.items, item)
        return isinstance(item, dict) and _accepts_members(self.fields, item)

    def references(self, value: Any, place: str) -> Iterator[Reference]:
        """The references to other records in a value, and where they are in it; `place` is its own."""
        if self.refers_to and type(value) is int and value != 0:  # D: 0 stands for none
            yield Reference(self.refers_to, value, place)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.references(item, f"{place}[{index}]")
        elif isinstance(value, dict):
            for member in self.fields.values():
                yield from member.references(value.get(member.name), f"{place}.{member.name}")

    def search_key(self, value: Any) -> Hashable:
        """The key that a stored value is compared by: names ignore case, other values are exact (A)."""
        if value is None:
            return cast(Hashable, self.unset)
        return value.casefold() if self.kind == "name" and isinstance(value, str) else value

    def parse_search_value(self, text: str) -> Hashable:
        """The key that a search parameter is compared by.

        A: raises ApiError (`invalid`) if a `whole` field is searched for anything but an integer, a
        `decimal` field for anything but a number, a `flag` field for anything but true or false, or a `date`
        field for anything but a date.
        """
        if self.kind == "whole":
            key: Hashable = parse_integer(text)
        elif self.kind == "decimal":
            number = float(text) if DECIMAL.fullmatch(text) else math.inf
            key = number if math.isfinite(number) else None
        elif self.kind == "flag":
            key = FLAGS.get(text.strip().lower())
        elif self.kind == "date":
            if is_unset_date(text):
                return None
            key = parse_date(text)
        else:
            return self.search_key(text)
        if key is None:
            raise search_value_error(self.name, self.kind, text)
        return key


def search_value_error(name: str, kind: FieldKind, text: str) -> ApiError:
    """The error for a search parameter whose value is not of the field's kind."""
    description = KIND_DESCRIPTIONS[kind]
    explain = f"{name} holds {description}; search for a value such as {_KIND_EXAMPLES[kind]}"
    return ApiError(Problem("invalid", f"{name} must be {description}, not '{text}'.", name, explain))


def _accepts_members(fields: Mapping[str, Field], value: Mapping[str, Any]) -> bool:
    return all(name not in fields or fields[name].accepts(item) for name, item in value.items())


def _accepts_scalar(kind: FieldKind, value: object) -> bool:
    if kind == "whole":
        return type(value) is int
    if kind == "decimal":
        # JSON has neither infinity nor NaN.
        return type(value) is int or (isinstance(value, float) and math.isfinite(value))
    if kind == "date":
        return isinstance(value, str) and (
            is_stored_date(value) or parse_date(value) is not None or is_unset_date(value)
        )
    return isinstance(value, bool if kind == "flag" else str)


KIND_DESCRIPTIONS: Mapping[FieldKind, str] = {
    "whole": "a whole number",
    "decimal": "a number",
    "text": "text",
    "name": "text",
    "flag": "true or false",
    "date": DATE_FORMS,
    "object": "an object",
    "list": "a list",
}
_KIND_EXAMPLES: Mapping[FieldKind, str] = {
    "whole": "1015",
    "decimal": "49.95",
    "flag": "true",
    "date": DATE_EXAMPLE,
}

# Declarations, as in `resources.json` and in the `resources` of a fixture.

FIELD_FORM = (
    '"whole", "decimal", "text", "flag" or "date", an object of fields, or a list with one of these in it'
)
_SCALARS = frozenset(get_args(FieldKind)) - {"object", "list"}
_DECLARATION = re.compile(
    r"(?P<kind>[a-z]+)(\s*->\s*(?P<target>[A-Za-z][A-Za-z0-9]*))?(?P<notes>(\s*;[^;]*)*)", re.ASCII
)
_EVIDENCE = re.compile(r"[DAG]|C[1-9]?( C[1-9])*", re.ASCII)
_UNSET = {"unset 0": 0, 'unset ""': ""}


def parse_fields(declarations: Mapping[str, Any]) -> dict[str, Field]:
    """Parse the declarations of fields by name. Raises ValueError, which names the field."""
    return {name: parse_field(name, declaration) for name, declaration in declarations.items()}


def parse_field(name: str, declaration: Any) -> Field:
    """Parse one declaration.

    `"whole -> Customers; unset 0; C2"`: the kind, the resource that it refers to, and notes: what it shows
    when unset, `long`, evidence. An object declares the members of an object, `["text"]` a list of texts,
    `[{…}]` a list of objects. Raises ValueError, which names the field.
    """
    if isinstance(declaration, dict) and declaration:
        return Field(name, "object", fields=parse_fields(declaration))
    if isinstance(declaration, list) and len(declaration) == 1:
        item = parse_field(name, declaration[0])
        if item.kind == "object":
            return Field(name, "list", fields=item.fields)
        if item.kind != "list":
            return Field(name, "list", refers_to=item.refers_to, items=item.kind)
    match = _DECLARATION.fullmatch(declaration) if isinstance(declaration, str) else None
    if match is None or match["kind"] not in _SCALARS:
        raise ValueError(f"{name}: must be declared as {FIELD_FORM}, not {declaration!r}")
    field = Field(name, cast(FieldKind, match["kind"]), match["target"])
    for note in filter(None, map(str.strip, match["notes"].split(";"))):
        if note == "long":
            field = field._replace(is_long=True)
        elif note in _UNSET:
            field = field._replace(unset=_UNSET[note])
        elif _EVIDENCE.fullmatch(note):
            field = field._replace(evidence=note)
        else:
            raise ValueError(f'{name}: unknown note {note!r}; expected long, unset 0, unset "" or evidence')
    return field
