"""Helpers for tests of generated documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mockrevio.revio.resources import ENTITIES, Record

FIXTURES = Path(__file__).parents[2] / "fixtures"

Document = dict[str, Any]


def shipped_document(name: str) -> Document:
    """The document of a shipped fixture."""
    document: Document = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return document


def by_id(document: Mapping[str, Any], type_name: str) -> dict[int, Record]:
    """The records of an entity type by id."""
    return {record[ENTITIES[type_name].id_field]: record for record in document["entities"][type_name]}


def broken_references(entities: Mapping[str, list[Record]]) -> Iterator[str]:
    """All references to records that do not exist."""
    ids = {name: {record[ENTITIES[name].id_field] for record in entities[name]} for name in entities}
    for name, records in entities.items():
        for field in ENTITIES[name].fields.values():
            for record in records:
                target = record[field.name]
                if field.refers_to and target is not None and target not in ids[field.refers_to]:
                    yield f"{name} {record[ENTITIES[name].id_field]}: {field.name} {target}"


def dates_in(record: Record) -> dict[str, datetime]:
    """The dates of a record by field."""
    return {
        name: datetime.fromisoformat(value)
        for name, value in record.items()
        if name.endswith("_date") and value is not None
    }
