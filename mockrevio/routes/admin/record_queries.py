"""The query parameters of listings of records: `?search=acme&sort=-created_date&offset=0&limit=50`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from mockrevio.documents import document_error
from mockrevio.errors import ApiError
from mockrevio.revio.fields import Field
from mockrevio.revio.listings import Query
from mockrevio.revio.resources import Resource
from mockrevio.revio.search import SearchField, exact_fields
from mockrevio.routes.admin.windows import take_window
from mockrevio.spelling import closest
from mockrevio.storage.selections import Predicate

FIELD_PREFIX = "field."
FLAGS: Mapping[str, bool] = {"true": True, "false": False}

Criteria = dict[str, frozenset[Hashable]]


def take_query(
    values: dict[str, str], resource: Resource, criteria: Mapping[str, frozenset[Hashable]]
) -> Query:
    """Remove `search`, `sort`, `limit`, `offset` and `field.NAME` from the query parameters.

    `criteria` must be met as well. Raises DocumentError for a parameter that is invalid.
    """
    window = take_window(values)
    words = tuple(values.pop("search", "").casefold().split())
    sort, descending = _take_sort(values, resource)
    found, predicates = _take_fields(values, resource)
    for name, keys in criteria.items():
        found[name] = found[name] & keys if name in found else keys
    return Query(window.bounds, words, found, predicates, sort, descending)


def take_flag(values: dict[str, str], name: str) -> bool:
    """Remove a parameter that is `true` or `false`, by default false."""
    text = values.pop(name, "false")
    if text not in FLAGS:
        raise document_error(f"query: {name}", f"must be true or false, not {text!r}")
    return FLAGS[text]


def reject_others(values: Iterable[str], known: Iterable[str]) -> None:
    """Raise DocumentError if there is any other parameter than the `known` ones, which have been removed."""
    for name in values:
        raise document_error(f"query: {name}", f"unknown; expected {', '.join(known)} or client")


def _take_sort(values: dict[str, str], resource: Resource) -> tuple[str | None, bool]:
    text = values.pop("sort", None)
    if text is None:
        return None, False
    fields = {name: field for name, field in exact_fields(resource).items() if field.indexed}
    name = text.strip().lower()
    descending = name.startswith("-")
    field = fields.get(name.lstrip("-"))
    if field is None:
        hint = _hint(name.lstrip("-"), fields)
        message = f"must be a field of {resource.path}, with - in front to descend, not {text!r}; {hint}"
        raise document_error("query: sort", message)
    return field.name, descending


def _take_fields(values: dict[str, str], resource: Resource) -> tuple[Criteria, list[Predicate]]:
    """Remove the conditions on fields: those that an index can answer, and the others."""
    criteria: Criteria = {}
    predicates: list[Predicate] = []
    for parameter in [name for name in values if name.startswith(FIELD_PREFIX)]:
        text, name = values.pop(parameter), parameter.removeprefix(FIELD_PREFIX)
        field = exact_fields(resource).get(name.lower())
        if field is None:
            listed = _list_field(resource, parameter, name)
            predicates.append(_list_predicate(listed, _keys(listed, parameter, text)))
        elif field.indexed:
            criteria[field.name] = _keys(field.field, parameter, text)
        else:
            predicates.append(_predicate(field, _keys(field.field, parameter, text)))
    return criteria, predicates


def _keys(field: Field, parameter: str, text: str) -> frozenset[Hashable]:
    """The keys that a value stands for; nothing stands for no value."""
    if not text.strip():
        return frozenset({None, field.search_key(None), ""})
    try:
        return frozenset({field.parse_search_value(text)})
    except ApiError as error:
        raise document_error(f"query: {parameter}", error.problems[0].message.removesuffix(".")) from None


def _list_field(resource: Resource, parameter: str, name: str) -> Field:
    """The items of a list of values, whose name a parameter has."""
    lists = {field.name.lower(): field for field in resource.fields.values() if field.items is not None}
    field = lists.get(name.lower())
    if field is None or field.items is None:
        hint = _hint(name.lower(), {**exact_fields(resource), **lists})
        raise document_error(f"query: {parameter}", f"{resource.path} has no such field; {hint}")
    return field._replace(kind=field.items)


def _list_predicate(field: Field, keys: frozenset[Hashable]) -> Predicate:
    return lambda record: not keys.isdisjoint(map(field.search_key, record.get(field.name) or (None,)))


def _predicate(field: SearchField, keys: frozenset[Hashable]) -> Callable[[Mapping[str, Any]], bool]:
    return lambda record: not keys.isdisjoint(field.keys(record))


def _hint(name: str, known: Mapping[str, object]) -> str:
    meant = closest(name, known)
    names = ", ".join(sorted(other for other in known if "." not in other))
    return f"did you mean {meant}?" if meant else f"expected one of {names}"
