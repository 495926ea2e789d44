"""Probes of what records look like, and of ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mockrevio.contract.verify.endpoints import LINK_FIELDS
from mockrevio.contract.verify.observations import Unseen, date_form, kind, plain_name, plain_names
from mockrevio.contract.verify.rules import Cases, probe
from mockrevio.contract.verify.service import Service
from mockrevio.contract.verify.session import Record
from mockrevio.revio.fields import Field
from mockrevio.revio.resources import BUILT_IN, KEY_LINK_RESOURCES, WEBHOOK_RESOURCES, Resource
from mockrevio.revio.wire.dates import UNSET_DATE

NOT_FIELDS = {"links", "ok"}
"""Names in a record that are no fields of it; record.links is about the first."""

OWN_ID_CASE = "the id of a key link"
KNOWN_BY_NAME = ("SALESFORCE", "CUSTOMER")
"""D: the names whose ids the portal shows."""


def _read_endpoints() -> Iterator[Resource]:
    """The endpoints of records beside key links and webhooks."""
    return (each for each in BUILT_IN if each not in (*KEY_LINK_RESOURCES, *WEBHOOK_RESOURCES))


@probe("record.endpoints")
def _(service: Service) -> Cases:
    for resource in _read_endpoints():
        records = service.sample(resource.path)
        status = service.sample_page(resource.path).status
        if status not in (401, 403):  # about the user, not about the endpoint
            yield f"GET /{resource.path}", status
        if records:
            yield resource.path, _names(records)
        for name, members in sorted(_members(records).items()):
            yield f"{resource.path}.{name}", members


def _names(records: list[Record]) -> list[str]:
    return plain_names({name for record in records for name in record} - NOT_FIELDS)


def _members(records: list[Record]) -> dict[str, list[str]]:
    """The names within the objects of records, by the name of the field."""
    found: dict[str, set[str]] = {}
    for record in records:
        for name, value in record.items():
            items = value if isinstance(value, list) else [value]
            for item in items:
                if isinstance(item, dict) and item and name not in NOT_FIELDS:
                    found.setdefault(name, set()).update(item)
    return {name: plain_names(members) for name, members in found.items() if plain_name(name)}


@probe("record.unset")
def _(service: Service) -> Cases:
    for resource in _read_endpoints():
        for name, field in resource.fields.items():
            value = _unset_value(service.sample(resource.path), name, field)
            if value is not None:
                yield f"{resource.path}.{name}", value


def _unset_value(records: list[Record], name: str, field: Field) -> str | None:
    """How a field is shown that has no value, as JSON; None if every record has a value."""
    forms = {
        json.dumps(record[name]) for record in records if name in record and _is_unset(record[name], field)
    }
    return " and ".join(sorted(forms)) or None


def _is_unset(value: Any, field: Field) -> bool:
    """Whether a value is none: a reference is never 0, and dates have their own rule."""
    if field.kind in ("text", "name"):
        return value in (None, "")
    if field.kind == "whole" and (field.refers_to or field.unset is not None):
        return value is None or (value == 0 and not isinstance(value, bool))
    return value is None and field.kind != "date"


@probe("record.unset_dates")
def _(service: Service) -> Cases:
    forms = {
        "null" if record[name] is None else UNSET_DATE
        for resource in _read_endpoints()
        for record in service.sample(resource.path)
        for name, field in resource.fields.items()
        if field.kind == "date" and record.get(name, "") in (None, UNSET_DATE)
    }
    if not forms:
        raise Unseen("there is no record with an unset date")
    yield "an unset date", " and ".join(sorted(forms))


@probe("record.created")
def _(service: Service) -> Cases:
    yield from _fields_named(service, "created_date", lambda value: value != UNSET_DATE and kind(value))


@probe("record.created_by")
def _(service: Service) -> Cases:
    yield from _fields_named(service, "created_by", kind)


@probe("value.date")
def _(service: Service) -> Cases:
    yield from _fields_named(
        service, "created_date", lambda value: date_form(value) if isinstance(value, str) else kind(value)
    )


def _fields_named(service: Service, name: str, observe: Any) -> Cases:
    seen = False
    for endpoint in ("IntegrationKeyLink", "Customers"):
        values = [
            record[name] for record in service.sample(endpoint) if record.get(name) not in (None, UNSET_DATE)
        ]
        if values:
            seen = True
            yield f"{name} of {endpoint}", observe(values[0])
    if not seen:
        raise Unseen(f"there is no record with a {name}")


@probe("link.salesforce")
def _(service: Service) -> Cases:
    ids = {**_ids(service.systems, "system_name"), **_ids(service.types, "entity_type_name")}
    for name in KNOWN_BY_NAME:
        if name in ids:
            yield name, ids[name]
    if not ids:
        raise Unseen("there are no integration systems and no entity types")


@probe("link.other_ids")
def _(service: Service) -> Cases:
    if not service.systems and not service.types:
        raise Unseen("there are no integration systems and no entity types")
    for case, records, name in (
        ("integration systems", service.systems, "system_name"),
        ("entity types", service.types, "entity_type_name"),
    ):
        yield case, {each: id_ for each, id_ in _ids(records, name).items() if each not in KNOWN_BY_NAME}


def _ids(records: list[Record], name_field: str) -> dict[str, int]:
    """The ids of systems or types, which are configuration and not data, by their names.

    Names ignore case (A), so a known one counts in any.
    """
    id_field = "integration_system_id" if name_field == "system_name" else "integration_entity_type_id"
    named = ((record[name_field], record[id_field]) for record in records)
    return {name.upper() if name.upper() in KNOWN_BY_NAME else name: id_ for name, id_ in named}


@probe("link.own_fields")
def _(service: Service) -> Cases:
    link = service.any_link
    id_field = service.link_id_field
    yield OWN_ID_CASE, id_field
    yield "its other fields", plain_names(set(link) - {id_field, *LINK_FIELDS} - NOT_FIELDS)
