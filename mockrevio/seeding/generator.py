"""Coherent fake Rev.io data: complete fixture documents, or more records of one resource.

The fields, their kinds and evidence labels are those of the table of resources; dates have Rev.io's format
(D); all values are invented (A). References resolve, a charge belongs to the customer of its bill, and
dates are in chronological order. Nothing here depends on the real date or the global random state. Names
come from Faker, whose word lists change between versions: a seed gives the same bytes with the same
version of Faker.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from mockrevio.cancellation import cancellable
from mockrevio.errors import UnknownEntityType
from mockrevio.revio.fields import Field, Record
from mockrevio.revio.resources import BUILT_IN, ENTITIES, KEY_LINK_RESOURCES, USERS, Resource, Resources
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import Batch, start_date
from mockrevio.seeding.completions import COMPLETIONS, Tables
from mockrevio.seeding.default_values import RecordCompleter
from mockrevio.seeding.factories import FACTORIES
from mockrevio.seeding.factories.lookups import lookup_row, lookup_rows
from mockrevio.seeding.factories.services import is_assignable
from mockrevio.seeding.fake_data import DOCUMENT_DAY, FakeData, last_day_before
from mockrevio.seeding.key_link_factory import TYPE_IDS, make_key_links
from mockrevio.spelling import closest

SYSTEMS: Sequence[Record] = [
    {"integration_system_id": system.id, "system_name": system.name} for system in vocabulary.SYSTEMS
]
"""The integration systems of a generated document. D: SALESFORCE is 4; A: all the others."""

FIRST_ID = 1001
"""D: Rev.io's ids start near 1001. A: those of look-up tables start at 1."""

_WEBHOOKS = ("WebhookReceivers", "WebhookSubscriptions")
GENERATED: Mapping[str, Resource] = {
    # By entity type or path. Key links are generated separately, webhooks never: they would call URLs.
    resource.entity_type or resource.path: resource
    for resource in BUILT_IN
    if resource not in KEY_LINK_RESOURCES and resource.path not in _WEBHOOKS
}

_PAIRED_TABLES: Mapping[str, Sequence[str]] = {
    "ServiceInventory": ("INVENTORY_ITEM", "SERVICE"),
    "OrderServices": ("Orders", "SERVICE"),
    "OrderServiceProducts": ("Orders", "SERVICE_PRODUCT"),
}
"""What pairs are made of: without an explicit count, there are twice as many of these as of the pairs."""

_PARENT_SHARE = 0.12
_ASSIGNED_SHARE = 0.65


def make_document(
    counts: Mapping[str, int], *, key_links: int = 0, seed: int | None = None
) -> dict[str, Any]:
    """Generate a fixture document with `counts` records of each resource and `key_links` key links.

    The resources are named by entity type or path, in any case. Those without a count have no records,
    except look-up tables, which are filled if anything refers to them, and ServiceInventory, which follows
    from the inventory and the services. There is at most one ServiceInventory for each inventory item. Ids
    start at 1001 (D), those of look-up tables and key links at 1. Without records there are no key links.
    Without a seed, each call generates a different document.

    Raises UnknownEntityType if `counts` names a resource that does not exist.
    """
    amounts = _record_counts(counts)
    fake = FakeData(Random(seed))  # noqa: S311 (fake data is not secret)
    tables: Tables = {resource.table: [] for resource in GENERATED.values()}
    for table in _generation_order():
        _add_table(table, amounts, tables, fake)
    links = make_key_links(key_links, tables, fake)
    records = {
        name: [order_fields(resource.fields, record) for record in tables[resource.table]]
        for name, resource in GENERATED.items()
    }
    return catalog_document() | {
        "entities": {name: records[name] for name in ENTITIES},
        "records": {name: rows for name, rows in records.items() if rows and name not in ENTITIES},
        "key_links": links,
        "faults": [],
        "settings": {},
    }


def generate_records(
    resource: Resource,
    count: int,
    existing: Mapping[str, Sequence[Record | int]],
    first_id: int,
    random: Random,
    *,
    resources: Resources = BUILT_IN,
    now: datetime | None = None,
) -> list[Record]:
    """Generate `count` more records of one resource, with ids from `first_id`.

    They refer to records in `existing`, which has records by table and is not changed; a reference to a
    table without records is left out. As in a fixture, an existing record may be incomplete or just an id.
    Missing values are generated, so references always resolve, but with ids alone a charge may belong to
    another customer than its bill. Lists of pairs have the ids of existing records. `random` is the only
    random source: the same arguments and the same random state give the same records. `resources` are
    those of the world, where a fixture declares some. Nothing has happened on the day of `now` or later,
    except to what the records refer to; without `now`, the last day is that of generated documents.
    """
    last_day = DOCUMENT_DAY if now is None else last_day_before(now)
    batch = Batch(resource, existing, FakeData(random, last_day), resources)
    records = _generate(batch, count, first_id)
    return [order_fields(resource.fields, record) for record in cancellable(records)]


