"""The daily work of two more clients: NetSuite, which updates customers, and a billing portal."""

from __future__ import annotations

from mockrevio.demo.stage import CRM, MONITOR, PORTAL, Stage, admin
from mockrevio.demo.steps import Caption, Scene, together

KEPT_RECORDS = 10
"""Payments, notes and tickets of the story that are kept, of each; older ones are deleted."""

_PAYMENT = {"source": "DEMO PORTAL"}
_NOTE = {"subject": "Demo portal: call back"}
_TICKET = {"contact_name": "Demo Portal"}
"""The values by which the records of the story are found again."""

_NAMES = ("llc", "inc", "group", "lee", "smith", "and")
_COMPLAINTS = ("No dial tone on the main line", "Question about the last bill", "Calls drop after a minute")


def update_customers(stage: Stage) -> Scene[None]:
    """NetSuite and the portal at the same time."""
    yield Caption("crm", "NetSuite updates customers; the billing portal takes payments, notes and tickets")
    yield from together(_netsuite(stage), _portal(stage, 6))


def _netsuite(stage: Stage) -> Scene[None]:
    for customer in [*stage.some_customers(9), stage.unknown_customer()]:
        path = f"Customers/{customer}"
        answer = yield from stage.request(CRM, "GET", path)
        yield from stage.pause(0.4)
        email = f"billing{stage.random.randrange(1, 100)}@example.com"
        if answer.ok and stage.random.random() < 0.4:
            yield from stage.request(CRM, "PUT", path, {**answer.body, "email": email})
        else:
            patch = [{"op": "replace", "path": "/email", "value": email}]
            yield from stage.request(CRM, "PATCH", path, patch)
        yield from stage.pause(1.2)


def _portal(stage: Stage, visits: int) -> Scene[None]:
    errands = (_pay, _write_note, _open_ticket)
    for number, customer in enumerate(stage.some_customers(visits)):
        yield from visit(stage, customer)
        yield from stage.pause(0.5)
        yield from errands[number % len(errands)](stage, customer)
        yield from stage.pause(0.8)


def visit(stage: Stage, customer: int) -> Scene[None]:
    """A customer looks at the portal."""
    name = stage.random.choice(_NAMES)
    yield from stage.request(PORTAL, "GET", "Customers", name=name, page_size=5)
    yield from stage.pause(0.4)
    yield from stage.request(PORTAL, "GET", "Services", customer_id=customer)
    yield from stage.pause(0.2)
    yield from stage.request(PORTAL, "GET", "Bills", customer_id=customer, sort="-due_date", page_size=3)


def _pay(stage: Stage, customer: int) -> Scene[None]:
    payment = {
        **_PAYMENT,
        "customer_id": customer,
        "amount": stage.random.randrange(2_000, 90_000) / 100,
        "method": stage.random.choice(("CC", "ACH")),
        "reference_number": f"DEMO-{stage.random.randrange(10**8):08}",
    }
    yield from stage.request(PORTAL, "POST", "Payments", payment)
    yield from stage.pause(0.3)
    yield from stage.request(PORTAL, "GET", "Payments", reference_number=payment["reference_number"])


def _write_note(stage: Stage, customer: int) -> Scene[None]:
    note = {**_NOTE, "customer_id": customer, "body": "The customer asked to be called back."}
    if stage.random.random() < 0.5:  # a mistake, which Rev.io rejects
        yield from stage.request(PORTAL, "POST", "Notes", note | {"customer_id": None})
        yield from stage.pause(0.5)
    yield from stage.request(PORTAL, "POST", "Notes", note)


def _open_ticket(stage: Stage, customer: int) -> Scene[None]:
    yield from stage.request(PORTAL, "GET", "Tickets", customer_id=customer, status="OPEN")
    yield from stage.pause(0.3)
    ticket = {**_TICKET, "customer_id": customer, "description": stage.random.choice(_COMPLAINTS)}
    yield from stage.request(PORTAL, "POST", "Tickets", ticket | {"priority": "NORMAL"})


def tidy(stage: Stage) -> Scene[None]:
    """Delete the oldest records of the story: payments, and what only the admin API can delete."""
    yield Caption("night", "little traffic; the portal deletes its old payments, notes and tickets")
    for path, marker in (("Payments", _PAYMENT), ("Notes", _NOTE), ("Tickets", _TICKET)):
        id_field = f"{path.removesuffix('s').lower()}_id"
        records = yield from stage.pages(PORTAL, path, 200, {**marker, "sort": id_field})
        for record in records[:-KEPT_RECORDS]:
            if path == "Payments":
                yield from stage.request(PORTAL, "DELETE", f"{path}/{record[id_field]}")
                yield from stage.pause(0.3)
            else:
                yield from admin("DELETE", f"entities/{path}/{record[id_field]}")
        yield from stage.pause(1)


def watch(stage: Stage) -> Scene[None]:
    """Nothing but a monitor."""
    for _ in range(6):
        yield from stage.request(MONITOR, "GET", "SystemStatus")
        yield from stage.pause(1)
