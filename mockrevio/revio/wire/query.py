"""Parses the query string of a collection: search, sort and page."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from mockrevio.errors import ApiError, Problem
from mockrevio.explanations import Explanation, set_to
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.fields import MAX_INTEGER, search_value_error
from mockrevio.revio.resources import Resource
from mockrevio.revio.search import SearchField, exact_fields, search_fields, with_own_id
from mockrevio.revio.wire.dates import parse_date
from mockrevio.settings import Settings
from mockrevio.storage import Selection
from mockrevio.storage.selections import Predicate

DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 500
CONTROLS = frozenset({"page", "page_size", "sort"})
PREFIX = "search."
_EARLIEST, _LATEST = "0000", "9999-12-31T23:59:59.999"
_ENOUGH_DIGITS = 18
"""A page with so many digits is past every end."""
_POSITIVE = re.compile(r"\s*\+?0*(?P<digits>[1-9][0-9]*)\s*", re.ASCII)


def parse_query(query_string: str, resource: Resource, settings: Settings) -> Selection:
    """Parse a query string (D: parameters are named after fields, the prefix `search.` is optional).

    C: a repeated parameter matches any of its values. A: for a repeated page, page size, sort or bound, the
    first one counts; names ignore case; parameters that name no field are ignored, and so are blank values
    if the setting `blank_search` is `ignore`. Raises ApiError with a problem for every invalid parameter.
    """
    fields = with_own_id(search_fields(resource), resource, settings)
    problems: list[Problem] = []
    controls: dict[str, str] = {}
    wanted: dict[SearchField, set[Any]] = {}
    bounds: dict[SearchField, dict[str, str]] = {}
    for name, text in parse_parameters(query_string):
        field = fields.get(name)
        if name in CONTROLS:
            if text.strip():
                controls.setdefault(name, text)
        elif not text.strip():
            record_behaviour("search.blank")
            if field is not None and settings.blank_search == "match":
                wanted.setdefault(field, set()).update((None, ""))
        else:
            try:
                if field is None:
                    _add_bound(bounds, fields, name, text)
                else:
                    _add_wanted(wanted, field, text)
            except ApiError as error:
                record_behaviour("search.not_whole")
                problems.extend(error.problems)
    order = _parse_controls(controls, resource, settings, problems)
    if problems:
        raise ApiError(*problems)
    criteria = {field.name: frozenset(keys) for field, keys in wanted.items() if field.indexed}
    ranges = {field.names: _range_ends(sides) for field, sides in bounds.items()}
    predicates = [*_predicates(wanted)] if len(criteria) < len(wanted) else []
    return Selection(criteria, ranges, predicates, *order)


def _add_wanted(wanted: dict[SearchField, set[Any]], field: SearchField, text: str) -> None:
    """Add a value that a parameter asks for."""
    if field.partial:
        record_behaviour("search.part_of_name")
        key: Hashable = text.strip().casefold()
    else:
        key = field.field.parse_search_value(text)
        record_behaviour("search.any_of" if field in wanted else "search.field")
        if field.field.kind == "name":
            record_behaviour("search.names_fold")
        if len(field.paths[0]) > 1:
            record_behaviour("search.nested")
    wanted.setdefault(field, set()).add(key)


def _add_bound(
    bounds: dict[SearchField, dict[str, str]], fields: Mapping[str, SearchField], name: str, text: str
) -> None:
    """C1, C3, C6: `<date field>_start` and `<date field>_end` are the bounds of a range."""
    base, _, side = name.rpartition("_")
    field = fields.get(base) if side in ("start", "end") else None
    if field is None or field.field.kind != "date":
        record_behaviour("search.unknown")
        return
    bound = parse_date(text, end_of_day=side == "end")
    if bound is None:
        raise search_value_error(name, "date", text)
    record_behaviour("search.range")
    bounds.setdefault(field, {}).setdefault(side, bound)


def _range_ends(sides: Mapping[str, str]) -> tuple[str, str]:
    return sides.get("start", _EARLIEST), sides.get("end", _LATEST)


def _predicates(wanted: Mapping[SearchField, set[Any]]) -> Iterator[Predicate]:
    """The conditions that no index can evaluate."""
    for field, keys in wanted.items():
        if field.partial:
            yield _part_predicate(field, frozenset(keys))
        elif not field.indexed:
            yield _any_predicate(field, frozenset(keys))


def _any_predicate(field: SearchField, wanted: frozenset[Hashable]) -> Predicate:
    return lambda document: any(key in wanted for key in field.keys(document))


def _part_predicate(field: SearchField, wanted: frozenset[Any]) -> Predicate:
    parts = frozenset(part for part in wanted if part)
    if not parts:  # blank, and `blank_search` is `match`
        return lambda document: not field.matches_part(document, frozenset({""}))
    return lambda document: field.matches_part(document, parts)


def parse_parameters(query_string: str) -> list[tuple[str, str]]:
    """The parameters in order; names in lowercase (A), without the prefix `search.` (D: it is optional)."""
    # As `urllib.parse.parse_qsl` does it, which takes several times as long.
    decode = unquote_plus if "%" in query_string or "+" in query_string else str
    pairs = [pair.partition("=") for pair in query_string.split("&") if pair]
    return [(parameter_name(decode(name)), decode(text)) for name, _, text in pairs]


def parameter_name(name: str) -> str:
    """A parameter's name in lowercase (A) and without the prefix `search.` (D: it is optional)."""
    name = name.strip()
    lower = name.lower()
    if lower != name:
        record_behaviour("search.name_ignores_case")
    field_name = lower.removeprefix(PREFIX)
    if field_name != lower:
        record_behaviour("search.prefix")
    return field_name


