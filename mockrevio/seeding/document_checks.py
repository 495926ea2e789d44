"""Validation of fixture documents: every mistake has its place and says how to fix it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from mockrevio.control.faults.specification import parse_fault
from mockrevio.documents import format_value, list_of
from mockrevio.errors import DocumentError, Mistake
from mockrevio.revio.record_checks import (
    ENTITY_TYPE_NAME,
    ID_DESCRIPTION,
    KEY_LINK_RESOURCES,
    check_record,
    check_type_name,
    is_id,
    nearest_id,
)
from mockrevio.revio.resources import (
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    MAX_INTEGER,
    Resource,
    resource_of_entity_type,
)
from mockrevio.settings import world_setting_errors
from mockrevio.storage.datafile import Tables

PARTS = (
    "schema",
    INTEGRATION_SYSTEM.table,
    INTEGRATION_ENTITY_TYPE.table,
    "entities",
    INTEGRATION_KEY_LINK.table,
    "next_ids",
    "faults",
    "settings",
)
Mistakes = Iterator[Mistake]


def check_documents(documents: Sequence[tuple[str, object]]) -> list[Mistake]:
    """All mistakes in (source, document) pairs that are to be merged, references aside.

    Unlike a single document, they must list the entity types of all their records.
    """
    type_names = _listed_types(document for _, document in documents)
    mistakes = []
    if not type_names:
        for source, document in documents:
            if isinstance(document, dict) and (document.get("entities") or document.get("key_links")):
                mistakes.append(Mistake(source, _no_types_message(source)))
                break
    for source, document in documents:
        mistakes += check_document(document, source, type_names)
    return mistakes


def _listed_types(documents: Iterable[object]) -> list[str]:
    """The names in the `integration_entity_types` of documents, which may have mistakes."""
    parts = [
        document.get(INTEGRATION_ENTITY_TYPE.table) for document in documents if isinstance(document, dict)
    ]
    records = [record for part in parts if isinstance(part, list) for record in part]
    names = [record.get("entity_type_name") for record in records if isinstance(record, dict)]
    return [name for name in names if isinstance(name, str)]


def _no_types_message(source: str) -> str:
    return (
        f"no {INTEGRATION_ENTITY_TYPE.table}; load an included fixture first: "
        f"--fixture empty --fixture {source}"
    )


def check_document(document: object, source: str, type_names: Collection[str] = ()) -> list[Mistake]:
    """All mistakes in one document, references aside; places start with `source`.

    With `type_names`, an entity type that is not among them is a mistake, and its records are not checked.
    """
    if not isinstance(document, dict):
        return [Mistake(source, f"must be an object with some of {', '.join(PARTS)}")]
    return list(_check_parts(document, source, type_names))


def _check_parts(document: Mapping[str, Any], source: str, type_names: Collection[str]) -> Mistakes:
    for name, value in document.items():
        place = f"{source}: {name}"
        if name not in PARTS:
            yield Mistake(place, f"unknown; a fixture can have {', '.join(PARTS)}")
        elif name == "schema":
            if value != 1 or type(value) is not int:
                yield Mistake(place, f"must be 1, the format version, not {format_value(value)}")
        elif name in ("entities", "next_ids", "settings"):
            if isinstance(value, dict):
                yield from _check_object(name, value, place, type_names)
            else:
                yield Mistake(place, f"must be an object, not {format_value(value)}")
        elif not isinstance(value, list):
            yield Mistake(place, f"must be a list, not {format_value(value)}")
        elif name == "faults":
            yield from _check_faults(value, place)
        else:
            resource = next(resource for resource in KEY_LINK_RESOURCES if resource.table == name)
            yield from _check_records(resource, value, place)


def _check_object(name: str, value: Mapping[str, Any], place: str, type_names: Collection[str]) -> Mistakes:
    if name == "entities":
        yield from _check_entities(value, place, type_names)
    elif name == "next_ids":
        yield from _check_next_ids(value, place)
    else:
        yield from _check_settings(value, place)


def _check_entities(value: Mapping[str, Any], place: str, type_names: Collection[str]) -> Mistakes:
    unknown = [name for name, records in value.items() if records and type_names and name not in type_names]
    unknown = [name for name in unknown if ENTITY_TYPE_NAME.fullmatch(name)]
    for type_name in unknown:  # first, because other mistakes may follow from a misspelled type
        yield Mistake(f"{place}.{type_name}", _unknown_type_message(type_name, type_names))
    for type_name, records in value.items():
        type_place = f"{place}.{type_name}"
        yield from check_type_name(type_name, type_place)
        if type_name in unknown or not ENTITY_TYPE_NAME.fullmatch(type_name):
            continue
        if not isinstance(records, list):
            yield Mistake(type_place, f"must be a list of records or ids, not {format_value(records)}")
        else:
            yield from _check_records(resource_of_entity_type(type_name), records, type_place)


def _unknown_type_message(type_name: str, type_names: Collection[str]) -> str:
    nearest = get_close_matches(type_name, type_names, n=1)
    hint = f"nearest {nearest[0]}" if nearest else f"known: {', '.join(type_names)}"
    return f"unknown entity type; {hint}; correct the name or add it to {INTEGRATION_ENTITY_TYPE.table}"


def _check_next_ids(value: Mapping[str, Any], place: str) -> Mistakes:
    for name, next_id in value.items():
        if name != INTEGRATION_KEY_LINK.table and not ENTITY_TYPE_NAME.fullmatch(name):
            yield Mistake(f"{place}.{name}", "unknown; use key_links or the name of an entity type")
        elif not is_id(next_id) and next_id != MAX_INTEGER + 1:  # one too large: the ids are used up
            yield Mistake(f"{place}.{name}", f"must be {ID_DESCRIPTION}, not {format_value(next_id)}")


def _check_settings(value: Mapping[str, Any], place: str) -> Mistakes:
    for name, message in world_setting_errors(value, "cannot be set in a fixture").items():
        yield Mistake(f"{place}.{name}", message.removeprefix(f"{name}: "))


def _check_faults(value: Sequence[Any], place: str) -> Mistakes:
    try:
        list_of(parse_fault)(value, place)
    except DocumentError as error:
        yield from error.mistakes


def _check_records(resource: Resource, records: Sequence[Any], place: str) -> Mistakes:
    seen: dict[int, str] = {}
    for index, item in enumerate(records):
        record_place = f"{place}[{index}]"
        record = {resource.id_field: item} if is_id(item) and resource not in KEY_LINK_RESOURCES else item
        if not isinstance(record, dict):
            yield Mistake(record_place, f"must be {_record_form(resource)}, not {format_value(item)}")
            continue
        yield from check_record(resource, record, record_place)
        record_id = record.get(resource.id_field)
        if isinstance(record_id, int):
            if record_id in seen:
                message = f"id {record_id} is already used by {seen[record_id]}"
                yield Mistake(f"{record_place}.{resource.id_field}", message)
            seen.setdefault(record_id, record_place)


def check_references(
    tables: Tables, settings: Mapping[str, Any], places: Mapping[tuple[str, int], str]
) -> list[Mistake]:
    """All references to records that do not exist, and all duplicate key links."""
    return [
        *_check_entity_references(tables, places),
        *_check_key_links(tables, settings.get("duplicates", "reject") == "reject", places),
    ]


def _check_entity_references(tables: Tables, places: Mapping[tuple[str, int], str]) -> Mistakes:
    for table, records in tables.items():
        if any(table == resource.table for resource in KEY_LINK_RESOURCES):
            continue
        references = [field for field in resource_of_entity_type(table).fields.values() if field.refers_to]
        for record_id, record in records.items():
            place = places[table, record_id]
            for field in references:
                target = record.get(field.name)
                known = tables.get(str(field.refers_to), {})
                if target is not None and target not in known:
                    yield Mistake(
                        f"{place}.{field.name}", _missing_message(str(field.refers_to), target, known)
                    )


def _check_key_links(
    tables: Tables, reject_duplicates: bool, places: Mapping[tuple[str, int], str]
) -> Mistakes:
    table = INTEGRATION_KEY_LINK.table
    systems = tables[INTEGRATION_SYSTEM.table]
    types = tables[INTEGRATION_ENTITY_TYPE.table]
    seen: dict[tuple[Any, ...], str] = {}
    for link_id, link in tables[table].items():
        place = places[table, link_id]
        system, entity_type = link["integration_system_id"], link["integration_entity_type_id"]
        if system not in systems:
            yield Mistake(f"{place}.integration_system_id", _missing_message("system", system, systems))
        if entity_type not in types:
            yield Mistake(
                f"{place}.integration_entity_type_id", _missing_message("entity type", entity_type, types)
            )
        else:
            type_name = types[entity_type]["entity_type_name"]
            known = tables.get(type_name, {})
            if link["internal_id"] not in known:
                yield Mistake(f"{place}.internal_id", _missing_message(type_name, link["internal_id"], known))
        key = (system, entity_type, link["internal_id"], link["external_id"])
        if reject_duplicates and key in seen:
            yield Mistake(place, f"duplicates {seen[key]}; remove one or set duplicates to allow")
        seen.setdefault(key, place)


def _missing_message(kind: str, missing_id: int, known: Mapping[int, Any]) -> str:
    nearest = nearest_id(sorted(known), missing_id)
    hint = "none exist" if nearest is None else f"the nearest is {nearest}"
    return f"{kind} {missing_id} does not exist; {hint}"


def _record_form(resource: Resource) -> str:
    return "an object" if resource in KEY_LINK_RESOURCES else f"an object or just an id ({ID_DESCRIPTION})"
