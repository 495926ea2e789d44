"""What a record refers to, and what refers to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mockrevio.cancellation import cancellable
from mockrevio.revio.fields import Field, Record
from mockrevio.revio.listings import Listings
from mockrevio.revio.resources import KEY_LINK_RESOURCES, Resource, cached_in_resource

MAX_EXAMPLES = 5
"""How many of the records that refer to one are returned."""


class ReferenceField(NamedTuple):
    """A field that holds ids: the names that lead to it, and the path of the resource that they are of."""

    path: tuple[str, ...]
    target: str

    @property
    def name(self) -> str:
        """The field as filters name it: `credit_card.bank_id`."""
        return ".".join(self.path)

    def ids(self, record: Mapping[str, Any]) -> Iterator[int]:
        """The ids in a record; 0 stands for none (D)."""
        values: Iterable[Any] = (record,)
        for name in self.path:
            members = (value.get(name) for value in values if isinstance(value, dict))
            values = [
                item for member in members for item in (member if isinstance(member, list) else [member])
            ]
        return (value for value in values if type(value) is int and value != 0)

    def refers_to(self, record: Mapping[str, Any], record_id: int) -> bool:
        """Whether a record has this id here."""
        if len(self.path) == 1:  # nearly all of them, and a table may have many records
            value = record.get(self.path[0])
            return value == record_id or (isinstance(value, list) and record_id in value)
        return record_id in self.ids(record)


@cached_in_resource
def reference_fields(resource: Resource) -> Sequence[ReferenceField]:
    """The fields of a resource that hold ids of others, at any depth, without its own id."""
    return [found for field in resource.fields.values() for found in _reference_fields(field, ())]


def _reference_fields(field: Field, outer: tuple[str, ...]) -> Iterator[ReferenceField]:
    path = (*outer, field.name)
    if field.refers_to is not None:
        yield ReferenceField(path, field.refers_to)
    for member in field.fields.values():
        yield from _reference_fields(member, path)


def references_from(listings: Listings, resource: Resource, record: Mapping[str, Any]) -> list[Record]:
    """What a record refers to, in the order of its fields, without itself."""
    found = []
    own_id = record[resource.id_field]
    for field in reference_fields(resource):
        target = listings.resources.at(field.target.lower())
        for record_id in dict.fromkeys(field.ids(record)):
            if target is resource and record_id == own_id:
                continue
            referred = None if target is None else listings.labels.record(target, record_id)
            label = None if target is None or referred is None else listings.labels.of(target, referred)
            found.append(
                {
                    "field": field.name,
                    "resource": field.target if target is None else target.path,
                    "name": field.target if target is None else listings.name_of(target),
                    "id": record_id,
                    "label": label,
                    "exists": referred is not None,
                }
            )
    return found


def references_to(listings: Listings, resource: Resource, record_id: int) -> list[Record]:
    """Which fields of other records refer to one, with the number of these records and the first of them."""
    found = []
    for other in listings.resources:
        if other in KEY_LINK_RESOURCES:
            continue
        for field in reference_fields(other):
            if field.target.lower() != resource.path.lower():
                continue
            records = [
                record
                for record in cancellable(listings.stored(other))
                if field.refers_to(record, record_id)
                and not (other is resource and record[other.id_field] == record_id)
            ]
            if records:
                found.append(
                    {
                        "resource": other.path,
                        "name": listings.name_of(other),
                        "field": field.name,
                        "count": len(records),
                        "records": [
                            {"id": record[other.id_field], "label": listings.labels.of(other, record)}
                            for record in records[:MAX_EXAMPLES]
                        ],
                    }
                )
    return found
