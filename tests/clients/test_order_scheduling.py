"""A scheduler of field work: it reads orders, writes appointments into them, and completes their tasks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients.common import FIELDS, CallFailed, Clock, Record, RevIo, custom_field
from tests.support import TESTER, Client

SCHEDULER = 9


@pytest.fixture
def order(revio: RevIo) -> Record:
    """The first order that has tasks."""
    number: int = next(task["order_id"] for task in revio.records("Tasks") if task["order_id"])
    return revio.get(f"Orders/{number}")


def put_back(revio: RevIo, order: Record, **changes: Any) -> Record:
    """Send an order back as it was read, with changes, and read it again."""
    place = f"Orders/{order['order_id']}"
    revio.replace(place, {**order, **changes})
    return revio.get(place)


def test_an_order_that_is_sent_back_as_it_was_read_loses_nothing(
    revio: RevIo, order: Record, clock: Clock
) -> None:
    clock.wait(60)

    assert put_back(revio, order) == {**order, "status_date": clock.now}


def test_every_order_survives_being_sent_back(revio: RevIo, clock: Clock) -> None:
    for order in revio.records("Orders"):
        assert put_back(revio, order) == {"ok": True, **order, "status_date": clock.now}


def test_an_appointment_is_written_into_the_custom_fields_of_an_order(revio: RevIo, order: Record) -> None:
    fields = [*(order["fields"] or []), {"field_id": 501, "label": "Appointment", "value": "2026-03-09 AM"}]

    changed = put_back(revio, order, fields=fields, status="SCHEDULED")

    assert custom_field(changed, "Appointment") == "2026-03-09 AM"
    assert changed["fields"] == fields
    assert changed["status"] == "SCHEDULED"
    fields[-1]["value"] = "2026-03-10 PM"
    assert custom_field(put_back(revio, changed, fields=fields), "Appointment") == "2026-03-10 PM"


def test_read_only_fields_of_an_order_do_not_change(revio: RevIo, order: Record, clock: Clock) -> None:
    forged = {
        "order_id": 1,
        "created_date": "2001-01-01",
        "created_by": 7,
        "status_date": "2001-01-01",
        "ok": False,
        "links": [{"rel": "self", "href": "http://elsewhere"}],
    }
    place = f"Orders/{order['order_id']}"

    revio.replace(place, {**order, **forged})

    assert revio.get(place) == {**order, "status_date": clock.now}


def test_the_open_tasks_of_an_order_are_found_and_completed_one_by_one(revio: RevIo, order: Record) -> None:
    tasks = revio.records("Tasks", **{"search.order_id": order["order_id"]})
    assert tasks
    assert {task["order_id"] for task in tasks} == {order["order_id"]}

    for task in tasks:
        answer = revio.call("PUT", f"Tasks/{task['task_id']}/action", {"action": "COMPLETE"})
        assert answer == {"ok": True, "id": task["task_id"]}
        assert revio.get(f"Tasks/{task['task_id']}") == {"ok": True, **task, "complete": True}

    assert revio.records("Tasks", order_id=order["order_id"], complete="false") == []


@pytest.mark.parametrize("path", ["tasks/{}/Action", "TASKS/{}/action/", "Tasks/{}/action"])
def test_a_task_is_opened_again_at_any_spelling_of_the_address(revio: RevIo, path: str) -> None:
    number = revio.records("Tasks")[0]["task_id"]
    for action, complete in (("COMPLETE", True), ("INCOMPLETE", False), ("COMPLETE", True)):
        revio.call("PUT", path.format(number), {"Action": action}, headers={"Content-Type": "text/json"})
        assert revio.get(f"Tasks/{number}")["complete"] is complete


@pytest.mark.parametrize("body", [{"action": "POSTPONE"}, {"action": ""}, {"action": None}, {}, []])
def test_an_unknown_action_is_refused(revio: RevIo, body: Any) -> None:
    task = revio.records("Tasks")[0]

    with pytest.raises(CallFailed) as failed:
        revio.call("PUT", f"Tasks/{task['task_id']}/action", body)

    assert failed.value.status == 400
    assert revio.get(f"Tasks/{task['task_id']}") == {"ok": True, **task}


def test_an_action_on_a_task_that_does_not_exist_is_not_found(revio: RevIo) -> None:
    with pytest.raises(CallFailed) as failed:
        revio.call("PUT", "Tasks/99999/action", {"action": "COMPLETE"})

    assert (failed.value.status, failed.value.code) == (404, "not_found")


def test_a_note_on_an_order_is_kept_however_long_and_found_by_the_order(
    revio: RevIo, order: Record, clock: Clock
) -> None:
    body = "The technician was there. " * 400
    number = revio.create(
        "Notes",
        subject="Visit",
        body=body,
        customer_id=order["customer_id"],
        order_id=order["order_id"],
        note_type_id=revio.records("NoteTypes")[0]["note_type_id"],
    )

    (note,) = revio.records("Notes", order_id=order["order_id"], created_date_start=clock.now)

    assert (note["note_id"], note["body"], note["created_by"]) == (number, body, TESTER)


def test_a_note_without_a_customer_is_rejected(revio: RevIo) -> None:
    with pytest.raises(CallFailed) as failed:
        revio.create("Notes", subject="Lost", body="Whose?")

    assert (failed.value.status, failed.value.code, failed.value.field) == (400, "required", "customer_id")


def test_orders_that_are_due_are_found_by_date_and_status(revio: RevIo) -> None:
    orders = [order for order in revio.records("Orders") if order["due_date"]]
    day = orders[0]["due_date"][:10]
    wanted = [order["order_id"] for order in orders if order["due_date"][:10] == day]

    found = revio.records("Orders", **{"search.due_date_start": day, "search.due_date_end": day})

    assert [order["order_id"] for order in found] == wanted


@pytest.mark.parametrize(
    ("path", "name"), [("OrderServices", "service_id"), ("OrderServiceProducts", "service_product_id")]
)
def test_the_services_and_products_of_an_order_are_lists_of_pairs(revio: RevIo, path: str, name: str) -> None:
    pairs = revio.records(path)
    number = pairs[-1]["order_id"]

    found = revio.records(path, **{"search.order_id": number})

    assert found == [pair for pair in pairs if pair["order_id"] == number]
    assert revio.get(f"{path}/{number}") == {"ok": True, **found[0]}
    assert all(
        revio.get(f"{'Services' if name == 'service_id' else 'ServiceProduct'}/{pair[name]}")
        for pair in found
    )


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "Orders", "GET, HEAD, OPTIONS"),
        ("PATCH", "Orders/{Orders}", "GET, HEAD, OPTIONS, PUT"),
        ("DELETE", "Orders/{Orders}", "GET, HEAD, OPTIONS, PUT"),
        ("POST", "Tasks", "GET, HEAD, OPTIONS"),
        ("PUT", "Tasks/{Tasks}", "GET, HEAD, OPTIONS"),
        ("GET", "Tasks/{Tasks}/action", "OPTIONS, PUT"),
        ("PUT", "Notes/{Notes}", "GET, HEAD, OPTIONS"),
        ("DELETE", "OrderServices/{OrderServices}", "GET, HEAD, OPTIONS"),
    ],
)
def test_an_unsupported_method_gets_a_405_with_the_allowed_ones(
    revio: RevIo, method: str, path: str, allowed: str
) -> None:
    ids = {
        name: revio.records(name)[0][FIELDS[name]["id"]]
        for name in ("Orders", "Tasks", "Notes", "OrderServices")
    }
    response = revio.response(method, path.format(**ids), {})

    assert response.status_code == 405
    assert response.headers["Allow"] == allowed
    assert response.json()[0]["error"] == "method_not_allowed"


def test_an_order_has_no_entity_type_so_its_customer_and_a_custom_field_carry_the_link(
    server: Client, revio: RevIo, order: Record
) -> None:
    types = {
        row["entity_type_name"]
        for row in server.get("/v1/IntegrationEntityType?page_size=50").json()["records"]
    }
    assert "ORDER" not in types
    revio.link("CUSTOMER", order["customer_id"], "visit-1", SCHEDULER)
    fields = [*(order["fields"] or []), {"field_id": 502, "label": "Visit", "value": "visit-1"}]
    put_back(revio, order, fields=fields)

    customer = revio.linked_id("CUSTOMER", "visit-1", SCHEDULER)
    orders = revio.records("Orders", customer_id=customer)

    assert [item["order_id"] for item in orders if custom_field(item, "Visit") == "visit-1"] == [
        order["order_id"]
    ]
