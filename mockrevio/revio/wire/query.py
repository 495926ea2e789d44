"""Parses the query string of a collection: search, sort and page."""

from __future__ import annotations

import re
from collections.abc import Hashable
from urllib.parse import unquote_plus

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.fields import Field
from mockrevio.revio.resources import Resource
from mockrevio.settings import Settings
from mockrevio.storage import Selection

DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 500
_PREFIX = "search."
_POSITIVE = re.compile(r"\s*\+?[0-9]{1,18}\s*", re.ASCII)


def parse_query(query_string: str, resource: Resource, settings: Settings) -> Selection:
    """Parse a query string (D: parameters are named after fields, the prefix `search.` is optional).

    The criteria are search keys (`Field.search_key`).

    C: a repeated parameter matches any of its values. A: for a repeated page, page size or sort, the first
    one counts; names ignore case; parameters that name no field are ignored, and so are blank values if
    the switch `blank_search` is `ignore`. Raises ApiError with a problem for every invalid parameter.
    """
    problems: list[Problem] = []
    criteria: dict[str, set[Hashable]] = {}
    controls: dict[str, str] = {}
    for name, text in parse_parameters(query_string):
        field = resource.fields.get(name)
        if name in ("page", "page_size", "sort"):
            if text.strip():
                controls.setdefault(name, text)
        elif field is None or not field.searchable:
            record_behaviour("search.unknown")
        elif not text.strip():
            record_behaviour("search.blank")
            if settings.blank_search == "match":
                criteria.setdefault(name, set()).update((None, ""))
        else:
            try:
                _add_criterion(criteria, field, text)
            except ApiError as error:
                record_behaviour("search.not_whole")
                problems.extend(error.problems)
    frozen_criteria = {name: frozenset(keys) for name, keys in criteria.items()}
    if not controls and not problems:
        return Selection(frozen_criteria, limit=DEFAULT_PAGE_SIZE)
    page = _parse_positive("page", controls.get("page"), 1, problems)
    page_size = _parse_page_size(controls.get("page_size"), settings, problems)
    if problems:
        raise ApiError(*problems)
    sort, descending = _parse_sort(controls.get("sort", ""), resource)
    return Selection(frozen_criteria, sort, descending, (page - 1) * page_size, page_size)


def _add_criterion(criteria: dict[str, set[Hashable]], field: Field, text: str) -> None:
    """Add the value of a search parameter to the criteria."""
    key = field.parse_search_value(text)
    record_behaviour("search.any_of" if field.name in criteria else "search.field")
    if field.kind == "name":
        record_behaviour("search.names_fold")
    criteria.setdefault(field.name, set()).add(key)


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
    field_name = lower.removeprefix(_PREFIX)
    if field_name != lower:
        record_behaviour("search.prefix")
    return field_name


def _parse_positive(name: str, text: str | None, default: int, problems: list[Problem]) -> int:
    """D: pages count from 1. A: anything but an integer of at least 1 is rejected."""
    if text is None:
        return default
    if _POSITIVE.fullmatch(text) and (number := int(text)) >= 1:
        return number
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
        explain = f"set --page-size-over-max clamp to cut larger sizes to {MAX_PAGE_SIZE}"
        problems.append(Problem("invalid", message, "page_size", explain))
    return min(size, MAX_PAGE_SIZE)


def _parse_sort(text: str, resource: Resource) -> tuple[str | None, bool]:
    """D: `field` or `-field`, one field at a time; an unknown field is ignored."""
    if not text:
        return None, False
    name = text.strip().lower()
    descending = name.startswith("-")
    name = name.lstrip("+-").strip()
    field = resource.fields.get(name)
    if field is None or not field.searchable:
        record_behaviour("sort.unknown")
        return None, False
    record_behaviour("sort.field")
    return name, descending
