"""Coherent fake Rev.io data: whole fixture documents, or more records of one entity type.

The fields and their types are those of `wire.schema`, with its evidence labels; dates look as
Rev.io's do (D); every value is invented (A). References resolve, a charge belongs to the customer of
its bill, and dates come in their natural order. Nothing here reads today's date or the global random
state. Names come from Faker, whose word lists change now and then: a seed gives the same bytes for
as long as the installed Faker stays the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from mockrevio.documents import dump_document
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
"""The integration systems of a made document. D: SALESFORCE is 4; A: all the others."""

FIRST_ID = 1001
"""D: Rev.io's ids start near 1001."""


class FixtureRecipe(NamedTuple):
    """The arguments of `make_document` for a fixture that mockrevio ships."""

    counts: Mapping[str, int]
    key_links: int
    seed: int


DEFAULT_RECIPE = FixtureRecipe(dict.fromkeys(ENTITIES, 25), key_links=0, seed=5)
DEMO_RECIPE = FixtureRecipe(
    {
        "AGENT": 8,
        "BILL": 450,
        "CONTACT": 230,
        "CUSTOMER": 150,
        "SERVICE_PRODUCT": 400,
        "CREDIT": 60,
        "CHARGE": 600,
        "SERVICE": 250,
        "PAYMENT": 300,
        "PRODUCT": 40,
        "ADDRESS": 200,
        "INVENTORY_ITEM": 180,
    },
    key_links=260,
    seed=150,
)


def make_document(
    counts: Mapping[str, int], *, key_links: int = 0, seed: int | None = None
) -> dict[str, Any]:
    """A whole fixture document with so many records per entity type and so many key links.

    It has every part of a fixture but `next_ids`; a type without a count has an empty list. Records
    count up from 1001 (D), key links from 1. Where there are no records there is nothing to link,
    hence no key link. Without a seed, every call makes another document.

    Raises UnknownEntityType for a count of a type that is not one of Rev.io's twelve.
    """
    for type_name in counts:
        if type_name not in ENTITIES:
            raise UnknownEntityType(f"'{type_name}' is none of the entity types {', '.join(ENTITIES)}.")
    fake = FakeData(Random(seed))  # noqa: S311 (fake data holds no secrets)
    entities: dict[str, list[Record]] = {type_name: [] for type_name in ENTITIES}
    for type_name in FACTORIES:
        entities[type_name] = _generate(type_name, counts.get(type_name, 0), entities, FIRST_ID, fake)
    return _catalog_document() | {
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
    """`count` more records of one entity type, with ids from `first_id`.

    Their references point at what `existing` holds by type, which is only read; a reference to a
    type that it has none of is None. As in a fixture, a record there may be incomplete or its id
    alone: what it lacks is made up, so that from ids alone every reference resolves, but a charge
    may belong to another customer than its bill. `random` is the only source of chance: the same
    arguments and the same state of it give the same records. Of a type that a user invented, records
    have just an id.
    """
    if type_name not in FACTORIES:
        return [{resource_of_entity_type(type_name).id_field: first_id + n} for n in range(count)]
    complete = {name: [_as_record(name, given) for given in records] for name, records in existing.items()}
    return _generate(type_name, count, complete, first_id, FakeData(random))


def write_shipped_fixtures(folder: Path) -> None:
    """Make the fixtures that mockrevio ships once more: default.json, empty.json and demo.json.

    `python -c 'from pathlib import Path; from mockrevio.seeding import generator;
    seeding.write_fixtures(Path("fixtures"))'`
    """
    documents = {
        "default": make_document(
            DEFAULT_RECIPE.counts, key_links=DEFAULT_RECIPE.key_links, seed=DEFAULT_RECIPE.seed
        ),
        "empty": _catalog_document() | {"entities": {}, "key_links": []},
        "demo": make_document(DEMO_RECIPE.counts, key_links=DEMO_RECIPE.key_links, seed=DEMO_RECIPE.seed),
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(dump_document(document), encoding="utf-8", newline="\n")


def _catalog_document() -> dict[str, Any]:
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
    drafts.sort(key=start_date)  # so that ids rise with time, as a real system's do
    records = [
        resource.with_all_fields({resource.id_field: first_id + n, **draft}) for n, draft in enumerate(drafts)
    ]
    for field in resource.fields.values():
        if field.refers_to == type_name:
            _choose_parents(records, field.name, batch)
    return records


def _choose_parents(records: Sequence[Record], field: str, batch: Batch) -> None:
    """Let a few records belong to an older one of their own type, which keeps families free of loops."""
    id_field = resource_of_entity_type(batch.type_name).id_field
    older = [record[id_field] for record in batch.existing.get(batch.type_name, ())]
    for record in records:
        if older and batch.fake.chance(0.12):
            record[field] = batch.fake.random.choice(older)
        older.append(record[id_field])


_TYPE_IDS: Mapping[str, int] = {name: type_id for type_id, name in enumerate(ENTITIES, 1)}


def _key_links(count: int, entities: Existing, fake: FakeData) -> list[Record]:
    """Key links to records that exist, no two alike; few records have two in one system."""
    filled = [type_name for type_name in entities if entities[type_name]]
    systems = [system for system in vocabulary.SYSTEMS if set(system.types) & set(filled)]
    drafts: list[Record] = []
    seen: set[tuple[object, ...]] = set()
    while systems and len(drafts) < count:
        system = fake.weighted_choice(systems, [system.weight for system in systems])
        types = [type_name for type_name in system.types if type_name in filled]
        type_name = fake.weighted_choice(
            types, [vocabulary.TYPE_WEIGHTS.get(type_name, 1) for type_name in types]
        )
        draft = _key_link(system, type_name, fake.random.choice(entities[type_name]), fake)
        record = (system.id, type_name, draft["internal_id"])
        external = (system.id, draft["external_id"])
        if external not in seen and (record not in seen or fake.chance(0.04)):
            seen |= {record, external}
            drafts.append(draft)
    drafts.sort(key=start_date)
    return [{"integration_key_link_id": number, **draft} for number, draft in enumerate(drafts, 1)]


def _key_link(system: vocabulary.System, type_name: str, record: Record, fake: FakeData) -> Record:
    begun = date_of(record, "created_date", date_of(record, "activated_date", OPENING_DAY))
    return {
        "integration_system_id": system.id,
        "integration_entity_type_id": _TYPE_IDS[type_name],
        "internal_id": record[ENTITIES[type_name].id_field],
        "external_id": fake.external_id(system, type_name),
        "created_date": format_date(fake.datetime_between(begun, LAST_DAY)),
        "created_by": f"{system.name.lower()}.sync",
    }


def _as_record(type_name: str, given: Record | int) -> Record:
    return given if isinstance(given, dict) else {resource_of_entity_type(type_name).id_field: given}
