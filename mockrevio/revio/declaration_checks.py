"""Validation of the resources that a user's fixture declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockrevio.documents import MAX_DEPTH, exceeds_depth
from mockrevio.revio.field_names import ENTITY_TYPE, METHODS, OR, SET_BY_SERVER
from mockrevio.revio.fields import parse_fields

_PATH = re.compile(r"(?=.*[a-z])[A-Za-z][A-Za-z0-9]{0,63}", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_PARTS = frozenset(
    {
        "id",
        "entity_type",
        "table",
        "methods",
        "required",
        "evidence",
        "sources",
        "id_repeats",
        "search",
        "fields",
    }
)
_TAKEN_PATHS = frozenset({"systemstatus", "world", "mockrevio", "deliveries"})
"""The endpoint that has no records, and the tables that are no resources: a path is a table's name, too."""

_TAKEN_NAMES = frozenset({"page", "page_size", "sort", "ok", "links"})
"""The parameters that select a page, and what a response contains besides the fields."""


def check_declaration(path: str, declaration: object) -> None:
    """Check a resource that a user declares. Raises ValueError, which says what would be right."""
    if not _PATH.fullmatch(path):
        raise ValueError("a path must be letters and digits, at least one of them lowercase: Widgets")
    if path.lower() in _TAKEN_PATHS:
        raise ValueError("this path is taken; choose another one")
    if not isinstance(declaration, dict):
        example = '{"id": "widget_id", "fields": {"widget_id": "whole"}}'
        raise ValueError(f"must be an object: {example}")  # noqa: TRY004 (a mistake in a document)
    if exceeds_depth(declaration, MAX_DEPTH):
        raise ValueError(f"must be nested at most {MAX_DEPTH} levels deep")
    unknown = sorted(declaration.keys() - _PARTS)
    if unknown:
        raise ValueError(f"unknown part {unknown[0]!r}; expected some of {', '.join(sorted(_PARTS))}")
    fields, id_field = declaration.get("fields"), declaration.get("id")
    if not isinstance(fields, dict) or not isinstance(id_field, str) or id_field not in fields:
        raise ValueError("must have id, the name of the id field, and fields, which include that field")
    _check_names(fields)
    if parse_fields(fields)[id_field].kind != "whole":
        raise ValueError(f'{id_field}: must be declared as "whole": ids are whole numbers')
    _check_parts(declaration)


def _check_names(fields: Mapping[str, Any]) -> None:
    known: set[str] = set()
    for name in fields:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a field; use letters, digits and _")
        if name.lower() in _TAKEN_NAMES:
            raise ValueError(f"{name!r} cannot be the name of a field: it has another meaning")
        if name.lower() in known:
            raise ValueError(f"{name!r} is declared twice: the names of fields ignore case")
        known.add(name.lower())


def _check_parts(declaration: Mapping[str, Any]) -> None:
    entity_type = declaration.get("entity_type", "NONE")
    if not isinstance(entity_type, str) or not ENTITY_TYPE.fullmatch(entity_type):
        raise ValueError(f"entity_type: must be a name such as WIDGET, not {entity_type!r}")
    methods = declaration.get("methods", ["GET"])
    if not isinstance(methods, list) or not methods or not all(method in METHODS for method in methods):
        raise ValueError(f"methods: must be a list of some of {', '.join(METHODS)}, not {methods!r}")
    required = declaration.get("required", [])
    written = declaration["fields"].keys() - SET_BY_SERVER - {declaration["id"]}
    if not isinstance(required, list) or not written.issuperset(_names_in(required)):
        raise ValueError(f"required: must be a list of names of fields that clients write, not {required!r}")
    for part, kind in (("evidence", str), ("sources", str), ("id_repeats", bool)):
        if part in declaration and not isinstance(declaration[part], kind):
            raise ValueError(f"{part}: must be {'true or false' if kind is bool else 'text'}")
    for part in ("table", "search"):
        if part in declaration:
            raise ValueError(f"{part}: is only for the resources that are included in mockrevio")


def _names_in(required: list[Any]) -> Iterator[str]:
    for text in required:
        yield from str(text).split(OR)
