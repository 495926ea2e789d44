"""What the reseller's staff work with: tickets, notes, files, announcements, audits, reports."""

from __future__ import annotations

from datetime import timedelta

from mockrevio.revio.fields import Record
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding.batch import Batch, active_period, creation_date, date_after, date_until_today
from mockrevio.seeding.fake_data import FakeData

PRIORITIES = ("LOW", "NORMAL", "NORMAL", "HIGH", "CRITICAL")
TROUBLES = (
    ("No dial tone on the main line", "Replaced the adapter; calls work."),
    ("Slow internet in the afternoon", "Provider removed a fault on the line."),
    ("Calls drop after a minute", "Turned off a setting on the router."),
    ("Question about the last bill", "Explained the proration; customer agrees."),
    ("Wrong caller ID on outbound calls", "Corrected the name record."),
    ("Phone does not register", "Reset the phone; it registers."),
)
MESSAGES = (
    "Opened from a call.",
    "Asked for the time of the last failed call.",
    "Escalated to the provider.",
    "Customer reports that it works again.",
    "Waiting for a callback.",
)
SUBJECTS = ("Call with the customer", "Contract renewal", "Payment arrangement", "Install date", "Port date")
ANNOUNCEMENTS = (
    ("Maintenance on Sunday night", "<p>Portal and phones may be unreachable for ten minutes.</p>"),
    ("New rates for international calls", "<p>The new rates apply from the first of next month.</p>"),
    ("Office closed on the holiday", "<p>Support by phone is available all the same.</p>"),
)
AUDITS = (
    ("CUSTOMER", "Changed the billing address"),
    ("SERVICE_PRODUCT", "Changed the quantity"),
    ("INVENTORY", "Assigned an inventory item"),
    ("ORDER", "Completed the order"),
    ("REPORT", "Ran the report"),
    ("REQUEST", "Accepted the request"),
)
_AUDITED = {
    # The reference that an audit of each type has besides the customer.
    "SERVICE_PRODUCT": "service_product_id",
    "INVENTORY": "inventory_item_id",
    "ORDER": "order_id",
    "REPORT": "report_id",
    "REQUEST": "request_id",
}
REPORTS = (
    ("Unpaid bills", "Bills past their due date, by customer"),
    ("New customers", "Customers activated in a month"),
    ("Open orders", "Orders that are not complete, by due date"),
    ("Commissions", "Commissions by agent and month"),
    ("Churn", "Services disconnected in a month"),
)
LOGO, BILL_PDF, CONTRACT, ORDER_FORM, QUOTE = "logo", "bill", "contract", "order-form", "quote"
FILE_KINDS = (BILL_PDF, LOGO, CONTRACT, ORDER_FORM, QUOTE)
_TINY_IMAGE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_TINY_PDF = "JVBERi0xLjQKJSVFT0YK"


def ticket(batch: Batch) -> Record:
    """A trouble ticket or a question of a customer."""
    fake = batch.fake
    customer = batch.next_customer()
    customer_id = customer.get("customer_id")
    start, end = active_period(customer, fake)
    created_date = fake.datetime_between(max(start, end - timedelta(days=600)), end)
    changed = date_until_today(created_date, 14, fake)
    is_closed = fake.chance(0.6) or (fake.last_day - created_date).days > 120
    description, resolution = fake.random.choice(TROUBLES)
    contact = batch.random_record_of("CONTACT", "customer_id", customer_id)
    return {
        "description": description,
        "created_date": format_date(created_date),
        "customer_id": customer_id,
        "resolution": resolution if is_closed else None,
        "assigned_group_id": batch.reference("UserGroups") if fake.chance(0.7) else None,
        "priority": fake.random.choice(PRIORITIES),
        **_contact(contact, customer, fake),
        "custom_status": "Resolved" if is_closed else fake.random.choice(("New", "With provider")),
        "due_date_start": date_after(created_date, 1),
        "due_date_end": date_after(created_date, 4),
        "status": "CLOSED" if is_closed else "OPEN",
        "modified_date": format_date(changed),
    }


def _contact(contact: Record, customer: Record, fake: FakeData) -> Record:
    address = customer.get("billing_address") or {}
    name = contact.get("name") or f"{fake.word('first_name')} {fake.word('last_name')}"
    return {
        "contact_name": name,
        "contact_phone": contact.get("phone") or fake.phone(address.get("state_or_province")),
        "contact_email": contact.get("email") or fake.email(name.replace(" ", ".")),
    }


