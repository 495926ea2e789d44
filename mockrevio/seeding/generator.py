"""Coherent fake Rev.io data: complete fixture documents, or more records of one entity type.

The fields, their types and evidence labels are those of `revio.resources`; dates have Rev.io's format
(D); all values are invented (A). References resolve, a charge belongs to the customer of its bill, and
dates are in chronological order. Nothing here depends on today's date or the global random state. Names
come from Faker, whose word lists change between versions: a seed gives the same bytes with the same
version of Faker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from mockrevio.errors import UnknownEntityType
from mockrevio.revio.resources import ENTITIES, Record, resource_of_entity_type
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import LAST_DAY, OPENING_DAY, Batch, Existing, date_of, start_date
from mockrevio.seeding.factories import FACTORIES
from mockrevio.seeding.fake_data import FakeData

SYSTEMS: Sequence[Record] = [
    {"integration_system_id": system.id, "system_name": system.name} for system in vocabulary.SYSTEMS
]
"""The integration systems of a generated document. D: SALESFORCE is 4; A: all the others."""

FIRST_ID = 1001
"""D: Rev.io's ids start near 1001."""


def make_document(
    counts: Mapping[str, int], *, key_links: int = 0, seed: int | None = None
) -> dict[str, Any]:
    """Generate a fixture document with `counts` records of each entity type and `key_links` key links.

    It has every part of a fixture except `next_ids`; a type without a count has an empty list. Record
    ids start at 1001 (D), key link ids at 1. Without records there are no key links. Without a seed,
    each call generates a different document.

    Raises UnknownEntityType if `counts` has a type that is not one of Rev.io's twelve.
    """
    for type_name in counts:
        if type_name not in ENTITIES:
            raise UnknownEntityType(
                f"unknown entity type {type_name!r}; Rev.io's types are {', '.join(ENTITIES)}"
            )
    fake = FakeData(Random(seed))  # noqa: S311 (fake data is not secret)
    entities: dict[str, list[Record]] = {type_name: [] for type_name in ENTITIES}
    for type_name in FACTORIES:
        entities[type_name] = _generate(type_name, counts.get(type_name, 0), entities, FIRST_ID, fake)
    return catalog_document() | {
        "entities": entities,
        "key_links": _key_links(key_links, entities, fake),
        "faults": [],
        "settings": {},
    }


def generate_records(
    type_name: str,
    count: int,
    existing: Mapping[str, Sequence[Record | int]],
    first_id: int,
    random: Random,
) -> list[Record]:
    """Generate `count` more records of one entity type, with ids from `first_id`.

    They refer to records in `existing`, which has records by type and is not changed; a reference to a
    type without records is None. As in a fixture, an existing record may be incomplete or just an id.
    Missing values are generated, so references always resolve, but with ids alone a charge may belong to
    another customer than its bill. `random` is the only random source: the same arguments and the same
    random state give the same records. Records of a user-defined type have only an id.
    """
    if type_name not in FACTORIES:
        return [{resource_of_entity_type(type_name).id_field: first_id + n} for n in range(count)]
    known = {name: [_as_record(name, item) for item in records] for name, records in existing.items()}
    return _generate(type_name, count, known, first_id, FakeData(random))


def catalog_document() -> dict[str, Any]:
    """The systems and entity types of Rev.io, without records."""
    return {
        "schema": 1,
        "integration_systems": [dict(system) for system in SYSTEMS],
        "integration_entity_types": [
            {"integration_entity_type_id": type_id, "entity_type_name": name}
            for name, type_id in _TYPE_IDS.items()
        ],
    }


def _generate(type_name: str, count: int, existing: Existing, first_id: int, fake: FakeData) -> list[Record]:
    resource = ENTITIES[type_name]
    batch = Batch(type_name, existing, fake)
    drafts = [FACTORIES[type_name](batch) for _ in range(count)]
    drafts.sort(key=start_date)  # so that ids increase with time, as in a real system
    records = [
        resource.with_all_fields({resource.id_field: first_id + n, **draft}) for n, draft in enumerate(drafts)
    ]
    for field in resource.fields.values():
        if field.refers_to == type_name:
            _choose_parents(records, field.name, batch)
    return records


def _choose_parents(records: Sequence[Record], field: str, batch: Batch) -> None:
    """Give a few records an older record of their own type as parent, which rules out cycles."""
    id_field = resource_of_entity_type(batch.type_name).id_field
    older_ids = [record[id_field] for record in batch.existing.get(batch.type_name, ())]
    for record in records:
        if older_ids and batch.fake.chance(0.12):
            record[field] = batch.fake.random.choice(older_ids)
        older_ids.append(record[id_field])


_TYPE_IDS: Mapping[str, int] = {name: type_id for type_id, name in enumerate(ENTITIES, 1)}


def _key_links(count: int, entities: Existing, fake: FakeData) -> list[Record]:
    """Generate distinct key links to existing records; few records have two in the same system."""
    non_empty = [type_name for type_name in entities if entities[type_name]]
    systems = [system for system in vocabulary.SYSTEMS if set(system.types) & set(non_empty)]
    drafts: list[Record] = []
    seen: set[tuple[object, ...]] = set()
    while systems and len(drafts) < count:
        system = fake.weighted_choice(systems, [system.weight for system in systems])
        types = [type_name for type_name in system.types if type_name in non_empty]
        type_name = fake.weighted_choice(
            types, [vocabulary.TYPE_WEIGHTS.get(type_name, 1) for type_name in types]
        )
        draft = _key_link(system, type_name, fake.random.choice(entities[type_name]), fake)
        internal_key = (system.id, type_name, draft["internal_id"])
        external_key = (system.id, draft["external_id"])
        if external_key not in seen and (internal_key not in seen or fake.chance(0.04)):
            seen |= {internal_key, external_key}
            drafts.append(draft)
    drafts.sort(key=start_date)
    return [{"integration_key_link_id": link_id, **draft} for link_id, draft in enumerate(drafts, 1)]


def _key_link(system: vocabulary.System, type_name: str, record: Record, fake: FakeData) -> Record:
    start = date_of(record, "created_date", date_of(record, "activated_date", OPENING_DAY))
    return {
        "integration_system_id": system.id,
        "integration_entity_type_id": _TYPE_IDS[type_name],
        "internal_id": record[ENTITIES[type_name].id_field],
        "external_id": fake.external_id(system, type_name),
        "created_date": format_date(fake.datetime_between(start, LAST_DAY)),
        "created_by": f"{system.name.lower()}.sync",
    }


def _as_record(type_name: str, item: Record | int) -> Record:
    return item if isinstance(item, dict) else {resource_of_entity_type(type_name).id_field: item}
