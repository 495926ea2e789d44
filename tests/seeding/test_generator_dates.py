"""Dates of generated records, including those of the shipped fixtures, are in order."""

from __future__ import annotations

from datetime import datetime

from mockrevio.seeding.factories.lookups import lookup_rows
from mockrevio.seeding.fake_data import DOCUMENT_DAY
from tests.seeding.common import (
    Document,
    all_records,
    by_id,
    dates_in,
    values_in,
)

MAY_BE_LATER_THAN_TODAY = ("due", "contract", "expiration", "end")


def test_nothing_is_changed_before_it_is_created_or_later_than_today(document: Document) -> None:
    for name, resource, records in all_records(document):
        for record in records:
            for path, field, value in values_in(resource.fields, record):
                if field.kind == "date" and not any(part in path for part in MAY_BE_LATER_THAN_TODAY):
                    assert datetime.fromisoformat(value) <= DOCUMENT_DAY, (name, path, record)
            dates = dates_in(record)
            changed = {
                dates[part] for part in ("updated_date", "modified_date", "status_date") if part in dates
            }
            assert all(dates["created_date"] <= date for date in changed), (name, record)


def test_dates_are_in_chronological_order(document: Document) -> None:
    in_order = ("created_date", "activated_date", "canceled_date", "disconnected_date", "close_date")
    for name, _, records in all_records(document):
        for record in records:
            dates = dates_in(record)
            lifetime = [dates[part] for part in in_order if part in dates]
            assert lifetime == sorted(lifetime), (name, record)


def test_ids_increase_with_time(document: Document) -> None:
    for name, resource, records in all_records(document):
        if "created_date" in resource.fields and name not in lookup_rows():
            dates = [record["created_date"] for record in records]
            assert dates == sorted(dates), name


def test_nothing_happens_to_a_customer_before_activation(document: Document) -> None:
    customers = by_id(document, "CUSTOMER")
    for name in ("BILL", "SERVICE", "SERVICE_PRODUCT", "CHARGE", "CREDIT", "PAYMENT"):
        for record in document["entities"][name]:
            start = dates_in(customers[record["customer_id"]])["activated_date"]
            assert min(dates_in(record).values()) >= start, (name, record)


def test_bills_are_due_after_their_cycle_date(document: Document) -> None:
    bills = document["entities"]["BILL"]

    assert all(dates_in(bill)["cycle_date"] < dates_in(bill)["due_date"] for bill in bills)
