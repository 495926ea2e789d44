"""The table of resources: every endpoint of Rev.io's with its fields, declared once in `resources.json`.

Routes, search, sort, bodies, fixtures, generated records, existence checks, docs/entities.md and
docs/fields.md all come from this table. A fixture may declare further resources in the same form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar

from mockrevio.documents import intern_values
from mockrevio.errors import UnknownEntityType
from mockrevio.revio.field_names import ENTITY_TYPE, OR, SET_BY_SERVER, SET_FROM_CLOCK
from mockrevio.revio.fields import Field, Record, parse_fields
from mockrevio.revio.wire.dates import UNSET_DATE, is_stored_date, to_stored_date


class Resource:
    """An endpoint: its path segment in Rev.io's spelling, its fields, and what clients may do with it.

    `table` is where its records are stored: under the entity type if it has one, or else under its path.
    If `id_repeats`, it is a list of pairs whose ids need not be unique. The fields are parsed when they are
    first needed, since most servers see few of the resources.
    """

    def __init__(self, path: str, declaration: Mapping[str, Any]) -> None:
        self.path = path
        self.declaration = declaration
        self.id_field: str = declaration["id"]
        self.entity_type: str | None = declaration.get("entity_type")
        self.table: str = declaration.get("table") or self.entity_type or path
        self.methods: frozenset[str] = frozenset(declaration.get("methods", ("GET",)))
        self._required: list[str] = declaration.get("required", [])
        self.evidence: str = declaration.get("evidence", "assumed")
        self.sources: str = declaration.get("sources", "")
        self.id_repeats: bool = declaration.get("id_repeats", False)
        self.derived: dict[Callable[[Resource], Any], Any] = {}
        """What other modules have computed from the declaration; see `cached_in_resource`."""

    def __repr__(self) -> str:
        return f"Resource({self.path!r})"

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The fields, by name, in Rev.io's order."""
        return parse_fields(self.declaration["fields"])

    @cached_property
    def writable(self) -> Mapping[str, Field]:
        """The fields that a client may write, by their names in lowercase: names ignore case (A)."""
        return {
            name.lower(): field
            for name, field in self.fields.items()
            if (name != self.id_field or self.id_repeats) and name not in SET_BY_SERVER
        }

    @property
    def required(self) -> list[str]:
        """The fields that a write must have."""
        return [name for name in self._required if OR not in name]

    @property
    def required_one_of(self) -> list[list[str]]:
        """Groups of fields, of each of which a write must have at least one."""
        return [name.split(OR) for name in self._required if OR in name]

    @cached_property
    def set_by_server(self) -> frozenset[str]:
        """The fields that the server sets when a record is written."""
        return frozenset(SET_BY_SERVER & self.declaration["fields"].keys())

    @cached_property
    def references(self) -> list[Field]:
        """The fields that hold ids of other records."""
        return [field for field in self.fields.values() if field.refers_to]

    @cached_property
    def _unset_values(self) -> Record:
        return {name: field.unset for name, field in self.fields.items()}

    @cached_property
    def _fields_to_complete(self) -> list[Field]:
        """The fields whose values a view may have to complete."""
        return [field for field in self.fields.values() if field.unset is not None or field.fields]

    @cached_property
    def _dates(self) -> list[str]:
        return [name for name, field in self.fields.items() if field.kind == "date"]

    def view(self, document: Mapping[str, Any], *, unset_dates: str = "null") -> Record:
        """The record as Rev.io returns it: with every field, those without a value as Rev.io shows them.

        The result shares values with the document. `unset_dates` is the setting of this name.
        """
        record = {**self._unset_values, **document}
        for field in self._fields_to_complete:
            record[field.name] = _complete(field, record[field.name], unset_dates)
        if unset_dates == "sentinel":
            for name in self._dates:
                if record[name] is None:
                    record[name] = UNSET_DATE
        return record

    def normalize(self, record: Record) -> Record:
        """A record as it is stored, with its dates in the stored format."""
        fields = self._fields_with_dates
        if not any(record.get(field.name) is not None for field in fields):
            return record
        return record | {
            field.name: _normalize(field, record[field.name]) for field in fields if field.name in record
        }

    @cached_property
    def _fields_with_dates(self) -> list[Field]:
        """The fields that are dates or have some within."""
        return [field for field in self.fields.values() if _has_dates(field)]


T = TypeVar("T")


def cached_in_resource(compute: Callable[[Resource], T]) -> Callable[[Resource], T]:
    """Compute something from a resource only once. It is freed with the resource, which a fixture may have
    declared."""

    @wraps(compute)
    def cached(resource: Resource) -> T:
        derived = resource.derived
        if compute not in derived:
            derived[compute] = compute(resource)
        value: T = derived[compute]
        return value

    return cached


def _has_dates(field: Field) -> bool:
    return "date" in (field.kind, field.items) or any(map(_has_dates, field.fields.values()))


def _normalize(field: Field, value: Any) -> Any:
    if field.kind == "date" and isinstance(value, str):
        # The very first day stands for no date, unless it is the clock that has been there.
        if (field.name in SET_FROM_CLOCK or not value.startswith("0001-01-01")) and is_stored_date(value):
            return value
        return to_stored_date(value)
    if field.kind == "object" and isinstance(value, dict):
        members = {name: inner for name, inner in field.fields.items() if name in value and _has_dates(inner)}
        return value | {name: _normalize(inner, value[name]) for name, inner in members.items()}
    if field.kind == "list" and isinstance(value, list):
        item_field = field._replace(kind=field.items or "object", items=None)
        return [_normalize(item_field, item) for item in value]
    return value


