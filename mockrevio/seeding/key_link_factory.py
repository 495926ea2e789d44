"""Generated key links: ids of other systems for the records of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockrevio.revio.fields import Record
from mockrevio.revio.resources import ENTITIES
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import creation_date, start_date
from mockrevio.seeding.fake_data import FakeData

Tables = Mapping[str, Sequence[Record]]

TYPE_IDS: Mapping[str, int] = {name: type_id for type_id, name in enumerate(ENTITIES, 1)}


def make_key_links(count: int, tables: Tables, fake: FakeData) -> list[Record]:
    """Generate distinct key links to existing records; few records have two in the same system."""
    non_empty = [type_name for type_name in ENTITIES if tables[type_name]]
    systems = [system for system in vocabulary.SYSTEMS if set(system.types) & set(non_empty)]
    users = {user["login_name"]: user["user_id"] for user in tables["Users"]}
    drafts: list[Record] = []
    seen: set[tuple[object, ...]] = set()
    while systems and len(drafts) < count:
        system = fake.weighted_choice(systems, [system.weight for system in systems])
        types = [type_name for type_name in system.types if type_name in non_empty]
        type_name = fake.weighted_choice(
            types, [vocabulary.TYPE_WEIGHTS.get(type_name, 1) for type_name in types]
        )
        draft = _key_link(system, type_name, fake.random.choice(tables[type_name]), users, fake)
        internal_key = (system.id, type_name, draft["internal_id"])
        external_key = (system.id, draft["external_id"])
        if external_key not in seen and (internal_key not in seen or fake.chance(0.04)):
            seen |= {internal_key, external_key}
            drafts.append(draft)
    drafts.sort(key=start_date)
    return [{"integration_key_link_id": link_id, **draft} for link_id, draft in enumerate(drafts, 1)]


def _key_link(
    system: vocabulary.System, type_name: str, record: Record, users: Mapping[str, int], fake: FakeData
) -> Record:
    by_login = (f"{system.name.lower()}.sync", vocabulary.OTHER_SYNC_LOGIN)
    creator = next((users[login] for login in by_login if login in users), None)
    draft = {
        "integration_system_id": system.id,
        "integration_entity_type_id": TYPE_IDS[type_name],
        "internal_id": record[ENTITIES[type_name].id_field],
        "external_id": fake.external_id(system, type_name),
        "created_date": format_date(fake.datetime_between(creation_date(record, fake), fake.last_day)),
    }
    return draft | ({"created_by": creator} if creator else {})
