"""One factory per entity type. The fields and their kinds are declared in `revio.resources`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from mockrevio.revio.resources import Record
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import (
    FIRST_DAY,
    LAST_DAY,
    OPENING_DAY,
    Batch,
    active_period,
    date_of,
    datetime_in_billing_month,
    next_midnight,
)
from mockrevio.seeding.fake_data import FakeData


def _agent(batch: Batch) -> Record:
    fake = batch.fake
    return {
        "name": f"{fake.faker.last_name()} {fake.random.choice(vocabulary.AGENT_NAMES)}",
        "status": "ACTIVE" if fake.chance(0.9) else "INACTIVE",
    }


def _customer(batch: Batch) -> Record:
    fake = batch.fake
    person = fake.person()
    billing = fake.address(person)
    service = dict(billing) if fake.chance(0.7) else fake.address(person)
    activated = fake.date_between(OPENING_DAY, LAST_DAY - timedelta(days=240))
    closed = fake.chance(0.12)
    return {
        "status": "CLOSED" if closed else "ACTIVE",
        "activated_date": format_date(activated),
        "close_date": format_date(fake.date_between(activated + timedelta(days=90), LAST_DAY))
        if closed
        else None,
        "agent_id": batch.random_record("AGENT").get("agent_id") if fake.chance(0.9) else None,
        "billing_address": billing,
        "service_address": service,
        "listing_address": dict(service),
        "finance": {
            "bill_profile_id": fake.random.randint(1, 4),
            "balance": 0.0 if closed else fake.money(-40, 900),
        },
    }


def _bill(batch: Batch) -> Record:
    fake = batch.fake
    customer = batch.next_unreferenced("CUSTOMER")
    customer_id = customer.get("customer_id")
    cycles = _bill_cycles(customer)
    repeats, months_back = divmod(batch.next_index_of(customer_id), len(cycles))
    cycle = cycles[-1 - months_back]
    # With more bills than months, a month is billed again. The suffix keeps bill numbers unique.
    suffix = f"-{repeats + 1}" if repeats else ""
    return {
        "customer_id": customer_id,
        "bill_number": f"{customer_id or 0}-{cycle:%Y%m}{suffix}",
        "cycle_date": format_date(cycle),
        "due_date": format_date(cycle + timedelta(days=fake.random.choice((15, 20, 30)))),
        "amount_due": fake.money(25, 2400),
        "created_date": format_date(fake.datetime_between(cycle, cycle + timedelta(hours=6))),
    }


def _bill_cycles(customer: Record) -> list[datetime]:
    """The monthly billing dates of a customer, starting four weeks after the activation."""
    activated, end = active_period(customer)
    start = activated + timedelta(days=28)
    day = (customer.get("customer_id") or 0) % 4 * 7 + 1
    months = (
        LAST_DAY.replace(year=year, month=month, day=day)
        for year in range(start.year, end.year + 1)
        for month in range(1, 13)
    )
    return [cycle for cycle in months if start <= cycle <= end] or [start]


def _contact(batch: Batch) -> Record:
    fake = batch.fake
    customer = batch.next_unreferenced("CUSTOMER")
    address = customer.get("billing_address") or {}
    # The first contact of a customer is the person on its bills.
    is_first = batch.next_index_of(customer.get("customer_id")) == 0
    first_name = (is_first and address.get("first_name")) or fake.faker.first_name()
    last_name = (is_first and address.get("last_name")) or fake.faker.last_name()
    mailbox = re.sub(r"[^a-z.]", "", f"{first_name}.{last_name}".lower())
    return {
        "customer_id": customer.get("customer_id"),
        "first_name": first_name,
        "last_name": last_name,
        "email": f"{mailbox}@{fake.random.choice(vocabulary.MAIL_HOSTS)}",
        "phone": fake.phone(address.get("state_or_province")),
    }


def _address(batch: Batch) -> Record:
    customer = batch.next_unreferenced("CUSTOMER")
    service_address = customer.get("service_address")
    is_first = batch.next_index_of(customer.get("customer_id")) == 0
    if not service_address:
        address = batch.fake.address(batch.fake.person())
    elif is_first:
        address = dict(service_address)
    else:
        address = batch.fake.address({name: service_address.get(name) for name in batch.fake.person()})
    return {"customer_id": customer.get("customer_id"), **address}


def _service(batch: Batch) -> Record:
    fake = batch.fake
    customer = batch.next_unreferenced("CUSTOMER")
    kind = fake.random.choice(vocabulary.SERVICE_KINDS)
    customer_activated, end = active_period(customer)
    activated = fake.date_between(customer_activated, min(end, customer_activated + timedelta(days=400)))
    disconnected = end if customer.get("close_date") else fake.date_between(activated, end)
    is_disconnected = customer.get("close_date") or fake.chance(0.06)
    state = (customer.get("service_address") or {}).get("state_or_province")
    return {
        "number": fake.pattern(kind.number) if kind.number else fake.phone(state),
        "service_type_id": kind.id,
        "customer_id": customer.get("customer_id"),
        "provider_id": fake.random.randint(1, 6),
        "activated_date": format_date(activated),
        "disconnected_date": format_date(disconnected) if is_disconnected else None,
        "description": kind.description,
        "fields": [
            {"field_id": field_id, "label": label, "value": fake.pattern(pattern)}
            for field_id, label, pattern in kind.fields
        ],
    }


def _service_product(batch: Batch) -> Record:
    fake = batch.fake
    service = batch.next_unreferenced("SERVICE")
    product = _product_for(service, batch)
    start, end = active_period(service)
    created = fake.datetime_between(start, min(end, start + timedelta(days=60)))
    activated = min(next_midnight(created), max(created, end))
    is_canceled = service.get("disconnected_date") or fake.chance(0.08)
    canceled = (
        fake.date_between(activated, end) if not service.get("disconnected_date") else max(activated, end)
    )
    return {
        **{name: product.get(name) for name in vocabulary.COPIED_FROM_PRODUCT},
        "customer_id": batch.customer_of(service),
        "service_id": service.get("service_id"),
        "quantity": _quantity(product, fake),
        "status": "CANCELED" if is_canceled else "ACTIVE",
        "status_date": format_date(canceled if is_canceled else activated),
        "created_date": format_date(created),
        "activated_date": format_date(activated),
        "canceled_date": format_date(canceled) if is_canceled else None,
        "billed_through_date": format_date(canceled if is_canceled else max(activated, LAST_DAY)),
    }


def _product_for(service: Record, batch: Batch) -> Record:
    """A random product that is sold with this type of service, or any product if none exists."""
    kinds = {kind.id: kind.products for kind in vocabulary.SERVICE_KINDS}.get(
        service.get("service_type_id", 0), ()
    )
    products = batch.existing.get("PRODUCT", ())
    matching = [product for product in products if product.get("product_type_id") in kinds]
    return batch.fake.random.choice(matching) if matching else batch.random_record("PRODUCT")


def _quantity(product: Record, fake: FakeData) -> int:
    return fake.random.randint(*vocabulary.QUANTITIES.get(product.get("product_type_id", 0), (1, 1)))


def _charge(batch: Batch) -> Record:
    bill, product = batch.next_unreferenced("BILL"), batch.random_record("PRODUCT")
    return {
        "customer_id": batch.customer_of(bill),
        "bill_id": bill.get("bill_id"),
        "product_id": product.get("product_id"),
        "description": product.get("description"),
        "quantity": _quantity(product, batch.fake),
        "rate": product.get("rate"),
        "created_date": format_date(datetime_in_billing_month(bill, batch.fake)),
    }


def _credit(batch: Batch) -> Record:
    bill = batch.random_record("BILL")
    return {
        "customer_id": batch.customer_of(bill),
        "bill_id": bill.get("bill_id"),
        "description": batch.fake.random.choice(vocabulary.CREDIT_REASONS),
        "amount": batch.fake.money(1, max(1, (bill.get("amount_due") or 100) * 0.3)),
        "created_date": format_date(datetime_in_billing_month(bill, batch.fake)),
    }


def _payment(batch: Batch) -> Record:
    fake = batch.fake
    bill = batch.next_unreferenced("BILL")  # oldest first, so that the unpaid bills are the latest ones
    billed = date_of(bill, "created_date", LAST_DAY - timedelta(days=30))
    paid_by = max(billed, min(LAST_DAY, billed + timedelta(days=28)))
    method = fake.random.choice(vocabulary.PAYMENT_METHODS)
    return {
        "customer_id": batch.customer_of(bill),
        "amount": bill.get("amount_due") or fake.money(25, 2400),
        "reference_number": f"{method}-{fake.pattern('%#######')}",
        "created_date": format_date(fake.datetime_between(billed, paid_by)),
    }


def _product(batch: Batch) -> Record:
    fake = batch.fake
    edition, index = divmod(batch.next_index_of(None), len(vocabulary.PRODUCTS))
    product = vocabulary.PRODUCTS[index]
    suffix = f" {edition + 1}" if edition else ""
    return {
        "product_type_id": product.kind,
        "description": product.description + suffix,
        "code_1": product.code_1,
        "code_2": product.code_2 + suffix.replace(" ", "-"),
        "rate": product.rate,
        "cost": product.cost,
        "buy_rate": round((product.rate + product.cost) / 2, 4),
        "created_date": format_date(fake.datetime_between(FIRST_DAY, OPENING_DAY)),
        "created_by": fake.random.choice(vocabulary.STAFF),
        "active": fake.chance(0.95),
        "creates_order": product.kind != vocabulary.USAGE,
        "provider_id": fake.random.randint(1, 6),
        "bills_in_arrears": product.kind == vocabulary.USAGE,
        "prorates": product.kind not in (vocabulary.USAGE, vocabulary.ONE_TIME),
        "customer_class": fake.random.choice(("BUSINESS", "BUSINESS", "RESIDENTIAL")),
        "long_description": f"{product.description}{suffix}, {product.unit}",
        "ledger_code": vocabulary.LEDGER_CODES[product.kind],
        "free_months": fake.random.choice((0, 0, 0, 1)),
        "automatic_expiration_months": fake.random.choice((None, None, 12, 36)),
        "order_completion_billing": product.kind == vocabulary.ONE_TIME,
        "tax_class_id": product.kind,
    }


def _inventory_item(batch: Batch) -> Record:
    fake = batch.fake
    kind = fake.random.choice(vocabulary.ITEM_KINDS)
    holder = batch.next_unreferenced("CUSTOMER") if fake.chance(0.65) else {}
    unavailable = not holder and fake.chance(0.3)
    identifier = fake.pattern(kind.identifier).upper()
    return {
        "inventory_type_id": kind.id,
        "identifier": fake.with_check_digit(identifier) if kind.id == vocabulary.SIM_CARD else identifier,
        "customer_id": holder.get("customer_id"),
        "created_date": format_date(fake.datetime_between(OPENING_DAY, LAST_DAY)),
        "created_by": fake.random.choice(vocabulary.STAFF),
        "status": "ASSIGNED" if holder else "UNAVAILABLE" if unavailable else "AVAILABLE",
        "inventory_item_unavailable_reason_id": fake.random.randint(1, 4) if unavailable else None,
    }


FACTORIES: Mapping[str, Callable[[Batch], Record]] = {
    # In order of generation: types that others refer to come first.
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
