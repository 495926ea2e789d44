"""What a person would call a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mockrevio.revio.labels import MAX_LENGTH
from mockrevio.revio.resources import BUILT_IN, KEY_LINK_RESOURCES, WEBHOOK_RESOURCES
from tests.support import ROOT, Client, serving

ADMIN = "/__admin"
ADDRESS = {"first_name": "Ada", "last_name": "Byron", "company_name": "Engines Ltd", "line_1": "1 Dorset St"}


@pytest.fixture(scope="module")
def demo() -> Iterator[Client]:
    with serving(fixture=("demo",)) as client:
        yield client


@pytest.fixture(scope="module")
def empty() -> Iterator[Client]:
    with serving(fixture=("empty",)) as client:
        yield client


@pytest.mark.parametrize(
    "path", [each.path for each in BUILT_IN if each not in (*KEY_LINK_RESOURCES, *WEBHOOK_RESOURCES)]
)
def test_every_record_of_the_demo_has_a_label(demo: Client, path: str) -> None:
    listing = demo.get(f"{ADMIN}/entities/{path}?labels=true").json()
    assert len(listing["labels"]) == listing["count"] > 0
    assert all(isinstance(label, str) and label.strip() for label in listing["labels"])


@pytest.mark.parametrize(
    ("path", "record", "label"),
    [
        ("Customers", {"billing_address": ADDRESS}, "Engines Ltd"),
        ("Customers", {"billing_address": {**ADDRESS, "company_name": ""}}, "Ada Byron"),
        ("Customers", {"service_address": ADDRESS}, "Engines Ltd"),
        ("Customers", {"billing_address": {"first_name": "Ada"}, "account_number": "A-7"}, "A-7"),
        ("Customers", {"status": "ACTIVE"}, None),
        ("Services", {"number": "7015550115", "description": "Line"}, "Line, 7015550115"),
        ("Services", {"number": "7015550115"}, "7015550115"),
        ("Services", {"description": " Line "}, "Line"),
        ("Addresses", {"line_1": "1 Dorset St", "city": "London"}, "1 Dorset St, London"),
        ("Bills", {"due_date": "2026-01-31"}, "due 2026-01-31"),
        ("Bills", {"customer_id": 999, "due_date": "2026-01-31"}, "due 2026-01-31"),
        ("Tickets", {"contact_name": "Ada", "description": "No sound"}, "No sound"),
        ("Users", {"first_name": "Ada", "login_name": "ada"}, "Ada"),
        ("Users", {"login_name": "ada"}, "ada"),
        ("Files", {"file_name": "a.pdf", "description": "Bill"}, "a.pdf"),
        ("Notes", {"subject": "Call", "body": "Hello"}, "Call"),
        ("TicketJournals", {"message": "two\nlines  here"}, "two lines here"),
        ("TicketJournals", {"message": "x" * 81}, f"{'x' * 79}…"),
        ("TicketJournals", {"message": "x" * 80}, "x" * 80),
        ("WebhookSubscriptions", {"event_type": "CUSTOMER_CREATED"}, "CUSTOMER_CREATED"),
    ],
)
def test_the_label_of_a_record(empty: Client, path: str, record: dict[str, Any], label: str | None) -> None:
    empty.post(f"{ADMIN}/reset")
    assert empty.post(f"{ADMIN}/entities/{path}", json=record).status_code == 201
    assert empty.get(f"{ADMIN}/entities/{path}?labels=true").json()["labels"] == [label]
    assert label is None or len(label) <= MAX_LENGTH


def test_a_reference_in_a_label_is_the_label_of_what_it_refers_to(empty: Client) -> None:
    empty.post(f"{ADMIN}/reset")
    empty.post(f"{ADMIN}/entities/CUSTOMER", json={"id": 7, "billing_address": ADDRESS})
    empty.post(f"{ADMIN}/entities/BILL", json={"customer_id": 7, "due_date": "2026-01-31"})
    assert empty.get(f"{ADMIN}/entities/BILL?labels=true").json()["labels"] == ["Engines Ltd, due 2026-01-31"]


def test_records_of_a_declared_endpoint_have_labels_by_the_names_of_their_fields() -> None:
    fields = {"widget_id": "whole", "widget_code": "text", "widget_name": "text"}
    state = {
        "schema": 1,
        "resources": {"Widgets": {"id": "widget_id", "fields": fields}},
        "records": {
            "Widgets": [
                {"widget_id": 1, "widget_code": "W1", "widget_name": "Cog"},
                {"widget_id": 2, "widget_code": "W2"},
                {"widget_id": 3},
            ]
        },
    }
    with serving() as client:
        assert client.put(f"{ADMIN}/state", json=state).ok
        assert client.get(f"{ADMIN}/entities/Widgets?labels=true").json()["labels"] == ["Cog", "W2", None]


def test_the_table_names_fields_that_exist() -> None:
    """A template is only read when a record is shown, so a typo in it would be found late."""
    table = json.loads((ROOT / "mockrevio/revio/resources.json").read_text())
    with serving(fixture=("empty",)) as client:
        for path, declaration in table.items():
            if "label" in declaration:
                name = declaration.get("entity_type", path)
                assert client.post(f"{ADMIN}/entities/{name}", json={"id": 1}).status_code == 201
                response = client.get(f"{ADMIN}/entities/{name}?labels=true")
                assert response.status_code == 200, path
