"""How a fake record of each entity type is made. Its fields and their kinds are those of `wire.schema`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from mockrevio.revio.resources import Record
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary as words
from mockrevio.seeding.batch import (
    FIRST_DAY,
    LAST_DAY,
    OPENING_DAY,
    Batch,
    date_of,
    life,
    month_before,
    next_midnight,
)
from mockrevio.seeding.vocabulary import Dice


def _agent(batch: Batch) -> Record:
    dice = batch.dice
    return {
        "name": f"{dice.fake.last_name()} {dice.random.choice(words.AGENT_NAMES)}",
        "status": "ACTIVE" if dice.happens(0.9) else "INACTIVE",
    }


def _customer(batch: Batch) -> Record:
    dice = batch.dice
    person = dice.person()
    billing = dice.address(person)
    service = dict(billing) if dice.happens(0.7) else dice.address(person)
    activated = dice.day(OPENING_DAY, LAST_DAY - timedelta(days=240))
    closed = dice.happens(0.12)
    return {
        "status": "CLOSED" if closed else "ACTIVE",
        "activated_date": format_date(activated),
        "close_date": format_date(dice.day(activated + timedelta(days=90), LAST_DAY)) if closed else None,
        "agent_id": batch.any("AGENT").get("agent_id") if dice.happens(0.9) else None,
        "billing_address": billing,
        "service_address": service,
        "listing_address": dict(service),
        "finance": {
            "bill_profile_id": dice.random.randint(1, 4),
            "balance": 0.0 if closed else dice.money(-40, 900),
        },
    }


def _bill(batch: Batch) -> Record:
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
        "cycle_date": format_date(cycle),
        "due_date": format_date(cycle + timedelta(days=dice.random.choice((15, 20, 30)))),
        "amount_due": dice.money(25, 2400),
        "created_date": format_date(dice.moment(cycle, cycle + timedelta(hours=6))),
    }


def _bill_cycles(customer: Record) -> list[datetime]:
    """The days on which a customer is billed, once a month from four weeks after the activation."""
    activated, end = life(customer)
    start = activated + timedelta(days=28)
    day = (customer.get("customer_id") or 0) % 4 * 7 + 1
    months = (
        LAST_DAY.replace(year=year, month=month, day=day)
        for year in range(start.year, end.year + 1)
        for month in range(1, 13)
    )
    return [cycle for cycle in months if start <= cycle <= end] or [start]


def _contact(batch: Batch) -> Record:
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


def _address(batch: Batch) -> Record:
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


def _service(batch: Batch) -> Record:
    dice = batch.dice
    customer = batch.next("CUSTOMER")
    kind = dice.random.choice(words.SERVICE_KINDS)
    customer_activated, end = life(customer)
    activated = dice.day(customer_activated, min(end, customer_activated + timedelta(days=400)))
    disconnected = end if customer.get("close_date") else dice.day(activated, end)
    is_over = customer.get("close_date") or dice.happens(0.06)
    state = (customer.get("service_address") or {}).get("state_or_province")
    return {
        "number": dice.pattern(kind.number) if kind.number else dice.phone(state),
        "service_type_id": kind.id,
        "customer_id": customer.get("customer_id"),
        "provider_id": dice.random.randint(1, 6),
        "activated_date": format_date(activated),
        "disconnected_date": format_date(disconnected) if is_over else None,
        "description": kind.description,
        "fields": [
            {"field_id": field_id, "label": label, "value": dice.pattern(pattern)}
            for field_id, label, pattern in kind.fields
        ],
    }


def _service_product(batch: Batch) -> Record:
    dice = batch.dice
    service = batch.next("SERVICE")
    product = _product_for(service, batch)
    start, end = life(service)
    created = dice.moment(start, min(end, start + timedelta(days=60)))
    activated = min(next_midnight(created), max(created, end))
    is_over = service.get("disconnected_date") or dice.happens(0.08)
    canceled = dice.day(activated, end) if not service.get("disconnected_date") else max(activated, end)
    return {
        **{name: product.get(name) for name in words.COPIED_FROM_PRODUCT},
        "customer_id": batch.customer_of(service),
        "service_id": service.get("service_id"),
        "quantity": _quantity(product, dice),
        "status": "CANCELED" if is_over else "ACTIVE",
        "status_date": format_date(canceled if is_over else activated),
        "created_date": format_date(created),
        "activated_date": format_date(activated),
        "canceled_date": format_date(canceled) if is_over else None,
        "billed_through_date": format_date(canceled if is_over else max(activated, LAST_DAY)),
    }


def _product_for(service: Record, batch: Batch) -> Record:
    """A product that is sold with a service of that type, or any if there is none."""
    kinds = {kind.id: kind.products for kind in words.SERVICE_KINDS}.get(
        service.get("service_type_id", 0), ()
    )
    products = batch.existing.get("PRODUCT", ())
    suited = [product for product in products if product.get("product_type_id") in kinds]
    return batch.dice.random.choice(suited) if suited else batch.any("PRODUCT")


def _quantity(product: Record, dice: Dice) -> int:
    return dice.random.randint(*words.QUANTITIES.get(product.get("product_type_id", 0), (1, 1)))


def _charge(batch: Batch) -> Record:
    bill, product = batch.next("BILL"), batch.any("PRODUCT")
    return {
        "customer_id": batch.customer_of(bill),
        "bill_id": bill.get("bill_id"),
        "product_id": product.get("product_id"),
        "description": product.get("description"),
        "quantity": _quantity(product, batch.dice),
        "rate": product.get("rate"),
        "created_date": format_date(month_before(bill, batch.dice)),
    }


def _credit(batch: Batch) -> Record:
    bill = batch.any("BILL")
    return {
        "customer_id": batch.customer_of(bill),
        "bill_id": bill.get("bill_id"),
        "description": batch.dice.random.choice(words.CREDIT_REASONS),
        "amount": batch.dice.money(1, max(1, (bill.get("amount_due") or 100) * 0.3)),
        "created_date": format_date(month_before(bill, batch.dice)),
    }


def _payment(batch: Batch) -> Record:
    dice = batch.dice
    bill = batch.next("BILL")  # oldest first, so that the unpaid bills are the latest
    billed = date_of(bill, "created_date", LAST_DAY - timedelta(days=30))
    paid_by = max(billed, min(LAST_DAY, billed + timedelta(days=28)))
    method = dice.random.choice(words.PAYMENT_METHODS)
    return {
        "customer_id": batch.customer_of(bill),
        "amount": bill.get("amount_due") or dice.money(25, 2400),
        "reference_number": f"{method}-{dice.pattern('%#######')}",
        "created_date": format_date(dice.moment(billed, paid_by)),
    }


def _product(batch: Batch) -> Record:
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
        "created_date": format_date(dice.moment(FIRST_DAY, OPENING_DAY)),
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


def _inventory_item(batch: Batch) -> Record:
    dice = batch.dice
    kind = dice.random.choice(words.ITEM_KINDS)
    holder = batch.next("CUSTOMER") if dice.happens(0.65) else {}
    unavailable = not holder and dice.happens(0.3)
    identifier = dice.pattern(kind.identifier).upper()
    return {
        "inventory_type_id": kind.id,
        "identifier": dice.with_check_digit(identifier) if kind.id == words.SIM_CARD else identifier,
        "customer_id": holder.get("customer_id"),
        "created_date": format_date(dice.moment(OPENING_DAY, LAST_DAY)),
        "created_by": dice.random.choice(words.STAFF),
        "status": "ASSIGNED" if holder else "UNAVAILABLE" if unavailable else "AVAILABLE",
        "inventory_item_unavailable_reason_id": dice.random.randint(1, 4) if unavailable else None,
    }


MAKERS: Mapping[str, Callable[[Batch], Record]] = {
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