def _complete(field: Field, value: Any, unset_dates: str) -> Any:
    """A value with the members that it lacks."""
    if value is None:
        return UNSET_DATE if field.kind == "date" and unset_dates == "sentinel" else field.unset
    if field.kind == "object" and isinstance(value, dict):
        members = field.fields.items()
        complete = {name: _complete(inner, value.get(name), unset_dates) for name, inner in members}
        return {**complete, **{name: item for name, item in value.items() if name not in complete}}
    if field.kind == "list" and field.fields and isinstance(value, list):
        as_object = field._replace(kind="object")
        return [_complete(as_object, item, unset_dates) for item in value]
    return value


class Resources:
    """The resources of a world: those that come with mockrevio, and those that its fixture declares."""

    def __init__(self, declared: Mapping[str, Any] | None = None) -> None:
        """Raises ValueError if a declaration is invalid, or its path or entity type is taken."""
        self.declared: Mapping[str, Any] = dict(declared or {})
        self._by_path = dict(_BUILT_IN)
        if self.declared:
            self._declare()
        self._by_table: dict[str, Resource] = {}
        for resource in self._by_path.values():
            if self._by_table.setdefault(resource.table, resource) is not resource:
                raise ValueError(
                    f"{resource.path}: the entity type {resource.table} is taken; choose another one"
                )

    def _declare(self) -> None:
        """Add the declared resources."""
        from mockrevio.revio.declaration_checks import check_declaration

        for path, declaration in self.declared.items():
            try:
                check_declaration(path, declaration)
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from None
            if path.lower() in self._by_path:
                raise ValueError(f"{path}: this path is taken; choose another one")
            self._by_path[path.lower()] = Resource(path, declaration)

    @classmethod
    def of_documents(cls, documents: Iterable[object]) -> Resources:
        """The resources of fixture documents together: Rev.io's, and those that the documents declare.

        Raises ValueError as the constructor does.
        """
        declared: dict[str, Any] = {}
        for document in documents:
            part = document.get("resources") if isinstance(document, dict) else None
            declared.update(part if isinstance(part, dict) else {})
        return cls(declared) if declared else BUILT_IN

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_path.values())

    def at(self, path: str) -> Resource | None:
        """The resource at a path, in lowercase."""
        return self._by_path.get(path)

    def at_path(self, path: str) -> Resource:
        """The resource at a path in any case. Raises KeyError if there is none."""
        return self._by_path[path.lower()]

    def of_table(self, table: str) -> Resource | None:
        """The resource whose records a table holds; None for other tables.

        An entity type that only a fixture's `integration_entity_types` names has records with just an id.
        """
        resource = self._by_table.get(table)
        if resource is None and ENTITY_TYPE.fullmatch(table):
            id_field = f"{table.lower()}_id"
            return Resource(table, {"id": id_field, "entity_type": table, "fields": {id_field: "whole"}})
        return resource

    def is_added_type(self, table: str) -> bool:
        """Whether a table is of an entity type that only a fixture's `integration_entity_types` names."""
        return table not in self._by_table and self.of_table(table) is not None

    def named(self, name: str, entity_types: Sequence[str]) -> Resource:
        """The resource that an entity type, of these, or an endpoint names, in any case.

        Raises UnknownEntityType if there is neither.
        """
        for known in entity_types:
            if known.casefold() == name.casefold():
                return self.of_entity_type(known)
        resource = self.at(name.lower())
        if resource is None or resource in KEY_LINK_RESOURCES:
            paths = [
                other.path for other in self if not other.entity_type and other not in KEY_LINK_RESOURCES
            ]
            known_names = ", ".join([*entity_types, *paths])
            raise UnknownEntityType(f"unknown entity type or endpoint {name!r}; known: {known_names}")
        return resource

    def of_entity_type(self, type_name: str) -> Resource:
        """The resource with the records of an entity type."""
        resource = self.of_table(type_name)
        if resource is None:
            raise KeyError(type_name)
        return resource


def _load() -> dict[str, Resource]:
    text = Path(__file__).with_suffix(".json").read_text("utf-8")
    table = json.loads(text, object_hook=intern_values())
    return {path.lower(): Resource(path, declaration) for path, declaration in table.items()}


_BUILT_IN: Mapping[str, Resource] = _load()
BUILT_IN = Resources()
"""The resources that come with mockrevio."""

INTEGRATION_SYSTEM = _BUILT_IN["integrationsystem"]
INTEGRATION_ENTITY_TYPE = _BUILT_IN["integrationentitytype"]
INTEGRATION_KEY_LINK = _BUILT_IN["integrationkeylink"]
USERS = _BUILT_IN["users"]
INVENTORY_ITEMS = _BUILT_IN["inventoryitem"]
INVENTORY_TYPES = _BUILT_IN["inventorytypes"]
ASSIGNMENTS = _BUILT_IN["serviceinventory"]
SERVICES = _BUILT_IN["services"]
SERVICE_PRODUCTS = _BUILT_IN["serviceproduct"]
TASKS = _BUILT_IN["tasks"]
WEBHOOK_RECEIVERS = _BUILT_IN["webhookreceivers"]
WEBHOOK_SUBSCRIPTIONS = _BUILT_IN["webhooksubscriptions"]
WEBHOOK_RESOURCES = (WEBHOOK_RECEIVERS, WEBHOOK_SUBSCRIPTIONS)

KEY_LINK_RESOURCES = (INTEGRATION_SYSTEM, INTEGRATION_ENTITY_TYPE, INTEGRATION_KEY_LINK)

ENTITIES: Mapping[str, Resource] = {
    # In the order of the entity type ids (A): AGENT is 1, CUSTOMER is 2 (D).
    resource.entity_type: resource
    for resource in _BUILT_IN.values()
    if resource.entity_type
}