def resource_named(name: str) -> Resource:
    """The resource with this entity type or path, in any case. Raises UnknownEntityType, with what exists."""
    by_name = {known.lower(): resource for known, resource in GENERATED.items()}
    by_name |= {resource.path.lower(): resource for resource in GENERATED.values()}
    resource = by_name.get(name.lower())
    if resource is None:
        nearest = closest(name.lower(), by_name)
        spelling = next((known for known in _known_names() if known.lower() == nearest), None)
        hint = f"did you mean {spelling}? Otherwise expected" if spelling else "expected"
        raise UnknownEntityType(
            f"unknown entity type or endpoint {name!r}; {hint} one of {', '.join(GENERATED)}"
        )
    return resource


def _known_names() -> list[str]:
    return [*GENERATED, *(resource.path for resource in GENERATED.values())]


def catalog_document() -> dict[str, Any]:
    """The systems and entity types of Rev.io, without records."""
    return {
        "schema": 1,
        "integration_systems": [dict(system) for system in SYSTEMS],
        "integration_entity_types": [
            {"integration_entity_type_id": type_id, "entity_type_name": name}
            for name, type_id in TYPE_IDS.items()
        ],
    }


# What a document has.


def _generation_order() -> list[str]:
    """All tables; what others refer to comes first."""
    return list(dict.fromkeys([*lookup_rows(), *FACTORIES, *(r.table for r in GENERATED.values())]))


def _record_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """The number of records by table, with those of the look-up tables that others refer to."""
    amounts = {resource_named(name).table: count for name, count in counts.items()}
    for pairs, halves in _PAIRED_TABLES.items():
        for table in halves if pairs in amounts else ():
            amounts.setdefault(table, 2 * amounts[pairs])
    pending = [table for table, count in amounts.items() if count]
    while pending:
        for path in _references(BUILT_IN.of_entity_type(pending.pop()).fields):
            if path in lookup_rows() and path not in amounts:
                amounts[path] = len(lookup_rows()[path])
                pending.append(path)
    return amounts


def _references(fields: Mapping[str, Field]) -> Iterator[str]:
    for field in fields.values():
        if field.refers_to:
            yield field.refers_to
        yield from _references(field.fields)


def _add_table(table: str, amounts: Mapping[str, int], tables: Tables, fake: FakeData) -> None:
    count = amounts.get(table, 0)
    if table == "ServiceInventory":
        count = _assigned_item_count(amounts, tables)
    first_id = 1 if table in lookup_rows() and table != USERS.table else FIRST_ID
    batch = Batch(BUILT_IN.of_entity_type(table), tables, fake)
    tables[table] = _generate(batch, count, first_id)
    if table in COMPLETIONS:
        COMPLETIONS[table](tables, fake)


def _assigned_item_count(amounts: Mapping[str, int], tables: Tables) -> int:
    """The number of inventory items that services use."""
    items = sum(map(is_assignable, tables["INVENTORY_ITEM"]))
    if not items or not tables["SERVICE"]:
        return 0
    return min(items, amounts.get("ServiceInventory", round(items * _ASSIGNED_SHARE)))


# Records.


def _generate(batch: Batch, count: int, first_id: int) -> list[Record]:
    resource = batch.resource
    is_lookup = resource.table in lookup_rows()
    factory = lookup_row if is_lookup else FACTORIES.get(resource.table, lambda _batch: {})
    complete = RecordCompleter(resource).complete
    drafts = [complete(factory(batch), batch) for _ in cancellable(range(count))]
    if not is_lookup:
        drafts.sort(key=start_date)  # so that ids increase with time, as in a real system
    own_members = _references_to_itself(resource)
    for record_id, draft in enumerate(drafts, first_id):
        if not (resource.id_repeats and draft.get(resource.id_field)):
            draft[resource.id_field] = record_id
        for name, member in own_members:
            if draft.get(name):
                draft[name][member] = draft[resource.id_field]
    _choose_parents(drafts, batch)
    return drafts


def _references_to_itself(resource: Resource) -> list[tuple[str, str]]:
    """The members of objects that hold the id of the record itself."""
    return [
        (name, member.name)
        for name, field in resource.fields.items()
        if field.kind == "object"
        for member in field.fields.values()
        if member.refers_to == resource.path
    ]


def _choose_parents(records: Sequence[Record], batch: Batch) -> None:
    """Give a few records an older record of their own as parent, which rules out cycles.

    All users are created by the first one, also that one itself.
    """
    resource = batch.resource
    for field in resource.references:
        if field.refers_to != resource.path or field.kind == "list":
            continue
        older_ids = [record[resource.id_field] for record in batch.records(resource.table)]
        is_creator = field.name == "created_by"
        for record in cancellable(records):
            if is_creator:
                older_ids = older_ids or [record[resource.id_field]]
                record.setdefault(field.name, older_ids[0])
            elif older_ids and field.name not in record and batch.fake.chance(_PARENT_SHARE):
                record[field.name] = batch.fake.random.choice(older_ids)
            older_ids.append(record[resource.id_field])
    if "is_parent" in resource.fields:
        parents = {record.get(f"parent_{resource.id_field}") for record in records}
        for record in records:
            record["is_parent"] = record[resource.id_field] in parents


def order_fields(fields: Mapping[str, Field], record: Mapping[str, Any]) -> Record:
    """The record with its fields in Rev.io's order, without those that are unset."""
    arranged: Record = {}
    for name, field in fields.items():
        value = record.get(name)
        if field.kind == "object" and value is not None:
            value = order_fields(field.fields, value) or None
        if value is not None:
            arranged[name] = value
    return arranged
