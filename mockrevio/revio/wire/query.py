"""What a collection's query string asks for: search, page and sort."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from mockrevio.errors import Problem, Refusal
from mockrevio.revio.behaviours import note
from mockrevio.revio.fields import Field
from mockrevio.revio.resources import Resource
from mockrevio.settings import Settings

DEFAULT_PAGE_SIZE = 10
LARGEST_PAGE_SIZE = 500
_PREFIX = "search."
_COUNT = re.compile(r"\s*\+?[0-9]{1,18}\s*", re.ASCII)


class Query(NamedTuple):
    """One question to a collection.

    `wanted` maps a field to the keys (`Field.key_of`) of which a record must have one. `sort` is a
    field's name or None for the record's own id, ascending.
    """

    wanted: Mapping[str, frozenset[Hashable]]
    sort: str | None = None
    descending: bool = False
    page: int = 1
    page_size: int = DEFAULT_PAGE_SIZE

    @property
    def offset(self) -> int:
        """How many records come before this page."""
        return (self.page - 1) * self.page_size


def read_query(query_string: str, resource: Resource, settings: Settings) -> Query:
    """Read a query string (D: parameters are named after fields, the prefix `search.` is optional).

    C: a parameter given several times means any of its values. A: of several pages, page sizes or sorts
    the first counts; names ignore case; blank values (under the switch `blank_search` = `ignore`) and
    names of no field are ignored. Raises a Refusal naming every parameter at fault.
    """
    problems: list[Problem] = []
    wanted: dict[str, set[Hashable]] = {}
    controls: dict[str, str] = {}
    for name, text in parameters(query_string):
        field = resource.fields.get(name)
        if name in ("page", "page_size", "sort"):
            if text.strip():
                controls.setdefault(name, text)
        elif field is None or not field.searchable:
            note("search.unknown")
        elif not text.strip():
            note("search.blank")
            if settings.blank_search == "match":
                wanted.setdefault(name, set()).update((None, ""))
        else:
            try:
                _search(wanted, field, text)
            except Refusal as refusal:
                note("search.not_whole")
                problems.extend(refusal.problems)
    selected = {name: frozenset(keys) for name, keys in wanted.items()}
    if not controls and not problems:
        return Query(selected)
    page = _count("page", controls.get("page"), 1, problems)
    page_size = _page_size(controls.get("page_size"), settings, problems)
    if problems:
        raise Refusal(*problems)
    sort, descending = _sort(controls.get("sort", ""), resource)
    return Query(selected, sort, descending, page, page_size)


def _search(wanted: dict[str, set[Hashable]], field: Field, text: str) -> None:
    """Let records through whose field has the key that the text means."""
    key = field.key_from_text(text)
    note("search.any_of" if field.name in wanted else "search.field")
    if field.kind == "name":
        note("search.names_fold")
    wanted.setdefault(field.name, set()).add(key)


def parameters(query_string: str) -> list[tuple[str, str]]:
    """The parameters in order, their names in lower case (A) and without `search.` (D: it is optional)."""
    pairs = parse_qsl(query_string, keep_blank_values=True)
    return [(bare_name(name), text) for name, text in pairs]


def bare_name(name: str) -> str:
    """A parameter's name in lower case (A) and without `search.` (D: it is optional)."""
    name = name.strip()
    lower = name.lower()
    if lower != name:
        note("search.name_ignores_case")
    bare = lower.removeprefix(_PREFIX)
    if bare != lower:
        note("search.prefix")
    return bare


def _count(name: str, text: str | None, default: int, problems: list[Problem]) -> int:
    """D: pages count from 1. A: below 1 or no whole number is refused."""
    if text is None:
        return default
    if _COUNT.fullmatch(text) and (number := int(text)) >= 1:
        return number
    note("page.invalid")
    explain = f"{name} counts from 1; leave it out for {default}"
    problems.append(Problem("invalid", f"{name} must be a whole number from 1, not '{text}'.", name, explain))
    return default


def _page_size(text: str | None, settings: Settings, problems: list[Problem]) -> int:
    """D: 1 to 500, 10 unless given. C: a client in production asks for 1000, so more is cut to 500."""
    size = _count("page_size", text, DEFAULT_PAGE_SIZE, problems)
    if size > LARGEST_PAGE_SIZE:
        note("page.over_max")
    if size > LARGEST_PAGE_SIZE and settings.page_size_over_max == "reject":
        message = f"page_size must be from 1 to {LARGEST_PAGE_SIZE}, not {size}."
        explain = f"--page-size-over-max clamp would cut it to {LARGEST_PAGE_SIZE}"
        problems.append(Problem("invalid", message, "page_size", explain))
    return min(size, LARGEST_PAGE_SIZE)


def _sort(text: str, resource: Resource) -> tuple[str | None, bool]:
    """D: `field` or `-field`, one field at a time; a field that is not there is ignored."""
    if not text:
        return None, False
    name = text.strip().lower()
    descending = name.startswith("-")
    name = name.lstrip("+-").strip()
    field = resource.fields.get(name)
    if field is None or not field.searchable:
        note("sort.unknown")
        return None, False
    note("sort.field")
    return name, descending
