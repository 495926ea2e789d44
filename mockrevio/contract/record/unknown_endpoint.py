"""Endpoints that mockrevio does not know: what a fixture has to declare, so that a mock has them too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockrevio.revio.declaration_checks import check_declaration, declared_name_is_valid
from mockrevio.revio.fields import Record
from mockrevio.revio.record_checks import is_id
from mockrevio.revio.resources import Resource
from mockrevio.revio.wire.dates import is_unset_date, parse_date


class UnknownEndpoint:
    """The records of an endpoint as they were last seen. Its fields are those that they have."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.records: dict[int, Record] = {}
        self._id_field = ""

    def see(self, records: Sequence[Record]) -> bool:
        """Take in a page of records; False if they have no id that can be recognized."""
        self._id_field = id_field = self._id_field or _find_id_field(self.path, records) or ""
        identified = {record[id_field]: record for record in records if is_id(record.get(id_field))}
        self.records |= identified
        return bool(identified)

    def resource(self) -> Resource | None:
        """The resource to declare; None if a fixture cannot declare it."""
        members = _members([*self.records.values()])
        declaration = {"id": self._id_field, "fields": members, "methods": ["GET"]}
        try:
            check_declaration(self.path, declaration)
        except ValueError:
            return None
        return Resource(self.path, declaration)


def _find_id_field(path: str, records: Sequence[Record]) -> str | None:
    """The field that has a different id in each record: the one that is named after the endpoint, or else
    the first one whose name ends in `id`."""
    candidates = [
        name
        for name in (records[0] if records else ())
        if name.lower().endswith("id")
        and all(is_id(record.get(name)) for record in records)
        and len({record[name] for record in records}) == len(records)
    ]
    stem = path.lower().removesuffix("s")
    named_after = [name for name in candidates if name.lower().replace("_", "").startswith(stem)]
    return next(iter(named_after or candidates), None)


def _members(objects: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The declarations of the fields of some objects, without those that cannot be declared."""
    names = dict.fromkeys(name for each in objects for name in each)
    declared: dict[str, Any] = {}
    for name in names:
        declaration = _declare([each[name] for each in objects if each.get(name) is not None])
        if declaration is not None and declared_name_is_valid(name):
            declared[name] = declaration
    return declared


def _declare(values: Sequence[Any]) -> Any:
    """The declaration of a field with these values; None if there is none that fits them all."""
    types = {type(value) for value in values}
    if not types <= {dict} and not types <= {list}:
        return _scalar_kind(types, values)
    if not types:
        return "text"
    if types == {dict}:
        return _members(values) or None
    items = [item for value in values for item in value if item is not None]
    declaration = _declare(items) if items else None
    return None if declaration is None or isinstance(declaration, list) else [declaration]


def _scalar_kind(types: set[type], values: Sequence[Any]) -> str | None:
    if types == {bool}:
        return "flag"
    if types <= {int, float}:
        return "decimal" if float in types else "whole"
    if types == {str}:
        is_date = all(parse_date(text) is not None or is_unset_date(text) for text in values)
        return "date" if is_date else "text; long"
    return None
