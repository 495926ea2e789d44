"""Warnings about references to missing records, and duplicate key links and names.

None of these is fatal, because Rev.io's own rules allow them: a record can be deleted while others refer to
it, and with the setting `duplicates=allow` the same key link can be created twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mockrevio.cancellation import cancellable
from mockrevio.errors import Mistake
from mockrevio.revio.record_checks import nearest_id
from mockrevio.revio.resources import (
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    KEY_LINK_RESOURCES,
    Resource,
    Resources,
)
from mockrevio.storage import Tables


def check_references(
    tables: Tables,
    settings: Mapping[str, Any],
    places: Mapping[tuple[str, int], str],
    resources: Resources,
) -> list[Mistake]:
    """All references to records that do not exist, and all duplicates.

    `settings` are those in effect. They decide whether key links may be there twice.
    """
    reject_duplicates = settings.get("duplicates", "reject") == "reject"
    return [
        *_check_names(INTEGRATION_SYSTEM, "system_name", tables, places),
        *_check_names(INTEGRATION_ENTITY_TYPE, "entity_type_name", tables, places),
        *_check_record_references(tables, places, resources),
        *_check_key_links(tables, places, reject_duplicates=reject_duplicates),
    ]


def _warning(place: str, message: str) -> Mistake:
    return Mistake(place, message, fatal=False)


def _check_names(
    resource: Resource, name_field: str, tables: Tables, places: Mapping[tuple[str, int], str]
) -> Iterator[Mistake]:
    """Warn about records of different ids and the same name: a client that looks the name up gets several."""
    seen: dict[str, str] = {}
    for record_id, record in tables[resource.table].items():
        name, place = record[name_field], places[resource.table, record_id]
        other = seen.setdefault(name.casefold(), place)
        if other != place:
            message = f"{name!r} is also the name of {other}; give both the same id, or remove one"
            yield _warning(f"{place}.{name_field}", message)


def _check_record_references(
    tables: Tables, places: Mapping[tuple[str, int], str], resources: Resources
) -> Iterator[Mistake]:
    ids = {resource.path.lower(): _ids_of(resource, tables) for resource in resources}
    for table, records in tables.items():
        resource = resources.of_table(table)
        if resource is None or resource in KEY_LINK_RESOURCES:
            continue
        fields = [field for field in resource.fields.values() if field.refers_to or field.fields]
        for record_id, record in cancellable(records.items()):
            place = places[table, record_id]
            for field in fields:
                references = field.references(record.get(field.name), f"{place}.{field.name}")
                for path, target, field_place in references:
                    known = ids.get(path.lower(), ())
                    if target not in known:
                        yield _warning(field_place, _missing_message(path, target, known))


def _ids_of(resource: Resource, tables: Tables) -> Collection[int]:
    """The ids of a resource's records, which are the keys of its table, unless they repeat."""
    table = tables.get(resource.table, {})
    return {record[resource.id_field] for record in table.values()} if resource.id_repeats else table.keys()


def _check_key_links(
    tables: Tables, places: Mapping[tuple[str, int], str], *, reject_duplicates: bool
) -> Iterator[Mistake]:
    table = INTEGRATION_KEY_LINK.table
    systems = tables[INTEGRATION_SYSTEM.table]
    types = tables[INTEGRATION_ENTITY_TYPE.table]
    seen: dict[tuple[Any, ...], str] = {}
    for link_id, link in cancellable(tables[table].items()):
        place = places[table, link_id]
        system, entity_type = link["integration_system_id"], link["integration_entity_type_id"]
        if system not in systems:
            yield _warning(f"{place}.integration_system_id", _missing_message("system", system, systems))
        if entity_type not in types:
            message = _missing_message("entity type", entity_type, types)
            yield _warning(f"{place}.integration_entity_type_id", message)
        else:
            type_name = types[entity_type]["entity_type_name"]
            known = tables.get(type_name, {})
            if link["internal_id"] not in known:
                yield _warning(
                    f"{place}.internal_id", _missing_message(type_name, link["internal_id"], known)
                )
        key = (system, entity_type, link["internal_id"], link["external_id"])
        if reject_duplicates and key in seen:
            yield _warning(place, f"duplicates {seen[key]}; remove one or set duplicates to allow")
        seen.setdefault(key, place)


def _missing_message(kind: str, missing_id: int, known: Collection[int]) -> str:
    nearest = nearest_id(sorted(known), missing_id)
    hint = "none exist" if nearest is None else f"the nearest is {nearest}"
    return f"{kind} {missing_id} does not exist; {hint}"
