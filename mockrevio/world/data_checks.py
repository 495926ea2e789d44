"""Validation of data files, which mockrevio, stock TinyDB or a person with an editor may have written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockrevio.revio.record_checks import ENTITY_TYPE_NAME, KEY_LINK_RESOURCES, check_record
from mockrevio.revio.resources import Record, Resource, resource_of_entity_type
from mockrevio.settings import world_setting_errors
from mockrevio.storage.datafile import Tables
from mockrevio.world.baseline import METADATA

_BY_TABLE = {resource.table: resource for resource in KEY_LINK_RESOURCES}


def resource_of(table: str) -> Resource | None:
    """The resource whose records a table holds; None for other tables, which are kept but not used."""
    return _BY_TABLE.get(table) or (
        resource_of_entity_type(table) if ENTITY_TYPE_NAME.fullmatch(table) else None
    )


def check_tables(tables: Tables) -> str | None:
    """Validate tables: return the place and reason of the first mistake, or None.

    Adds missing id fields: a record that stock TinyDB inserted may have its id only as its key.
    """
    for table, documents in tables.items():
        resource = resource_of(table)
        for record_id, record in documents.items():
            mistake = _check_table_record(resource, record_id, record) if resource else None
            if table == METADATA:
                mistake = _check_metadata(record)
            if mistake:
                return f"{table}.{record_id}{mistake}"
    return None


def _check_table_record(resource: Resource, record_id: int, record: Record) -> str | None:
    if record.setdefault(resource.id_field, record_id) != record_id:
        return f".{resource.id_field}: must be {record_id}, the key of the record"
    return next((str(mistake) for mistake in check_record(resource, record, "") if mistake.fatal), None)


def _check_metadata(record: Mapping[str, Any]) -> str | None:
    names = record.get("fixture", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return ".fixture: must be a list of names"
    for part in ("settings", "patched"):
        settings = record.get(part, {})
        if not isinstance(settings, dict):
            return f".{part}: must be an object"
        for name, reason in world_setting_errors(settings).items():
            return f".{part}.{name}: {reason}"
    return None
