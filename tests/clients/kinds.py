"""The kinds of fields in revio_fields.json: checking values of each, and making some up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tests.clients.common import DATE, Record

SET_BY_SERVER = {
    "created_date",
    "created_by",
    "updated_date",
    "modified_date",
    "status_date",
}


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or not DATE.fullmatch(value):
        return False
    datetime.fromisoformat(value)
    return True


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "whole": lambda value: type(value) is int,
    "decimal": lambda value: type(value) in (int, float),
    "text": lambda value: type(value) is str,
    "flag": lambda value: type(value) is bool,
    "date": _is_date,
}


def kind_of(declaration: str) -> str:
    """The kind in a declaration such as `whole -> Customers`."""
    return declaration.partition(" ")[0]


def mistakes(declaration: Any, value: Any, place: str) -> Iterator[str]:
    """What in a value is not as declared. Null is allowed everywhere."""
    if value is None:
        return
    if isinstance(declaration, str):
        if not _CHECKS[kind_of(declaration)](value):
            yield f"{place}: {value!r} is not {declaration}"
    elif isinstance(declaration, list):
        if not isinstance(value, list):
            yield f"{place}: {value!r} is no list"
            return
        for index, item in enumerate(value):
            if item is None:
                yield f"{place}[{index}]: null in a list"
            yield from mistakes(declaration[0], item, f"{place}[{index}]")
    elif not isinstance(value, dict):
        yield f"{place}: {value!r} is no object"
    else:
        for name in sorted(declaration.keys() ^ value.keys()):
            yield f"{place}.{name}: {'missing' if name in declaration else 'unknown'}"
        for name in declaration.keys() & value.keys():
            yield from mistakes(declaration[name], value[name], f"{place}.{name}")


def references(declaration: Any, value: Any) -> Iterator[tuple[str, int]]:
    """The ids of other records within a value, each with its endpoint. 0 stands for none."""
    if isinstance(declaration, str):
        target = declaration.partition(" -> ")[2]
        if target and value:
            yield target, value
    elif isinstance(declaration, list):
        for item in value or []:
            yield from references(declaration[0], item)
    else:
        for name, inner in declaration.items():
            yield from references(inner, (value or {}).get(name))


_SAMPLES: Mapping[str, Any] = {"whole": 3, "decimal": 12.5, "flag": True, "date": "2026-03-04"}


def made_up(name: str, declaration: Any, ids: Mapping[str, int]) -> Any:
    """A value as declared, as a client sends it. `ids` has an id for each endpoint."""
    if isinstance(declaration, list):
        return [made_up(f"{name} {number}", declaration[0], ids) for number in (1, 2)]
    if isinstance(declaration, dict):
        return {member: made_up(member, inner, ids) for member, inner in declaration.items()}
    target = declaration.partition(" -> ")[2]
    if target:
        return ids.get(target, 1001)
    return _SAMPLES.get(declaration, f"some {name}")


def as_shown(declaration: Any, value: Any) -> Any:
    """A made-up value as Rev.io shows it: dates have one form."""
    if isinstance(declaration, list):
        return [as_shown(declaration[0], item) for item in value]
    if isinstance(declaration, dict):
        return {member: as_shown(inner, value[member]) for member, inner in declaration.items()}
    return f"{value}T00:00:00.000" if declaration == "date" else value


def new_record(endpoint: Mapping[str, Any], ids: Mapping[str, int]) -> Record:
    """A body for a create, with a value for every field that a client may write."""
    return {
        name: made_up(name, declaration, ids)
        for name, declaration in endpoint["fields"].items()
        if name != endpoint["id"] and name not in SET_BY_SERVER
    }


def date_fields(endpoint: Mapping[str, Any]) -> list[str]:
    """The date fields of an endpoint, without those of nested objects."""
    return [name for name, declaration in endpoint["fields"].items() if declaration == "date"]
