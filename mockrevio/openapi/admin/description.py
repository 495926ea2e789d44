"""How an operation of the admin API is described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mockrevio.openapi.admin.parts import COUNT, OK, list_of, object_of
from mockrevio.openapi.fields import Schema

NOTHING = object_of({"ok": OK})
COUNTED = object_of({"count": COUNT})


class Description(NamedTuple):
    """One operation. `examples` are bodies that it accepts; `errors` are statuses of its own."""

    operation_id: str
    tag: str
    summary: str
    response: Schema
    description: str = ""
    body: Schema | None = None
    examples: Mapping[str, Any] = {}
    status: str = "200"
    errors: tuple[str, ...] = ()
    also: Mapping[str, Schema] = {}
    """Other successes, by status."""
    content_type: str = "application/json"
    """Of a success."""


def listing_of(name: str, item: Schema, *more: str) -> Schema:
    """The number of items that match, and those that are listed."""
    return object_of({"count": COUNT, **dict.fromkeys(more, COUNT), name: list_of(item)})
