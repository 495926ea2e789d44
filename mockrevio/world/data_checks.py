"""Validation of data files, which mockrevio, stock TinyDB or a person with an editor may have written."""

from __future__ import annotations

from mockrevio.cancellation import cancellable
from mockrevio.documents import MAX_DOCUMENT_DEPTH, exceeds_depth
from mockrevio.errors import DocumentError
from mockrevio.revio.fields import Record
from mockrevio.revio.record_checks import check_record
from mockrevio.revio.resources import Resource, Resources
from mockrevio.revio.webhooks import DELIVERIES
from mockrevio.settings import without_secrets, world_setting_errors
from mockrevio.storage import Tables
from mockrevio.world.baseline import METADATA


def declared_resources(tables: Tables) -> Resources | str | None:
    """The resources of a data file, None if it does not say, or what is wrong with them."""
    record = tables.get(METADATA, {}).get(1)
    if record is None:
        return None
    declared = record.get("resources", {})
    if not isinstance(declared, dict):
        return f"{METADATA}.1.resources: must be an object"
    try:
        return Resources(declared)
    except ValueError as error:
        return f"{METADATA}.1.resources: {error}"


def check_tables(tables: Tables, resources: Resources) -> str | None:
    """Validate tables: return the place and reason of the first mistake, or None.

    Completes what a person or stock TinyDB wrote: adds missing id fields, as the id may be only the key of a
    record, stores dates in the one form, and hashes the secrets in settings.
    """
    for table, documents in tables.items():
        resource = resources.of_table(table)
        for record_id, record in cancellable(documents.items()):
            mistake = _check_table_record(resource, record_id, record) if resource else None
            if resource is None and exceeds_depth(record, MAX_DOCUMENT_DEPTH):
                mistake = f": is nested more than {MAX_DOCUMENT_DEPTH} levels deep"
            elif table == METADATA:
                mistake = _check_metadata(record)
            elif table == DELIVERIES:
                mistake = _check_delivery(record_id, record)
            if mistake:
                return f"{table}.{record_id}{mistake}"
    return None


def _check_table_record(resource: Resource, record_id: int, record: Record) -> str | None:
    if not resource.id_repeats and record.setdefault(resource.id_field, record_id) != record_id:
        return f".{resource.id_field}: must be {record_id}, the key of the record"
    mistake = next((str(mistake) for mistake in check_record(resource, record, "") if mistake.fatal), None)
    if mistake is None:
        normalized = resource.normalize(record)
        if normalized != record:
            record.update(normalized)
    return mistake


def _check_delivery(delivery_id: int, record: Record) -> str | None:
    if record.get("id") != delivery_id:
        return f".id: must be {delivery_id}, the key of the record"
    from mockrevio.revio.webhooks.deliveries import parse_delivery

    try:
        parse_delivery(record, "")
    except DocumentError as error:
        return str(error)
    return None


def _check_metadata(record: Record) -> str | None:
    names = record.get("fixture", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return ".fixture: must be a list of names"
    if not isinstance(record.get("state", ""), str):
        return ".state: must be text"
    for part in ("settings", "patched"):
        settings = record.get(part, {})
        if not isinstance(settings, dict):
            return f".{part}: must be an object"
        for name, reason in world_setting_errors(settings).items():
            return f".{part}.{name}: {reason}"
        if settings:
            record[part] = without_secrets(settings)
    return None
