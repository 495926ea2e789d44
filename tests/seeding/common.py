"""Helpers for tests of generated documents. What they know of the fields is the table of resources alone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mockrevio.revio.fields import Field, Record
from mockrevio.revio.resources import BUILT_IN, ENTITIES, Resource
from mockrevio.seeding.generator import GENERATED

FIXTURES = Path(__file__).parents[2] / "fixtures"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}")

Document = dict[str, Any]


def shipped_document(name: str) -> Document:
    """The document of a shipped fixture."""
    document: Document = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return document


def records_of(document: Mapping[str, Any], name: str) -> list[Record]:
    """The records of an entity type or a path."""
    records: list[Record] = document["entities" if name in ENTITIES else "records"].get(name, [])
    return records


def all_records(document: Mapping[str, Any]) -> Iterator[tuple[str, Resource, list[Record]]]:
    """The name, the resource and the records of each resource."""
    for name, resource in GENERATED.items():
        yield name, resource, records_of(document, name)


def tables_of(document: Mapping[str, Any]) -> dict[str, list[Record]]:
    """The records by table, as a world has them."""
    return {resource.table: records for _, resource, records in all_records(document)}


def by_id(document: Mapping[str, Any], name: str) -> dict[int, Record]:
    """The records of an entity type or a path by id."""
    return {record[GENERATED[name].id_field]: record for record in records_of(document, name)}


def values_in(fields: Mapping[str, Field], record: Mapping[str, Any]) -> Iterator[tuple[str, Field, Any]]:
    """The path, the field and the value of everything in a record, members and items included."""
    for name, value in record.items():
        field = fields[name]
        yield name, field, value
        items = value if field.kind == "list" else [value] if field.kind == "object" else []
        for item in items if field.fields else []:
            for path, member, inner in values_in(field.fields, item):
                yield f"{name}.{path}", member, inner


def has_kind(field: Field, value: object) -> bool:
    """Whether a value is of the kind that the table declares."""
    if field.kind == "list":
        item = field._replace(kind=field.items or "object")
        return isinstance(value, list) and all(has_kind(item, part) for part in value)
    if field.kind == "date":
        return isinstance(value, str) and bool(DATE.fullmatch(value)) and bool(datetime.fromisoformat(value))
    if field.kind == "decimal":
        return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
    types = {"whole": int, "text": str, "name": str, "flag": bool, "object": dict}
    return type(value) is types[field.kind]


def broken_references(tables: Mapping[str, list[Record]]) -> Iterator[str]:
    """All references to records that do not exist, those in nested objects and lists included."""
    ids = {
        resource.path: {record[resource.id_field] for record in tables.get(resource.table, [])}
        for resource in BUILT_IN
    }
    for table, records in tables.items():
        for record in records:
            for path, field, value in values_in(BUILT_IN.of_entity_type(table).fields, record):
                targets = value if isinstance(value, list) else [value]
                if field.refers_to and not set(targets) <= ids[field.refers_to]:
                    yield f"{table} {path} {value}: {record}"


def dates_in(record: Record) -> dict[str, datetime]:
    """The dates of a record by field."""
    return {
        name: datetime.fromisoformat(value)
        for name, value in record.items()
        if isinstance(value, str) and DATE.fullmatch(value)
    }
