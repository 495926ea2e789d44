"""Validation of fixture documents: every mistake has its place and says how to fix it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from mockrevio.cancellation import cancellable
from mockrevio.control.faults.specification import parse_fault
from mockrevio.documents import Reader, format_value, list_of
from mockrevio.errors import DocumentError, Mistake
from mockrevio.revio.declaration_checks import declaration_mistakes
from mockrevio.revio.fields import MAX_INTEGER
from mockrevio.revio.record_checks import (
    ENTITY_TYPE_NAME,
    ID_DESCRIPTION,
    check_record,
    check_type_name,
    is_id,
)
from mockrevio.revio.resources import (
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    KEY_LINK_RESOURCES,
    Resource,
    Resources,
)
from mockrevio.revio.webhooks import DELIVERIES
from mockrevio.revio.webhooks.deliveries import parse_deliveries
from mockrevio.settings import world_setting_errors
from mockrevio.spelling import closest

PARTS = (
    "schema",
    "resources",
    INTEGRATION_SYSTEM.table,
    INTEGRATION_ENTITY_TYPE.table,
    "entities",
    "records",
    INTEGRATION_KEY_LINK.table,
    DELIVERIES,
    "next_ids",
    "faults",
    "settings",
)
Mistakes = Iterator[Mistake]


def check_documents(documents: Sequence[tuple[str, object]]) -> list[Mistake]:
    """All mistakes in (source, document) pairs that are to be merged, references aside.

    This checks everything that a world is loaded from: fixtures, states and snapshots. Whatever state a world
    can reach through the API is never a fatal mistake.
    """
    mistakes = list(_check_resources(documents))
    if mistakes:
        return mistakes  # nothing else can be checked
    resources = Resources.of_documents(document for _, document in documents)
    listed = _listed_types(document for _, document in documents)
    if not listed:
        for source, document in documents:
            if isinstance(document, dict) and (document.get("entities") or document.get("key_links")):
                mistakes.append(Mistake(source, _no_types_message(source), fatal=False))
                break
    for source, document in documents:
        mistakes += check_document(document, source, listed, resources)
    return mistakes


def _check_resources(documents: Iterable[tuple[str, object]]) -> Mistakes:
    """Check the resources that documents declare, together: a later one may take an earlier one's path."""
    declared: dict[str, Any] = {}
    for source, document in documents:
        place = f"{source}: resources"
        part = document.get("resources", {}) if isinstance(document, dict) else {}
        if not isinstance(part, dict):
            yield Mistake(place, f"must be an object, not {format_value(part)}")
            continue
        for path, declaration in part.items():
            mistakes = [*declaration_mistakes(path, declaration)]
            if mistakes:
                yield from (Mistake(f"{place}.{path}", message) for message in mistakes)
                continue
            try:
                Resources({**declared, path: declaration})
            except ValueError as error:
                yield Mistake(f"{place}.{path}", str(error).removeprefix(f"{path}: "))
            else:
                declared[path] = declaration


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


def check_document(
    document: object,
    source: str,
    listed_types: Collection[str] | None = None,
    resources: Resources | None = None,
) -> list[Mistake]:
    """All mistakes in one document, references aside; places start with `source`.

    `listed_types` are the names in the `integration_entity_types` of all documents that are to be merged;
    without them, entity types are not checked. `resources` are those that the documents declare, by default
    those of this one.
    """
    if not isinstance(document, dict):
        return [Mistake(source, f"must be an object with some of {', '.join(PARTS)}")]
    if resources is None:
        mistakes = list(_check_resources([(source, document)]))
        if mistakes:
            return mistakes
        resources = Resources.of_documents([document])
    return list(_DocumentCheck(source, listed_types, resources).parts(document))


