"""What customers have: services, the products on them, and inventory."""

from __future__ import annotations

from datetime import datetime, timedelta

from mockrevio.revio.fields import Record
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import (
    Batch,
    active_period,
    creation_date,
    date_after,
    date_until_today,
    next_midnight,
)
from mockrevio.seeding.factories.products import product_for, quantity
from mockrevio.seeding.fake_data import FakeData

CARRIER_CODES = ("9901", "9902", "9903")
"""Carriers (PIC, LPIC) that do not exist."""

CONTRACT_DAYS = (365, 2 * 365, 3 * 365)


def service(batch: Batch) -> Record:
    """A line, trunk, circuit or mobile line of a customer."""
    fake = batch.fake
    customer = batch.next_customer()
    customer_id = customer.get("customer_id")
    kind = fake.random.choice(vocabulary.SERVICE_KINDS)
    customer_activated, end = active_period(customer, fake)
    activated = fake.date_between(customer_activated, min(end, customer_activated + timedelta(days=400)))
    disconnected = _disconnection(customer, activated, end, fake)
    address = customer.get("service_address") or {}
    service_type_id = batch.nth_id("ServiceTypes", kind.id)
    package = batch.random_record_of("Packages", "service_type_id", service_type_id)
    return {
        **_numbers(kind, address.get("state_or_province"), activated, fake),
        **provider_account(batch),
        "customer_id": customer_id,
        "service_type_id": service_type_id,
        "package_id": package.get("package_id") if fake.chance(0.4) else None,
        "activated_date": format_date(activated),
        "created_date": format_date(fake.datetime_between(customer_activated, activated)),
        "disconnected_date": format_date(disconnected) if disconnected else None,
        "description": _description(batch, service_type_id),
        "provider_account_number": fake.pattern("PA-%######"),
        "contract_start": format_date(activated),
        "contract_end": date_after(activated, fake.random.choice(CONTRACT_DAYS)),
        "request_service_id": _request_service(batch, customer_id),
        "notes": fake.random.choice(vocabulary.REMARKS) if fake.chance(0.3) else None,
        "address_id": address.get("address_id") or batch.reference("Addresses", customer_id),
        "fields": [
            {"field_id": field_id, "label": label, "value": fake.pattern(pattern)}
            for field_id, label, pattern in kind.fields
        ],
    }


def _request_service(batch: Batch, customer_id: object) -> int | None:
    """What the customer asked for before it got a service, if there is anything."""
    request = batch.random_record_of("Requests", "customer_id", customer_id)
    if not request:
        return None
    asked = batch.random_record_of("RequestServices", "request_id", request["request_id"])
    return asked.get("request_service_id")


def provider_account(batch: Batch) -> Record:
    """An account at a provider, and that provider."""
    account = batch.random_record("ProviderAccounts")
    return {
        "provider_account_id": account.get("provider_account_id"),
        "provider_id": account.get("provider_id") or batch.reference("Providers"),
    }


def _disconnection(customer: Record, activated: datetime, end: datetime, fake: FakeData) -> datetime | None:
    if customer.get("close_date"):
        return end
    return fake.date_between(activated, end) if fake.chance(0.06) else None


def _numbers(kind: vocabulary.ServiceKind, state: object, activated: datetime, fake: FakeData) -> Record:
    """The numbers of a service: of a circuit, or of a telephone line with its carriers."""
    unset = dict.fromkeys(("number2", "circuit_number2", "circuit_foc_date", "pic", "lpic", "hunt_group"))
    if kind.number:
        return unset | {
            "number": fake.pattern(kind.number),
            "circuit_number2": fake.pattern("LOC-%#####"),
            "circuit_foc_date": format_date(activated),
        }
    carrier = fake.random.choice(CARRIER_CODES)
    return unset | {
        "number": fake.phone(state),
        "number2": fake.phone(state) if fake.chance(0.15) else None,
        "pic": carrier,
        "lpic": carrier,
        "hunt_group": fake.pattern("HG-##") if fake.chance(0.25) else None,
    }


def _description(batch: Batch, service_type_id: int | None) -> str:
    known = batch.records_of("ServiceTypes", "service_type_id", service_type_id)
    return str((known[0].get("description") if known else None) or "Service")