def _parse_controls(
    controls: Mapping[str, str], resource: Resource, settings: Settings, problems: list[Problem]
) -> tuple[str | None, bool, int, int]:
    """The sort, whether it descends, the offset and the size of the page.

    A: without a sort, the records' own id decides, which is also the key of most tables.
    """
    sort, descending = resource.id_field if resource.id_repeats else None, False
    if not controls:
        return sort, descending, 0, DEFAULT_PAGE_SIZE
    page = _parse_positive("page", controls.get("page"), 1, problems)
    page_size = _parse_page_size(controls.get("page_size"), settings, problems)
    if "sort" in controls:
        sort, descending = _parse_sort(
            controls["sort"], with_own_id(exact_fields(resource), resource, settings), sort
        )
    return sort, descending, min((page - 1) * page_size, MAX_INTEGER), page_size


def _parse_positive(name: str, text: str | None, default: int, problems: list[Problem]) -> int:
    """D: pages count from 1. A: anything but an integer of at least 1, however large, is rejected."""
    if text is None:
        return default
    match = _POSITIVE.fullmatch(text)
    if match is not None:
        return int(match["digits"][:_ENOUGH_DIGITS])
    record_behaviour("page.invalid")
    explain = f"{name} must be at least 1; omit it for the default, {default}"
    problems.append(
        Problem("invalid", f"{name} must be a whole number of at least 1, not '{text}'.", name, explain)
    )
    return default


def _parse_page_size(text: str | None, settings: Settings, problems: list[Problem]) -> int:
    """D: 1 to 500, default 10. C: a client in production asks for 1000, so larger sizes are cut to 500."""
    size = _parse_positive("page_size", text, DEFAULT_PAGE_SIZE, problems)
    if size > MAX_PAGE_SIZE:
        record_behaviour("page.over_max")
    if size > MAX_PAGE_SIZE and settings.page_size_over_max == "reject":
        message = f"page_size must be from 1 to {MAX_PAGE_SIZE}, not {size}."
        explain = Explanation(
            f"cut larger sizes to {MAX_PAGE_SIZE} with ", set_to("page_size_over_max", "clamp")
        )
        problems.append(Problem("invalid", message, "page_size", explain))
    return min(size, MAX_PAGE_SIZE)


def _parse_sort(text: str, fields: Mapping[str, SearchField], default: str | None) -> tuple[str | None, bool]:
    """D: `field` or `-field`, one field at a time; an unknown field is ignored."""
    name = text.strip().lower()
    descending = name.startswith("-")
    field = fields.get(name.lstrip("+-").strip())
    if field is None or not field.indexed:
        record_behaviour("sort.unknown")
        return default, False
    record_behaviour("sort.field")
    return field.name, descending
