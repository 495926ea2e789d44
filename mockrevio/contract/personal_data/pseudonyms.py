"""Replacing the personal data in records, and in other texts that a service sends."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from mockrevio.contract.personal_data.kinds import KEPT, Kind, kind_of, snake_case
from mockrevio.contract.personal_data.replacements import Replacements
from mockrevio.revio.fields import Field, Record
from mockrevio.revio.resources import Resource
from mockrevio.revio.wire.dates import is_stored_date, parse_date

KEY_SIZE = 32
"""Bytes of a key."""

_MIN_KNOWN = 4
"""Shorter texts occur in too many words to be looked for in a message."""

_MAX_KNOWN = 50_000
"""Replacements kept, to save time and to find their originals in messages."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_WORD = re.compile(r"[A-Za-z][A-Za-z _/&.-]{0,39}", re.ASCII)
_NUMBERS = re.compile(
    r"(^|_)(id|ids|day|days|months?|years?|minutes|seconds|count|total|quantity|qty|amount|balance|rate|cost|"
    r"price|percent|index|order|version|limit)$"
)
_DATES = re.compile(r"(^|_)(date|time|at|on|start|end)$")


class Pseudonyms:
    """Made-up data in place of personal data.

    The same value is replaced by the same one, wherever it occurs; only who has the key can find out what a
    value replaces. Null, blank and boolean values, ids, references, dates and amounts stay.
    """

    def __init__(self, key: bytes) -> None:
        self._replacements = Replacements(key)
        self._known: dict[tuple[Kind, str], str] = {}

    @staticmethod
    def random_key() -> bytes:
        """A key that nobody has."""
        return secrets.token_bytes(KEY_SIZE)

    def record(self, resource: Resource, record: Mapping[str, Any]) -> Record:
        """A record with its personal data replaced."""
        replaced = self._object(resource.path, resource.fields, record, resource.id_field)
        _keep_derived_numbers(record, replaced)
        return replaced

    def value(self, resource: Resource, name: str, value: Any) -> Any:
        """The value of one field replaced: also one of a nested object, as a query has them."""
        field = resource.fields.get(name) or next(
            (outer.fields[name] for outer in resource.fields.values() if name in outer.fields), None
        )
        return self._value(resource.path, field, name, value)

    def unknown(self, value: Any) -> Any:
        """A JSON value of which nothing is known replaced, such as the body of an unknown endpoint."""
        return self._value("", None, "", value)

    def text(self, text: str) -> str:
        """A message of the service without personal data: what was replaced before is replaced here too,
        and so are e-mail addresses and telephone numbers."""
        known = sorted(self._known.items(), key=lambda item: len(item[0][1]), reverse=True)
        for (kind, original), replacement in known:
            if len(original) >= _MIN_KNOWN and kind not in KEPT and original in text:
                pattern = rf"(?<!\w){re.escape(original)}(?!\w)"
                text = re.sub(pattern, lambda _, new=replacement: new, text)  # type: ignore[misc]
        return self._replacements.scrub(text)

    def _object(
        self, path: str, fields: Mapping[str, Field], value: Mapping[str, Any], id_field: str = ""
    ) -> Record:
        return {
            self._name(name): item
            if name == id_field and str(item).isdecimal()
            else self._value(path, fields.get(name), name, item)
            for name, item in value.items()
        }

    def _name(self, name: str) -> str:
        """Some services use data as the names of members."""
        return name if _NAME.fullmatch(name) else self._text(Kind.UNKNOWN, name)

    def _value(self, path: str, field: Field | None, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return self._object(path, field.fields if field else {}, value)
        if isinstance(value, list):
            item_field = field._replace(kind=field.items or "object", items=None) if field else None
            return [self._value(path, item_field, name, item) for item in value]
        if value is None or isinstance(value, bool) or value == "":
            return value
        if field is not None and field.kind not in ("text", "name"):
            if field.accepts(value) and kind_of(path, name) is not Kind.BIRTH_DATE:
                return value
            is_id = field.refers_to or (field.kind == "whole" and name.endswith("_id"))
            if is_id and isinstance(value, str) and value.isdecimal():
                return value
        return self._scalar(kind_of(path, name), field, name, value)

    def _scalar(self, kind: Kind, field: Field | None, name: str, value: Any) -> Any:
        if isinstance(value, int):
            return value if _keeps_number(kind, field, name) else self._integer(kind, value)
        if isinstance(value, float):
            return value if _keeps_number(kind, field, name) else self._decimal(kind, value)
        if field is None and kind is not Kind.BIRTH_DATE and _is_named_date(name, value):
            return value
        if field is None and kind is Kind.VOCABULARY and not _WORD.fullmatch(value):
            kind = Kind.UNKNOWN
        return self._text(kind, value)

    def _integer(self, kind: Kind, value: int) -> Any:
        if kind is Kind.COORDINATE:
            return int(self._replacements.coordinate(value))
        return self._replacements.integer(value)

    def _decimal(self, kind: Kind, value: float) -> float:
        replace: Callable[[float], float] = (
            self._replacements.coordinate if kind is Kind.COORDINATE else self._replacements.decimal
        )
        return replace(value)

    def _text(self, kind: Kind, text: str) -> str:
        if kind is Kind.EXTERNAL_ID or not text.strip():
            return text
        known = self._known.get((kind, text))
        if known is None:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            known = self._known[kind, text] = self._replacements.text(kind, text)
        return known


def _keeps_number(kind: Kind, field: Field | None, name: str) -> bool:
    """Whether a number says nothing about a person: the name of an unknown field may say that it is an id, an
    amount or a duration."""
    is_harmless = field is None and kind is Kind.UNKNOWN and _NUMBERS.search(snake_case(name))
    return kind in KEPT or bool(is_harmless)


def _is_named_date(name: str, value: str) -> bool:
    """Whether an unknown field has a date, and its name says so."""
    is_date = is_stored_date(value) or parse_date(value) is not None
    return is_date and bool(_DATES.search(snake_case(name)))


def _keep_derived_numbers(record: Mapping[str, Any], replaced: Record) -> None:
    """Area code and exchange, where the number that they are the start of is there as well."""
    number = "".join(filter(str.isdecimal, str(record.get("identifier") or "")))[-10:]
    new = "".join(filter(str.isdecimal, str(replaced.get("identifier") or "")))[-10:]
    for name, start in (("NPA", 0), ("NXX", 3)):
        if record.get(name) and record[name] == number[start : start + 3]:
            replaced[name] = new[start : start + 3]
