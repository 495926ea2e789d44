"""Requests, which become orders once accepted: their addresses, contacts, services, products."""

from __future__ import annotations

from datetime import timedelta

from mockrevio.revio.fields import Record
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import Batch, creation_date, date_after, date_until_today
from mockrevio.seeding.factories.products import product_for, quantity
from mockrevio.seeding.factories.services import CARRIER_CODES, provider_account

DESCRIPTIONS = (
    "Quote for a new office",
    "More seats for the call center",
    "Move to another building",
    "Port numbers from another carrier",
    "Backup line for the branch",
)
TEMPLATES = ("Voice quote", "Internet quote", "Service agreement", "Letter of authorization")

_COPIED = ("product_id", "description", "code_1", "code_2", "rate", "cost", "buy_rate")
_FIRST_FINAL_STATUS = 4
"""From this request status on, in the order of their ids, somebody has decided on the request."""


def request(batch: Batch) -> Record:
    """What a customer asks for, which may lead to an order."""
    fake = batch.fake
    customer = batch.next_unreferenced("CUSTOMER")
    created_date = fake.datetime_between(
        max(creation_date(customer, fake), fake.last_day - timedelta(days=300)), fake.last_day
    )
    is_recent = fake.last_day - created_date < timedelta(days=90)
    status = fake.random.randint(1 if is_recent else _FIRST_FINAL_STATUS, 5)
    return {
        "request_status_id": batch.nth_id("RequestStatuses", status),
        "customer_id": customer.get("customer_id"),
        "group_assigned_to": batch.reference("UserGroups") if fake.chance(0.5) else None,
        "process_id": batch.nth_id("Processes", 3),
        "created_date": format_date(created_date),
        "status_date": format_date(date_until_today(created_date, 40, fake)),
        "description": fake.random.choice(DESCRIPTIONS),
    }


def request_template(batch: Batch) -> Record:
    """A document that requests are printed with."""
    edition, number = divmod(batch.next_index(), len(TEMPLATES))
    return {"name": TEMPLATES[number] + (f" {edition + 1}" if edition else ""), "active": True}


def request_address(batch: Batch) -> Record:
    """Where the services of a request go, or its equipment is shipped to."""
    request = batch.next_unreferenced("Requests")
    return {
        "request_id": request.get("request_id"),
        "address_id": batch.reference("Addresses", request.get("customer_id")),
        "is_shipping_address": batch.fake.chance(0.4),
    }


def request_contact(batch: Batch) -> Record:
    """Whom to ask about a request."""
    request = batch.next_unreferenced("Requests")
    request_id = request.get("request_id")
    address = batch.random_record_of("RequestAddresses", "request_id", request_id)
    return {
        "contact_id": batch.reference("Contacts", request.get("customer_id")),
        "request_id": request_id,
        "request_address_id": address.get("request_address_id"),
    }


def request_service(batch: Batch) -> Record:
    """A service that a customer asks for."""
    fake = batch.fake
    request = batch.next_unreferenced("Requests")
    request_id = request.get("request_id")
    address = batch.random_record_of("RequestAddresses", "request_id", request_id)
    start = date_until_today(creation_date(request, fake), 3, fake)
    is_line = fake.chance(0.7)
    carrier = fake.random.choice(CARRIER_CODES) if is_line else None
    service_type = batch.nth_id("ServiceTypes", fake.random.randint(1, 2) if is_line else 3)
    package = batch.random_record_of("Packages", "service_type_id", service_type)
    return {
        "request_address_id": address.get("request_address_id"),
        "request_id": request_id,
        "service_type_id": service_type,
        **provider_account(batch),
        "package_id": package.get("package_id") if fake.chance(0.5) else None,
        "number": fake.phone(None) if is_line else fake.pattern("CKT-%######"),
        "number2": fake.phone(None) if is_line and fake.chance(0.3) else None,
        "provider_account_number": fake.pattern("PA-%######"),
        "description": fake.random.choice(DESCRIPTIONS),
        "created_date": format_date(start),
        "contract_start": date_after(start.replace(hour=0, minute=0, second=0, microsecond=0), 30),
        "contract_end": date_after(start.replace(hour=0, minute=0, second=0, microsecond=0), 30 + 3 * 365),
        "pic": carrier,
        "lpic": carrier,
        "order_type": fake.random.choice(vocabulary.ORDER_TYPES),
    }


def request_product(batch: Batch) -> Record:
    """A product that a customer asks for, with its price."""
    fake = batch.fake
    service = batch.next_unreferenced("RequestServices")
    product = product_for(service, batch)
    start = creation_date(service, fake) if service else fake.last_day - timedelta(days=90)
    return {
        **{name: product.get(name) for name in _COPIED},
        "request_service_id": service.get("request_service_id"),
        "request_id": service.get("request_id") or batch.reference("Requests"),
        "quantity": float(quantity(product, batch)),
        "contract_start": service.get("contract_start") or date_after(start, 30),
        "contract_end": service.get("contract_end") or date_after(start, 30 + 3 * 365),
    }
