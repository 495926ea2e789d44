"""Coherent fake Rev.io data: whole fixture documents, or more records of one entity type.

The fields and their types are those of `wire.schema`, with its evidence labels; dates look as
Rev.io's do (D); every value is invented (A). References resolve, a charge belongs to the customer of
its bill, and dates come in their natural order. Nothing here reads today's date or the global random
state. Names come from Faker, whose word lists change now and then: a seed gives the same bytes for
as long as the installed Faker stays the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from mockrevio.documents import dump
from mockrevio.errors import UnknownEntityType
from mockrevio.wire.schema import ENTITIES, Record, entity_resource
from mockrevio.world import seeding_words as words
from mockrevio.world.seeding_words import Dice

Existing = Mapping[str, Sequence[Record]]

SYSTEMS: Sequence[Record] = [
    {"integration_system_id": system.id, "system_name": system.name} for system in words.SYSTEM_WORDS
]
"""The integration systems of a made document. D: SALESFORCE is 4; A: all the others."""

FIRST_ID = 1001
"""D: Rev.io's ids start near 1001."""

FIRST_DAY = datetime.fromisoformat("2016-10-21")
OPENING_DAY = datetime.fromisoformat("2018-01-01")
LAST_DAY = datetime.fromisoformat("2026-01-31")
"""The made data's "today": nothing has happened after it, though a bill may fall due later."""


class Recipe(NamedTuple):
    """The arguments of `make_document` for a fixture that mockrevio ships."""

    counts: Mapping[str, int]
    key_links: int
    seed: int


