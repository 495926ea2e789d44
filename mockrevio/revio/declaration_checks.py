"""Validation of the resources that a user's fixture declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockrevio.documents import MAX_DEPTH, exceeds_depth
from mockrevio.revio.field_names import ENTITY_TYPE, METHODS, OR, SET_BY_SERVER
from mockrevio.revio.fields import parse_field

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
    for mistake in declaration_mistakes(path, declaration):
        raise ValueError(mistake)


def declaration_mistakes(path: str, declaration: object) -> Iterator[str]:
    """Everything that is wrong with a resource that a user declares, and what would be right."""
    if not _PATH.fullmatch(path):
        yield "a path must be letters and digits, at least one of them lowercase: Widgets"
    if path.lower() in _TAKEN_PATHS:
        yield "this path is taken; choose another one"
    if not isinstance(declaration, dict):
        yield 'must be an object: {"id": "widget_id", "fields": {"widget_id": "whole"}}'
        return
    if exceeds_depth(declaration, MAX_DEPTH):
        yield f"must be nested at most {MAX_DEPTH} levels deep"
        return
    for unknown in sorted(declaration.keys() - _PARTS):
        yield f"unknown part {unknown!r}; expected some of {', '.join(sorted(_PARTS))}"
    fields, id_field = declaration.get("fields"), declaration.get("id")
    if not isinstance(fields, dict) or not isinstance(id_field, str) or id_field not in fields:
        yield "must have id, the name of the id field, and fields, which include that field"
    if isinstance(fields, dict):
        yield from _name_mistakes(fields)
        for name, field in fields.items():
            yield from _field_mistakes(name, field, is_id=name == id_field)
    yield from _part_mistakes(declaration)


def declared_name_is_valid(name: str) -> bool:
    """Whether a declared field may have this name."""
    return _NAME.fullmatch(name) is not None and name.lower() not in _TAKEN_NAMES


def _name_mistakes(fields: Mapping[str, Any]) -> Iterator[str]:
    known: set[str] = set()
    for name in fields:
        if not _NAME.fullmatch(name):
            yield f"{name!r} cannot be the name of a field; use letters, digits and _"
        elif name.lower() in _TAKEN_NAMES:
            yield f"{name!r} cannot be the name of a field: it has another meaning"
        elif name.lower() in known:
            yield f"{name!r} is declared twice: the names of fields ignore case"
        known.add(name.lower())


def _field_mistakes(name: str, declaration: Any, *, is_id: bool = False) -> Iterator[str]:
    """The mistakes in one field, with those of its members."""
    inner = declaration[0] if isinstance(declaration, list) and len(declaration) == 1 else declaration
    if isinstance(inner, dict) and inner and not is_id:
        for member, member_declaration in inner.items():
            yield from _field_mistakes(f"{name}.{member}", member_declaration)
        return
    try:
        field = parse_field(name, declaration)
    except ValueError as error:
        yield str(error)
        return
    if is_id and field.kind != "whole":
        yield f'{name}: must be declared as "whole": ids are whole numbers'


def _part_mistakes(declaration: Mapping[str, Any]) -> Iterator[str]:
    entity_type = declaration.get("entity_type", "NONE")
    if not isinstance(entity_type, str) or not ENTITY_TYPE.fullmatch(entity_type):
        yield f"entity_type: must be a name such as WIDGET, not {entity_type!r}"
    methods = declaration.get("methods", ["GET"])
    if not isinstance(methods, list) or not methods or not all(method in METHODS for method in methods):
        yield f"methods: must be a list of some of {', '.join(METHODS)}, not {methods!r}"
    required, fields = declaration.get("required", []), declaration.get("fields")
    if isinstance(fields, dict):
        written = {name for name in fields if name not in SET_BY_SERVER and name != declaration.get("id")}
        if not isinstance(required, list) or not written.issuperset(_names_in(required)):
            yield f"required: must be a list of names of fields that clients write, not {required!r}"
    for part, kind in (("evidence", str), ("sources", str), ("id_repeats", bool)):
        if part in declaration and not isinstance(declaration[part], kind):
            yield f"{part}: must be {'true or false' if kind is bool else 'text'}"
    for part in ("table", "search"):
        if part in declaration:
            yield f"{part}: is only for the resources that are included in mockrevio"


def _names_in(required: list[Any]) -> Iterator[str]:
    for text in required:
        yield from str(text).split(OR)