def ticket_journal(batch: Batch) -> Record:
    """What happened to a ticket."""
    fake = batch.fake
    ticket = batch.next_unreferenced("Tickets")
    start = creation_date(ticket, fake)
    return {
        "ticket_id": ticket.get("ticket_id"),
        "message": fake.random.choice(MESSAGES),
        "is_public": fake.chance(0.5),
        "created_date": format_date(date_until_today(start, 5, fake)),
    }


def note(batch: Batch) -> Record:
    """A note on a customer, or on an order, a request or a task of its."""
    fake = batch.fake
    table = fake.weighted_choice(("CUSTOMER", "Orders", "Requests", "Tasks"), (50, 30, 12, 8))
    about = batch.next_unreferenced(table) or batch.next_unreferenced("CUSTOMER")
    return {
        "subject": fake.random.choice(SUBJECTS),
        "created_date": format_date(date_until_today(creation_date(about, fake), 60, fake)),
        "customer_id": batch.customer_of(about).get("customer_id"),
        "order_id": about.get("order_id"),
        "request_id": about.get("request_id"),
        "task_id": about.get("task_id"),
    }


def file(batch: Batch) -> Record:
    """A logo, or a document of a customer. `link_files` lets agents and bills refer to theirs."""
    fake = batch.fake
    index = batch.next_index()
    kind = FILE_KINDS[index % len(FILE_KINDS)]
    table = {ORDER_FORM: "Orders", QUOTE: "Requests", BILL_PDF: "BILL"}.get(kind, "CUSTOMER")
    about = {} if kind == LOGO else batch.next_unreferenced(table)
    name = f"{kind}-{about.get(batch.id_field(table)) or index + 1}"
    return {
        "file_image": _TINY_IMAGE if kind == LOGO else _TINY_PDF,
        "file_name": f"{name}.png" if kind == LOGO else f"{name}.pdf",
        "file_type": "image/png" if kind == LOGO else "application/pdf",
        "description": kind.replace("-", " ").capitalize(),
        "created_date": format_date(
            date_until_today(creation_date(about, fake) if about else fake.opening_day, 5, fake)
        ),
        "customer_id": about.get("customer_id"),
        "order_id": about.get("order_id"),
        "request_id": about.get("request_id"),
    }


def announcement(batch: Batch) -> Record:
    """A message on the portal of customers or agents."""
    edition, number = divmod(batch.next_index(), len(ANNOUNCEMENTS))
    title, body = ANNOUNCEMENTS[number]
    return {
        "title": title + (f" {edition + 1}" if edition else ""),
        "body_html": body,
        "location": batch.fake.random.choice(("CUSTOMER PORTAL", "AGENT PORTAL", "HOME PAGE")),
    }


def audit(batch: Batch) -> Record:
    """What a user did, and to which record."""
    fake = batch.fake
    audit_type, description = AUDITS[batch.next_index() % len(AUDITS)]
    customer = batch.random_record("CUSTOMER")
    unset = dict.fromkeys(_AUDITED.values())
    reference = _AUDITED.get(audit_type)
    field = batch.resource.fields[reference] if reference else None
    target = batch.random_record(batch.table_at(field.refers_to)) if field and field.refers_to else customer
    created_date = fake.datetime_between(
        creation_date(target, fake) if target else fake.opening_day, fake.last_day
    )
    return {
        **unset,
        "audit_type": audit_type,
        "description": description,
        "created_date": format_date(created_date),
        "customer_id": target.get("customer_id"),
        **({reference: target.get(reference)} if reference else {}),
    }


def report(batch: Batch) -> Record:
    """A saved report with its prompt."""
    edition, number = divmod(batch.next_index(), len(REPORTS))
    name, description = REPORTS[number]
    return {
        "report_category_id": batch.nth_id("ReportCategories", number % 4 + 1),
        "description": name + (f" {edition + 1}" if edition else ""),
        "long_description": description,
        "type": "SQL" if edition else "STANDARD",
        "prompts": {
            "prompt_id": number + 1,
            "column": "created_date",
            "value": "2026-01-01",
            "operator": ">=",
        },
    }
