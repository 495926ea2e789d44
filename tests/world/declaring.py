"""Fixture parts that declare a resource, and searches of its records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mockrevio.revio.resources import Resource
from mockrevio.revio.wire.query import parse_query
from mockrevio.world.world import World

GADGETS = {"id": "gadget_id", "fields": {"gadget_id": "whole", "colour": "text"}}
WIDGETS = {
    "id": "widget_id",
    "methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
    "fields": {
        "widget_id": "whole",
        "colour": "text",
        "made_date": "date",
        "created_date": "date",
        "size": {"width": "decimal"},
    },
}
RECORDS = [
    {"widget_id": 3, "colour": "red", "made_date": "2026-1-5", "size": {"width": 2}},
    {"widget_id": 4, "colour": "blue"},
]
PARTS: dict[str, Any] = {"resources": {"Widgets": WIDGETS}, "records": {"Widgets": RECORDS}}


def widgets(world: World) -> Resource:
    return world.resources.at_path("Widgets")


def found(world: World, query: str, path: str = "Widgets") -> list[int]:
    """The ids of the records that a query string finds."""
    resource = world.resources.at_path(path)
    records, _ = world.page(resource, parse_query(query, resource, world.settings))
    return [record[resource.id_field] for record in records]


def folder_in(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    return data