def service_product(batch: Batch) -> Record:
    """A product that a customer has on a service."""
    fake = batch.fake
    service = batch.next_unreferenced("SERVICE")
    product = product_for(service, batch)
    start, end = active_period(service, fake)
    created_date = fake.datetime_between(start, min(end, start + timedelta(days=60)))
    activated = min(next_midnight(created_date), max(created_date, end))
    disconnected = _end_of_product(service, activated, end, fake)
    free_days = 30 * min(product.get("free_months") or 0, 12)
    return {
        **{name: product.get(name) for name in vocabulary.COPIED_FROM_PRODUCT},
        "customer_id": batch.customer_of(service).get("customer_id"),
        "service_id": service.get("service_id"),
        "package_id": service.get("package_id"),
        "quantity": float(quantity(product, batch)),
        "status": "DISCONNECTED" if disconnected else "ACTIVE",
        "status_date": format_date(disconnected or activated),
        "created_date": format_date(created_date),
        "activated_date": format_date(activated),
        "canceled_date": format_date(disconnected) if disconnected else None,
        "billed_through_date": format_date(disconnected or max(activated, fake.last_day)),
        "wholesale_description": product.get("wholesale_description"),
        "free_start_date": format_date(activated) if free_days else None,
        "free_end_date": date_after(activated, free_days) if free_days else None,
        "contract_start_date": format_date(activated),
        "contract_end_date": date_after(activated, fake.random.choice(CONTRACT_DAYS)),
    }


def _end_of_product(service: Record, activated: datetime, end: datetime, fake: FakeData) -> datetime | None:
    if service.get("disconnected_date"):
        return max(activated, end)
    return fake.date_between(activated, end) if fake.chance(0.08) else None


def inventory_item(batch: Batch) -> Record:
    """A phone, router, SIM card, adapter or number in stock. `assign_inventory` assigns some to services."""
    fake = batch.fake
    unavailable = fake.chance(0.12)
    number = fake.random.randint(1, len(vocabulary.ITEM_IDENTIFIERS) + 1)
    created_date = fake.datetime_between(fake.opening_day, fake.last_day)
    return {
        "inventory_type_id": batch.nth_id("InventoryTypes", number),
        "identifier": _identifier(number, fake),
        "created_date": format_date(created_date),
        "customer_id": None,
        "status": "UNAVAILABLE" if unavailable else "AVAILABLE",
        "inventory_item_unavailable_reason_id": fake.random.randint(1, 4) if unavailable else None,
        "note": fake.random.choice(vocabulary.REMARKS) if fake.chance(0.3) else None,
    }


def _identifier(number: int, fake: FakeData) -> str:
    if number == vocabulary.TELEPHONE_NUMBER:
        return fake.phone(None)
    identifier = fake.pattern(vocabulary.ITEM_IDENTIFIERS[number]).upper()
    return fake.with_check_digit(identifier) if number == vocabulary.SIM_CARD else identifier


def is_assignable(item: Record) -> bool:
    """Whether an inventory item may be assigned to a service."""
    return item.get("status") in (None, "AVAILABLE")


def service_inventory(batch: Batch) -> Record:
    """An inventory item that a service uses."""
    item = batch.next_unreferenced("INVENTORY_ITEM", where=is_assignable)
    service = batch.next_unreferenced(
        "SERVICE", by="line_id", where=lambda record: not record.get("disconnected_date")
    )
    types = batch.records_of("InventoryTypes", "inventory_type_id", item.get("inventory_type_id"))
    identifier = str(item.get("identifier") or "")
    assigned = date_until_today(
        max(creation_date(item, batch.fake), creation_date(service, batch.fake)), 30, batch.fake
    )
    is_number = len(identifier) == 10 and identifier.isdecimal()
    return {
        "inventory_item_id": item.get("inventory_item_id"),
        "customer_id": service.get("customer_id"),
        "line_id": service.get("service_id"),
        "line_type": "SERVICE",
        "identifier": identifier or None,
        "inventory_type": types[0].get("name") if types else None,
        "status": "ASSIGNED",
        "assigned_date": format_date(assigned),
        "note": item.get("note"),
        "created_date": format_date(assigned),
        "NPA": identifier[:3] if is_number else None,
        "NXX": identifier[3:6] if is_number else None,
    }
