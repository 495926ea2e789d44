"""Orders, what they are for, and the tasks that carry them out."""

from __future__ import annotations

from datetime import timedelta

from mockrevio.revio.fields import Record
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import Batch, active_period, creation_date, date_after, date_until_today

_STATUSES = ("COMPLETED", "OPEN", "ON HOLD", "CANCELED")

SUBJECTS = (
    "Confirm the install date",
    "Ship the equipment",
    "Check the letter of authorization",
    "Call the site contact",
    "Test inbound and outbound calls",
    "Update the E911 address",
)


def order(batch: Batch) -> Record:
    """An order of a customer that has services, to add, change, port or disconnect some."""
    fake = batch.fake
    service = batch.random_record("SERVICE")
    customer = batch.customer_of(service)
    customer_id = customer.get("customer_id")
    start, end = active_period(customer, fake)
    start = max(start, creation_date(service, fake)) if service else start
    created_date = fake.datetime_between(max(start, end - timedelta(days=500)), end)
    status = fake.weighted_choice(_STATUSES, (60, 25, 8, 7))
    changed = date_until_today(created_date, 25, fake)
    order_type = fake.random.choice(vocabulary.ORDER_TYPES)
    request_id = batch.reference("Requests", customer_id) if fake.chance(0.6) else None
    return {
        "pon": fake.pattern("PON-%#####"),
        "customer_id": customer_id,
        "order_type": order_type,
        "status": status,
        "provider_id": service.get("provider_id") or batch.reference("Providers"),
        "request_id": request_id,
        "process_id": batch.nth_id("Processes", 2 if order_type == "PORT" else 1),
        "created_date": format_date(created_date),
        "completed_date": format_date(changed) if status == "COMPLETED" else None,
        "due_date": date_after(created_date.replace(hour=0, minute=0, second=0, microsecond=0), 21),
        "status_date": format_date(changed),
        "hold_reason_id": fake.random.randint(1, 4) if status == "ON HOLD" else None,
        "retain_listing": fake.chance(0.2),
    }


def order_service(batch: Batch) -> Record:
    """A service that an order is about."""
    return _pair(batch, "SERVICE")


def order_service_product(batch: Batch) -> Record:
    """A product on a service that an order is about."""
    return _pair(batch, "SERVICE_PRODUCT")


def _pair(batch: Batch, table: str) -> Record:
    """The next order with a record of its customer, a pair that does not exist yet while there are any."""
    id_field = batch.id_field(table)
    pair: Record = {}
    for _attempt in range(50):
        order = batch.next_unreferenced("Orders")
        target = batch.random_record_of(table, "customer_id", order.get("customer_id"))
        pair = {"order_id": order.get("order_id"), id_field: target.get(id_field)}
        if target and batch.claim(tuple(pair.values())):
            return pair
    return pair


def task(batch: Batch) -> Record:
    """Something to do for an order or a request."""
    fake = batch.fake
    order = batch.next_unreferenced("Orders") if fake.chance(0.75) else {}
    source = order or batch.next_unreferenced("Requests") or batch.next_unreferenced("Orders")
    created_date = date_until_today(
        creation_date(source, fake) if source else fake.last_day - timedelta(days=90), 10, fake
    )
    is_done = source.get("status") == "COMPLETED" or fake.chance(0.2)
    return {
        "subject": fake.random.choice(SUBJECTS),
        "complete": is_done,
        "canceled": source.get("status") == "CANCELED" and not is_done,
        "group_assigned_to": batch.reference("UserGroups") if fake.chance(0.6) else None,
        "customer_id": batch.customer_of(source).get("customer_id"),
        "request_id": source.get("request_id"),
        "order_id": source.get("order_id"),
        "task_step_id": batch.nth_id("TaskSteps", 5 if is_done else fake.random.randint(1, 4)),
        "due_date": date_after(created_date.replace(hour=0, minute=0, second=0, microsecond=0), 10),
        "created_date": format_date(created_date),
    }