class _DocumentCheck:
    """The checks of one document, part by part."""

    def __init__(self, source: str, listed_types: Collection[str] | None, resources: Resources) -> None:
        self._source = source
        self._listed_types = listed_types
        self._resources = resources

    def parts(self, document: Mapping[str, Any]) -> Mistakes:
        """All mistakes in the document."""
        checks = {
            "entities": self._check_entities,
            "records": self._check_other_records,
            "next_ids": self._check_next_ids,
            "settings": _check_settings,
        }
        for name, value in document.items():
            place = f"{self._source}: {name}"
            if name not in PARTS:
                yield Mistake(place, f"unknown; a fixture can have {', '.join(PARTS)}")
            elif name == "schema":
                if value != 1 or type(value) is not int:
                    yield Mistake(place, f"must be 1, the format version, not {format_value(value)}")
            elif name in checks:
                if isinstance(value, dict):
                    yield from checks[name](value, place)
                else:
                    yield Mistake(place, f"must be an object, not {format_value(value)}")
            elif name != "resources":
                yield from self._check_list(name, value, place)

    def _check_list(self, name: str, value: Any, place: str) -> Mistakes:
        if not isinstance(value, list):
            yield Mistake(place, f"must be a list, not {format_value(value)}")
        elif name in _ITEM_READERS:
            yield from _check_items(_ITEM_READERS[name], value, place)
        else:
            resource = next(resource for resource in KEY_LINK_RESOURCES if resource.table == name)
            yield from _check_records(resource, value, place)

    def _check_entities(self, value: Mapping[str, Any], place: str) -> Mistakes:
        named = [name for name in value if ENTITY_TYPE_NAME.fullmatch(name)]
        listed = named if self._listed_types is None else self._listed_types
        with_endpoint = [resource.entity_type for resource in self._resources if resource.entity_type]
        known = list(dict.fromkeys([*listed, *with_endpoint]))
        unknown = [name for name in named if value[name] and name not in known]
        for type_name in unknown:  # first, because other mistakes may follow from a misspelled type
            yield Mistake(f"{place}.{type_name}", _unknown_type_message(type_name, known, listed or known))
        for type_name, records in value.items():
            type_place = f"{place}.{type_name}"
            yield from check_type_name(type_name, type_place)
            if type_name in unknown or type_name not in named:
                continue
            if records and listed and type_name not in listed:
                # Records can be created at an endpoint whose entity type the world does not have.
                yield Mistake(type_place, _UNLISTED_TYPE, fatal=False)
            resource = self._resources.of_entity_type(type_name)
            yield from _check_record_list(resource, records, type_place)

    def _check_other_records(self, value: Mapping[str, Any], place: str) -> Mistakes:
        for path, records in value.items():
            resource = self._resources.at(path.lower())
            if resource is None:
                paths = [known.path for known in self._resources if not known.entity_type]
                nearest = closest(path, paths)
                hint = f"nearest {nearest}" if nearest else "docs/entities.md lists the endpoints"
                message = f"unknown endpoint; {hint}; correct the path or declare it in resources"
                yield Mistake(f"{place}.{path}", message)
            elif resource.entity_type or resource in KEY_LINK_RESOURCES:
                part = f"entities.{resource.entity_type}" if resource.entity_type else resource.table
                yield Mistake(f"{place}.{path}", f"belongs in {part}")
            else:
                yield from _check_record_list(resource, records, f"{place}.{path}")

    def _check_next_ids(self, value: Mapping[str, Any], place: str) -> Mistakes:
        for name, next_id in value.items():
            if self._resources.of_table(name) is None and name != DELIVERIES:
                known = "key_links, deliveries, an entity type (CUSTOMER) or another endpoint (Notes)"
                yield Mistake(f"{place}.{name}", f"unknown; use {known}")
            elif not is_id(next_id) and next_id != MAX_INTEGER + 1:  # one too large: the ids are used up
                yield Mistake(f"{place}.{name}", f"must be {ID_DESCRIPTION}, not {format_value(next_id)}")


_UNLISTED_TYPE = (
    f"this entity type is not in {INTEGRATION_ENTITY_TYPE.table}, "
    "so key links to its records cannot be created"
)


def _unknown_type_message(type_name: str, known: Collection[str], listed: Collection[str]) -> str:
    nearest = closest(type_name, known)
    hint = f"nearest {nearest}" if nearest else f"known: {', '.join(listed)}"
    return f"unknown entity type; {hint}; correct the name or add it to {INTEGRATION_ENTITY_TYPE.table}"


def _check_settings(value: Mapping[str, Any], place: str) -> Mistakes:
    for name, message in world_setting_errors(value, "cannot be set in a fixture").items():
        yield Mistake(f"{place}.{name}", message.removeprefix(f"{name}: "))


_ITEM_READERS: Mapping[str, Reader[Any]] = {"faults": list_of(parse_fault), DELIVERIES: parse_deliveries}


def _check_items(reader: Reader[Any], value: Sequence[Any], place: str) -> Mistakes:
    try:
        reader(value, place)
    except DocumentError as error:
        yield from error.mistakes


def _check_record_list(resource: Resource, records: Any, place: str) -> Mistakes:
    if isinstance(records, list):
        yield from _check_records(resource, records, place)
    else:
        yield Mistake(place, f"must be a list of records or ids, not {format_value(records)}")


def _check_records(resource: Resource, records: Sequence[Any], place: str) -> Mistakes:
    seen: dict[int, str] = {}
    for index, item in enumerate(cancellable(records)):
        record_place = f"{place}[{index}]"
        record = {resource.id_field: item} if is_id(item) and resource not in KEY_LINK_RESOURCES else item
        if not isinstance(record, dict):
            yield Mistake(record_place, f"must be {_record_form(resource)}, not {format_value(item)}")
            continue
        yield from check_record(resource, record, record_place)
        record_id = record.get(resource.id_field)
        if isinstance(record_id, int) and not resource.id_repeats:
            if record_id in seen:
                message = f"id {record_id} is already used by {seen[record_id]}"
                yield Mistake(f"{record_place}.{resource.id_field}", message)
            seen.setdefault(record_id, record_place)


def _record_form(resource: Resource) -> str:
    return "an object" if resource in KEY_LINK_RESOURCES else f"an object or just an id ({ID_DESCRIPTION})"
