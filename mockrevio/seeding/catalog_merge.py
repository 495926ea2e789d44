"""Merging the systems and entity types of fixtures: by name, since their ids differ between tenants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from mockrevio.cancellation import cancellable
from mockrevio.errors import Mistake
from mockrevio.revio.fields import Field, Record
from mockrevio.revio.resources import (
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    Resource,
    Resources,
)
from mockrevio.storage import Tables

NAME_FIELDS: Sequence[tuple[Resource, str]] = (
    (INTEGRATION_SYSTEM, "system_name"),
    (INTEGRATION_ENTITY_TYPE, "entity_type_name"),
)

Places = MutableMapping[tuple[str, int], str]


class EarlierRecords(NamedTuple):
    """What the documents before have: tables, the place of each record, and key links that have no id yet."""

    tables: Tables
    places: Places
    unnumbered: list[tuple[str, Record]]
    resources: Resources


def merge_catalogs(source: str, document: Mapping[str, Any], earlier: EarlierRecords) -> Iterator[Mistake]:
    """Adapt earlier records to the systems and entity types of a document that is about to be added.

    An earlier record of the same name is removed even if its id differs, and references to it follow. If a
    known name takes the id of an earlier record of another name, that one gets a free id, and references to
    it follow, too. A new name with an earlier id replaces the earlier record, as everywhere; that is a
    warning if anything refers to it.
    """
    for resource, name_field in NAME_FIELDS:
        later: Sequence[Record] = document.get(resource.table, ())
        table = earlier.tables[resource.table]
        if not table or not later:
            continue
        new_names = {record[resource.id_field]: record[name_field].casefold() for record in later}
        names = {record_id: record[name_field].casefold() for record_id, record in table.items()}
        moves = _Moves.between(names, new_names)
        references = _count_references(resource, earlier) if moves.renamed else {}
        for index, record in enumerate(later):
            record_id = record[resource.id_field]
            if record_id in moves.renamed and record_id in references:
                message = (
                    f"replaces {table[record_id][name_field]}, which has the same id {record_id}; what "
                    f"refers to it ({references[record_id]}) leads to {record[name_field]} now; use another "
                    "id to keep both"
                )
                yield Mistake(f"{source}: {resource.table}[{index}]", message, fatal=False)
        if moves.new_ids:
            _renumber(resource, moves, earlier)
            _translate_references(resource, _translator(moves.new_ids), earlier)


def _translator(new_ids: Mapping[int, int]) -> Callable[[int], int]:
    return lambda record_id: new_ids.get(record_id, record_id)


class _Moves(NamedTuple):
    """What becomes of the ids of earlier records."""

    new_ids: Mapping[int, int]
    displaced: frozenset[int]
    """Those of the records that stay, under another id."""
    renamed: frozenset[int]
    """Those whose records are replaced by one of a new name."""

    @classmethod
    def between(cls, names: Mapping[int, str], new_names: Mapping[int, str]) -> _Moves:
        """What becomes of them if these names are followed by new ones; both are by id."""
        new_id_of = {name: record_id for record_id, name in reversed(list(new_names.items()))}
        new_ids = {
            record_id: new_id_of[name]
            for record_id, name in names.items()
            if name in new_id_of and new_names.get(record_id) != name
        }
        known = set(names.values())
        replaced = [
            record_id for record_id in names if record_id in new_names and names[record_id] not in new_id_of
        ]
        displaced = [record_id for record_id in replaced if new_names[record_id] in known]
        free_ids = (number for number in count(1) if number not in names and number not in new_names)
        new_ids.update(zip(displaced, free_ids, strict=False))
        return cls(new_ids, frozenset(displaced), frozenset(replaced) - frozenset(displaced))


def _renumber(resource: Resource, moves: _Moves, earlier: EarlierRecords) -> None:
    """Remove the records that the document has under another id, and renumber the displaced ones."""
    table, places = earlier.tables[resource.table], earlier.places
    moved = {record_id: table.pop(record_id) for record_id in moves.new_ids}
    moved_places = {record_id: places.pop((resource.table, record_id), "") for record_id in moved}
    for record_id in sorted(moves.displaced):
        new_id = moves.new_ids[record_id]
        table[new_id] = moved[record_id] | {resource.id_field: new_id}
        places[resource.table, new_id] = moved_places[record_id]


def _count_references(resource: Resource, earlier: EarlierRecords) -> Counter[int]:
    """How many earlier records refer to each record of a resource."""
    references: Counter[int] = Counter()

    def count_reference(record_id: int) -> int:
        references[record_id] += 1
        return record_id

    _translate_references(resource, count_reference, earlier)
    return references


def _translate_references(target: Resource, translate: Callable[[int], int], earlier: EarlierRecords) -> None:
    """Translate the ids of a resource's records wherever earlier records refer to them."""

    def translated(fields: Sequence[Field], record: Record) -> Record:
        return record | {
            field.name: _translated(field, record[field.name], target, translate)
            for field in fields
            if field.name in record
        }

    for name, table in earlier.tables.items():
        resource = earlier.resources.of_table(name)
        fields = _fields_with_references(resource, target) if resource else []
        if fields:
            table.update({key: translated(fields, record) for key, record in cancellable(table.items())})
    fields = _fields_with_references(INTEGRATION_KEY_LINK, target)
    earlier.unnumbered[:] = [(place, translated(fields, link)) for place, link in earlier.unnumbered]


def _fields_with_references(resource: Resource, target: Resource) -> list[Field]:
    return [field for field in resource.fields.values() if _refers(field, target)]


def _refers(field: Field, target: Resource) -> bool:
    is_reference = (field.refers_to or "").lower() == target.path.lower()
    return is_reference or any(_refers(member, target) for member in field.fields.values())


def _translated(field: Field, value: Any, target: Resource, translate: Callable[[int], int]) -> Any:
    if isinstance(value, list):
        return [_translated(field, item, target, translate) for item in value]
    if isinstance(value, dict):
        members = [member for member in field.fields.values() if member.name in value]
        return value | {
            member.name: _translated(member, value[member.name], target, translate)
            for member in members
            if _refers(member, target)
        }
    return translate(value) if type(value) is int else value