DEFAULT = Recipe(dict.fromkeys(ENTITIES, 25), key_links=0, seed=5)
DEMO = Recipe(
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
    dice = Dice(Random(seed))  # noqa: S311 (fake data holds no secrets)
    entities: dict[str, list[Record]] = {type_name: [] for type_name in ENTITIES}
    for type_name in _MAKERS:
        entities[type_name] = _fill(type_name, counts.get(type_name, 0), entities, FIRST_ID, dice)
    return _catalog() | {
        "entities": entities,
        "key_links": _key_links(key_links, entities, dice),
        "faults": [],
        "settings": {},
    }


def fill(
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
    if type_name not in _MAKERS:
        return [{entity_resource(type_name).id_field: first_id + n} for n in range(count)]
    whole = {name: [_whole(name, given) for given in records] for name, records in existing.items()}
    return _fill(type_name, count, whole, first_id, Dice(random))


def write_fixtures(folder: Path) -> None:
    """Make the fixtures that mockrevio ships once more: default.json, empty.json and demo.json.

    `python -c 'from pathlib import Path; from mockrevio.world import seeding;
    seeding.write_fixtures(Path("fixtures"))'`
    """
    documents = {
        "default": make_document(DEFAULT.counts, key_links=DEFAULT.key_links, seed=DEFAULT.seed),
        "empty": _catalog() | {"entities": {}, "key_links": []},
        "demo": make_document(DEMO.counts, key_links=DEMO.key_links, seed=DEMO.seed),
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(dump(document), encoding="utf-8", newline="\n")


def _catalog() -> dict[str, Any]:
    return {
        "schema": 1,
        "integration_systems": [dict(system) for system in SYSTEMS],
        "integration_entity_types": [
            {"integration_entity_type_id": type_id, "entity_type_name": name}
            for name, type_id in _TYPE_IDS.items()
        ],
    }


class _Batch:
    """The making of several records of one type: the dice, and what exists already."""

    def __init__(self, type_name: str, existing: Existing, dice: Dice) -> None:
        self.dice = dice
        self.type_name = type_name
        self.existing = existing
        self._held = Counter(record.get("customer_id") for record in existing.get(type_name, ()))
        self._waiting: dict[str, list[Record]] = {}

    def any(self, type_name: str) -> Record:
        """Some record of a type; an empty one, whose fields are all None, if there is none."""
        records = self.existing.get(type_name)
        return self.dice.random.choice(records) if records else {}

    def next(self, type_name: str) -> Record:
        """Each record of a type that none of this batch's type refers to yet, in turn; then any."""
        if type_name not in self._waiting:
            id_field = entity_resource(type_name).id_field
            used = {record.get(id_field) for record in self.existing.get(self.type_name, ())}
            unused = [record for record in self.existing.get(type_name, ()) if record[id_field] not in used]
            self._waiting[type_name] = unused[::-1]
        waiting = self._waiting[type_name]
        return waiting.pop() if waiting else self.any(type_name)

    def nth(self, customer_id: int | None) -> int:
        """How many records of this batch's type a customer has (None: no customer); counts one more."""
        self._held[customer_id] += 1
        return self._held[customer_id] - 1

    def customer_of(self, record: Record) -> int | None:
        """The customer of a record that a new one refers to, else some customer."""
        customer_id: int | None = record.get("customer_id") or self.any("CUSTOMER").get("customer_id")
        return customer_id


def _fill(type_name: str, count: int, existing: Existing, first_id: int, dice: Dice) -> list[Record]:
    resource = ENTITIES[type_name]
    batch = _Batch(type_name, existing, dice)
    drafts = [_MAKERS[type_name](batch) for _ in range(count)]
    drafts.sort(key=_begun)  # so that ids rise with time, as a real system's do
    records = [resource.present({resource.id_field: first_id + n, **draft}) for n, draft in enumerate(drafts)]
    for field in resource.fields.values():
        if field.refers_to == type_name:
            _choose_parents(records, field.name, batch)
    return records


def _choose_parents(records: Sequence[Record], field: str, batch: _Batch) -> None:
    """Let a few records belong to an older one of their own type, which keeps families free of loops."""
    id_field = entity_resource(batch.type_name).id_field
    older = [record[id_field] for record in batch.existing.get(batch.type_name, ())]
    for record in records:
        if older and batch.dice.happens(0.12):
            record[field] = batch.dice.random.choice(older)
        older.append(record[id_field])


def _agent(batch: _Batch) -> Record:
    dice = batch.dice
    return {
        "name": f"{dice.fake.last_name()} {dice.random.choice(words.AGENT_NAMES)}",
        "status": "ACTIVE" if dice.happens(0.9) else "INACTIVE",
    }


def _customer(batch: _Batch) -> Record:
    dice = batch.dice
    person = dice.person()
    billing = dice.address(person)
    service = dict(billing) if dice.happens(0.7) else dice.address(person)
    activated = dice.day(OPENING_DAY, LAST_DAY - timedelta(days=240))
    closed = dice.happens(0.12)
    return {
        "status": "CLOSED" if closed else "ACTIVE",
        "activated_date": _stamp(activated),
        "close_date": _stamp(dice.day(activated + timedelta(days=90), LAST_DAY)) if closed else None,
        "agent_id": batch.any("AGENT").get("agent_id") if dice.happens(0.9) else None,
        "billing_address": billing,
        "service_address": service,
        "listing_address": dict(service),
        "finance": {
            "bill_profile_id": dice.random.randint(1, 4),
            "balance": 0.0 if closed else dice.money(-40, 900),
        },
    }


def _bill(batch: _Batch) -> Record:
    dice = batch.dice
    customer = batch.next("CUSTOMER")
    customer_id = customer.get("customer_id")
    cycles = _bill_cycles(customer)
    again, months_back = divmod(batch.nth(customer_id), len(cycles))
    cycle = cycles[-1 - months_back]
    # More bills than months: the same month is billed again, under a number of its own.
    suffix = f"-{again + 1}" if again else ""
    return {
        "customer_id": customer_id,
        "bill_number": f"{customer_id or 0}-{cycle:%Y%m}{suffix}",
        "cycle_date": _stamp(cycle),
        "due_date": _stamp(cycle + timedelta(days=dice.random.choice((15, 20, 30)))),
        "amount_due": dice.money(25, 2400),
        "created_date": _stamp(dice.moment(cycle, cycle + timedelta(hours=6))),
    }


def _bill_cycles(customer: Record) -> list[datetime]:
    """The days on which a customer is billed, once a month from four weeks after the activation."""
    activated, end = _life(customer)
    start = activated + timedelta(days=28)
    day = (customer.get("customer_id") or 0) % 4 * 7 + 1
    months = (
        LAST_DAY.replace(year=year, month=month, day=day)
        for year in range(start.year, end.year + 1)
        for month in range(1, 13)
    )
    return [cycle for cycle in months if start <= cycle <= end] or [start]


def _contact(batch: _Batch) -> Record:
    dice = batch.dice
    customer = batch.next("CUSTOMER")
    address = customer.get("billing_address") or {}
    # The first contact of a customer is the person that its bills go to.
    is_first = batch.nth(customer.get("customer_id")) == 0
    first_name = (is_first and address.get("first_name")) or dice.fake.first_name()
    last_name = (is_first and address.get("last_name")) or dice.fake.last_name()
    mailbox = re.sub(r"[^a-z.]", "", f"{first_name}.{last_name}".lower())
    return {
        "customer_id": customer.get("customer_id"),
        "first_name": first_name,
        "last_name": last_name,
        "email": f"{mailbox}@{dice.random.choice(words.MAIL_HOSTS)}",
        "phone": dice.phone(address.get("state_or_province")),
    }


def _address(batch: _Batch) -> Record:
    customer = batch.next("CUSTOMER")
    known = customer.get("service_address")
    is_first = batch.nth(customer.get("customer_id")) == 0
    if not known:
        address = batch.dice.address(batch.dice.person())
    elif is_first:
        address = dict(known)
    else:
        address = batch.dice.address({name: known.get(name) for name in batch.dice.person()})
    return {"customer_id": customer.get("customer_id"), **address}


def _service(batch: _Batch) -> Record:
    dice = batch.dice
    customer = batch.next("CUSTOMER")
    kind = dice.random.choice(words.SERVICE_KINDS)
    customer_activated, end = _life(customer)
    activated = dice.day(customer_activated, min(end, customer_activated + timedelta(days=400)))
    disconnected = end if customer.get("close_date") else dice.day(activated, end)
    is_over = customer.get("close_date") or dice.happens(0.06)
    state = (customer.get("service_address") or {}).get("state_or_province")
    return {
        "number": dice.pattern(kind.number) if kind.number else dice.phone(state),
        "service_type_id": kind.id,
        "customer_id": customer.get("customer_id"),
        "provider_id": dice.random.randint(1, 6),
        "activated_date": _stamp(activated),
        "disconnected_date": _stamp(disconnected) if is_over else None,
        "description": kind.description,
        "fields": [
            {"field_id": field_id, "label": label, "value": dice.pattern(pattern)}
            for field_id, label, pattern in kind.fields
        ],
    }


def _service_product(batch: _Batch) -> Record:
    dice = batch.dice
    service = batch.next("SERVICE")
    product = _product_for(service, batch)
    start, end = _life(service)
    created = dice.moment(start, min(end, start + timedelta(days=60)))
    activated = min(_next_midnight(created), max(created, end))
    is_over = service.get("disconnected_date") or dice.happens(0.08)
    canceled = dice.day(activated, end) if not service.get("disconnected_date") else max(activated, end)
    return {
        **{name: product.get(name) for name in words.COPIED_FROM_PRODUCT},
        "customer_id": batch.customer_of(service),
        "service_id": service.get("service_id"),
        "quantity": _quantity(product, dice),
        "status": "CANCELED" if is_over else "ACTIVE",
        "status_date": _stamp(canceled if is_over else activated),
        "created_date": _stamp(created),
        "activated_date": _stamp(activated),
        "canceled_date": _stamp(canceled) if is_over else None,
        "billed_through_date": _stamp(canceled if is_over else max(activated, LAST_DAY)),
    }


def _product_for(service: Record, batch: _Batch) -> Record:
    """A product that is sold with a service of that type, or any if there is none."""
    kinds = {kind.id: kind.products for kind in words.SERVICE_KINDS}.get(
        service.get("service_type_id", 0), ()
    )
    products = batch.existing.get("PRODUCT", ())
    suited = [product for product in products if product.get("product_type_id") in kinds]
    return batch.dice.random.choice(suited) if suited else batch.any("PRODUCT")


def _quantity(product: Record, dice: Dice) -> int:
    return dice.random.randint(*words.QUANTITIES.get(product.get("product_type_id", 0), (1, 1)))


def _charge(batch: _Batch) -> Record:
    bill, product = batch.next("BILL"), batch.any("PRODUCT")
    return {
        "customer_id": batch.customer_of(bill),
        "bill_id": bill.get("bill_id"),
        "product_id": product.get("product_id"),
        "description": product.get("description"),
        "quantity": _quantity(product, batch.dice),
        "rate": product.get("rate"),
        "created_date": _stamp(_before(bill, batch.dice)),
    }


def _credit(batch: _Batch) -> Record:
    bill = batch.any("BILL")
    return {
        "customer_id": batch.customer_of(bill),
        "bill_id": bill.get("bill_id"),
        "description": batch.dice.random.choice(words.CREDIT_REASONS),
        "amount": batch.dice.money(1, max(1, (bill.get("amount_due") or 100) * 0.3)),
        "created_date": _stamp(_before(bill, batch.dice)),
    }


def _payment(batch: _Batch) -> Record:
    dice = batch.dice
    bill = batch.next("BILL")  # oldest first, so that the unpaid bills are the latest
    billed = _date(bill, "created_date", LAST_DAY - timedelta(days=30))
    method = dice.random.choice(words.PAYMENT_METHODS)
    return {
        "customer_id": batch.customer_of(bill),
        "amount": bill.get("amount_due") or dice.money(25, 2400),
        "reference_number": f"{method}-{dice.pattern('%#######')}",
        "created_date": _stamp(dice.moment(billed, max(billed, min(LAST_DAY, billed + timedelta(days=28))))),
    }


def _product(batch: _Batch) -> Record:
    dice = batch.dice
    edition, place = divmod(batch.nth(None), len(words.CATALOGUE))
    line = words.CATALOGUE[place]
    suffix = f" {edition + 1}" if edition else ""
    return {
        "product_type_id": line.kind,
        "description": line.description + suffix,
        "code_1": line.code_1,
        "code_2": line.code_2 + suffix.replace(" ", "-"),
        "rate": line.rate,
        "cost": line.cost,
        "buy_rate": round((line.rate + line.cost) / 2, 4),
        "created_date": _stamp(dice.moment(FIRST_DAY, OPENING_DAY)),
        "created_by": dice.random.choice(words.STAFF),
        "active": dice.happens(0.95),
        "creates_order": line.kind != words.USAGE,
        "provider_id": dice.random.randint(1, 6),
        "bills_in_arrears": line.kind == words.USAGE,
        "prorates": line.kind not in (words.USAGE, words.ONE_TIME),
        "customer_class": dice.random.choice(("BUSINESS", "BUSINESS", "RESIDENTIAL")),
        "long_description": f"{line.description}{suffix}, {line.measure}",
        "ledger_code": words.LEDGER_CODES[line.kind],
        "free_months": dice.random.choice((0, 0, 0, 1)),
        "automatic_expiration_months": dice.random.choice((None, None, 12, 36)),
        "order_completion_billing": line.kind == words.ONE_TIME,
        "tax_class_id": line.kind,
    }


def _inventory_item(batch: _Batch) -> Record:
    dice = batch.dice
    kind = dice.random.choice(words.ITEM_KINDS)
    holder = batch.next("CUSTOMER") if dice.happens(0.65) else {}
    unavailable = not holder and dice.happens(0.3)
    identifier = dice.pattern(kind.identifier).upper()
    return {
        "inventory_type_id": kind.id,
        "identifier": dice.with_check_digit(identifier) if kind.id == words.SIM_CARD else identifier,
        "customer_id": holder.get("customer_id"),
        "created_date": _stamp(dice.moment(OPENING_DAY, LAST_DAY)),
        "created_by": dice.random.choice(words.STAFF),
        "status": "ASSIGNED" if holder else "UNAVAILABLE" if unavailable else "AVAILABLE",
        "inventory_item_unavailable_reason_id": dice.random.randint(1, 4) if unavailable else None,
    }


_MAKERS: Mapping[str, Callable[[_Batch], Record]] = {
    # In the order of making: what others refer to comes first.
    "AGENT": _agent,
    "CUSTOMER": _customer,
    "PRODUCT": _product,
    "SERVICE": _service,
    "BILL": _bill,
    "CONTACT": _contact,
    "SERVICE_PRODUCT": _service_product,
    "CREDIT": _credit,
    "CHARGE": _charge,
    "PAYMENT": _payment,
    "ADDRESS": _address,
    "INVENTORY_ITEM": _inventory_item,
}
_TYPE_IDS: Mapping[str, int] = {name: type_id for type_id, name in enumerate(ENTITIES, 1)}
_EARLIEST, _LATEST = datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2100-01-01")


def _key_links(count: int, entities: Existing, dice: Dice) -> list[Record]:
    """Key links to records that exist, no two alike; few records have two in one system."""
    filled = [type_name for type_name in entities if entities[type_name]]
    systems = [system for system in words.SYSTEM_WORDS if set(system.types) & set(filled)]
    drafts: list[Record] = []
    seen: set[tuple[object, ...]] = set()
    while systems and len(drafts) < count:
        system = dice.one_of(systems, [system.share for system in systems])
        types = [type_name for type_name in system.types if type_name in filled]
        type_name = dice.one_of(types, [words.TYPE_SHARES.get(type_name, 1) for type_name in types])
        draft = _key_link(system, type_name, dice.random.choice(entities[type_name]), dice)
        record = (system.id, type_name, draft["internal_id"])
        external = (system.id, draft["external_id"])
        if external not in seen and (record not in seen or dice.happens(0.04)):
            seen |= {record, external}
            drafts.append(draft)
    drafts.sort(key=_begun)
    return [{"integration_key_link_id": number, **draft} for number, draft in enumerate(drafts, 1)]


def _key_link(system: words.System, type_name: str, record: Record, dice: Dice) -> Record:
    begun = _date(record, "created_date", _date(record, "activated_date", OPENING_DAY))
    return {
        "integration_system_id": system.id,
        "integration_entity_type_id": _TYPE_IDS[type_name],
        "internal_id": record[ENTITIES[type_name].id_field],
        "external_id": dice.external_id(system, type_name),
        "created_date": _stamp(dice.moment(begun, LAST_DAY)),
        "created_by": f"{system.name.lower()}.sync",
    }


def _whole(type_name: str, given: Record | int) -> Record:
    return given if isinstance(given, dict) else {entity_resource(type_name).id_field: given}


def _stamp(moment: datetime) -> str:
    """A date as Rev.io writes it: 2016-10-21T16:24:21.293 (D)."""
    return moment.isoformat(timespec="milliseconds")


def _date(record: Record, field: str, otherwise: datetime) -> datetime:
    """A date of a record; `otherwise` if it has none, or one that a person wrote in a way of their own."""
    try:
        date = datetime.fromisoformat(record.get(field) or "").replace(tzinfo=None)
    except (TypeError, ValueError):
        return otherwise
    return min(max(date, _EARLIEST), _LATEST)


def _begun(record: Record) -> str:
    return str(record.get("created_date") or record.get("activated_date") or "")


def _life(record: Record) -> tuple[datetime, datetime]:
    """From when to when a customer is with us or a service works."""
    end = _date(record, "close_date", _date(record, "disconnected_date", LAST_DAY))
    return _date(record, "activated_date", LAST_DAY - timedelta(days=365)), end


def _next_midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _before(bill: Record, dice: Dice) -> datetime:
    """A moment in the month that a bill is for."""
    cycle = _date(bill, "cycle_date", LAST_DAY)
    return dice.moment(cycle - timedelta(days=27), cycle)
