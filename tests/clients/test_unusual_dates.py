"""Dates as programs send and ask for them: in every form, with zones, impossible ones, and as bounds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients.common import PATCH, CallFailed, Clock, Record, RevIo
from tests.support import Client

FORMS = {
    "2020-08-02": "2020-08-02T00:00:00.000",
    "2026-01-05Z": "2026-01-05T00:00:00.000",
    "2026-1-5": "2026-01-05T00:00:00.000",
    "2026-1-5Z": "2026-01-05T00:00:00.000",
    "2026-01-05T13:14:15": "2026-01-05T13:14:15.000",
    "2026-01-05T13:14:15.1": "2026-01-05T13:14:15.100",
    "2026-01-05T13:14:15.1239999": "2026-01-05T13:14:15.123",
    "2026-01-05T13:14:15.123Z": "2026-01-05T13:14:15.123",
    "2026-01-05T13:14:15+00:00": "2026-01-05T13:14:15.000",
    "2026-01-05T23:30:00-05:00": "2026-01-06T04:30:00.000",
    "2026-01-01T01:00:00+02:00": "2025-12-31T23:00:00.000",
    "2026-01-05T13:14:15.123456+00:00": "2026-01-05T13:14:15.123",
    "2024-02-29": "2024-02-29T00:00:00.000",
    "2016-10-21T16:24:21.293": "2016-10-21T16:24:21.293",
}
IMPOSSIBLE = [
    "2026-02-30",
    "2026-13-01",
    "2025-02-29",
    "2026-00-10",
    "2026-01-05T24:30:00",
    "2026-01-05T13:61:00",
    "tomorrow",
    "05/01/2026",
    "20260105",
    "2026-01",
    "2026-01-05T13:14:15+99:00",
    "9999-12-31T23:59:59-01:00",
]


@pytest.mark.parametrize(("sent", "stored"), FORMS.items())
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_date_in_any_form_is_stored_in_one(revio: RevIo, method: str, sent: str, stored: str) -> None:
    number = 1001
    if method == "POST":
        number = revio.create("Payments", received_date=sent)
    elif method == "PUT":
        revio.replace("Payments/1001", {"received_date": sent})
    else:
        revio.patch("Payments/1001", received_date=sent)

    assert revio.get(f"Payments/{number}")["received_date"] == stored
    found = revio.records("Payments", **{"search.received_date": sent})
    assert number in [payment["payment_id"] for payment in found]


@pytest.mark.parametrize("sent", ["2026-1-5", "2026-01-05Z", "2026-01-05"])
def test_a_date_within_a_nested_object_or_list_is_stored_in_one_form_too(revio: RevIo, sent: str) -> None:
    number = revio.create("Customers", profile={"date_of_birth": sent}, finance={"contract_end_date": sent})

    customer = revio.get(f"Customers/{number}")
    assert customer["profile"]["date_of_birth"] == "2026-01-05T00:00:00.000"
    assert customer["finance"]["contract_end_date"] == "2026-01-05T00:00:00.000"
    assert [item["customer_id"] for item in revio.records("Customers", date_of_birth=sent)] == [number]
    assert number in [
        item["customer_id"]
        for item in revio.records("Customers", contract_end_date_start=sent, contract_end_date_end=sent)
    ]


@pytest.mark.parametrize("sent", IMPOSSIBLE)
def test_an_impossible_date_in_a_body_is_refused_and_named(revio: RevIo, sent: str) -> None:
    for method, path, body in (
        ("POST", "Payments", {"received_date": sent}),
        ("PUT", "Payments/1001", {"received_date": sent}),
        ("POST", "Customers", {"profile": {"date_of_birth": sent}}),
    ):
        with pytest.raises(CallFailed) as failed:
            revio.call(method, path, body)
        assert (failed.value.status, failed.value.code) == (400, "invalid")
        assert "date" in failed.value.message
    steps = [{"op": "replace", "path": "/received_date", "value": sent}]
    response = revio.response("PATCH", "Payments/1001", steps, headers={"Content-Type": PATCH})
    assert (response.status_code, response.json()[0]["field"]) == (400, "received_date")


@pytest.mark.parametrize("sent", IMPOSSIBLE)
@pytest.mark.parametrize("name", ["received_date_start", "search.received_date_end", "received_date"])
def test_an_impossible_date_in_a_search_is_refused_and_named(revio: RevIo, name: str, sent: str) -> None:
    with pytest.raises(CallFailed) as failed:
        revio.records("Payments", **{name: sent})

    assert (failed.value.status, failed.value.field) == (400, name.removeprefix("search."))
    assert sent in failed.value.message


MOMENTS = {
    1: "2026-02-28T23:59:59.999",
    2: "2026-03-01T00:00:00.000",
    3: "2026-03-01T12:00:00.500",
    4: "2026-03-01T23:59:59.999",
    5: "2026-03-02T00:00:00.000",
}


@pytest.fixture
def notes(server: Client, revio: RevIo) -> dict[int, int]:
    """Notes that were created at each of the moments; their ids by number."""
    created = {}
    for number, moment in MOMENTS.items():
        Clock(server, moment)
        created[number] = revio.create("Notes", customer_id=1003, body=f"Note {number}")
    return created


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({"created_date_start": "2026-03-01"}, {2, 3, 4, 5}),
        ({"created_date_start": "2026-03-01T00:00:00"}, {2, 3, 4, 5}),
        ({"created_date_start": "2026-03-01T00:00:00.001"}, {3, 4, 5}),
        ({"created_date_start": "2026-03-01T02:00:00+02:00"}, {2, 3, 4, 5}),
        ({"created_date_start": "2026-03-01T23:59:59.999Z"}, {4, 5}),
        ({"created_date_end": "2026-03-01"}, {1, 2, 3, 4}),
        ({"created_date_end": "2026-3-1"}, {1, 2, 3, 4}),
        ({"created_date_end": "2026-03-01Z"}, {1, 2, 3, 4}),
        ({"created_date_end": "2026-03-01T00:00:00"}, {1, 2}),
        ({"created_date_end": "2026-03-01T12:00:00.500"}, {1, 2, 3}),
        ({"created_date_end": "2026-02-28T18:59:59.999-05:00"}, {1}),
        ({"created_date_start": "2026-03-01", "created_date_end": "2026-03-01"}, {2, 3, 4}),
        ({"CREATED_DATE_START": "2026-03-02", "Search.Created_Date_End": "2026-03-02"}, {5}),
        ({"created_date_start": "2026-03-02", "created_date_end": "2026-03-01"}, set()),
        ({"created_date_start": "", "created_date_end": "2026-02-28"}, {1}),
        ({"created_date": "2026-03-01"}, {2}),
        ({"created_date": ["2026-03-01", "2026-03-02T00:00:00Z"]}, {2, 5}),
        ({"updated_date_start": "2030-01-01"}, {1, 2, 3, 4, 5}),
    ],
)
def test_the_bounds_of_a_range_are_included_and_a_bare_end_covers_its_day(
    revio: RevIo, notes: dict[int, int], search: Record, expected: set[int]
) -> None:
    wanted = set(notes.values())
    found = {note["note_id"] for note in revio.records("Notes", **search)} & wanted

    assert {number for number, note_id in notes.items() if note_id in found} == expected


def test_a_range_goes_with_other_parameters_with_sort_and_with_pages(
    revio: RevIo, notes: dict[int, int]
) -> None:
    search: dict[str, Any] = {
        "search.created_date_start": "2026-03-01",
        "search.customer_id": 1003,
        "search.sort": "-created_date",
        "page_size": 1,
    }
    assert [note["note_id"] for note in revio.records("Notes", **search)] == [notes[n] for n in (5, 4, 3, 2)]
    assert revio.records("Notes", **{**search, "search.customer_id": 1004}) == []


def test_a_date_that_is_taken_away_leaves_every_range(revio: RevIo) -> None:
    assert 1001 in [item["payment_id"] for item in revio.records("Payments", received_date_end="2100-01-01")]

    revio.patch("Payments/1001", received_date=None)

    assert revio.get("Payments/1001")["received_date"] is None
    for bound in ({"received_date_end": "2100-01-01"}, {"received_date_start": "0001-01-01"}):
        assert 1001 not in [item["payment_id"] for item in revio.records("Payments", **bound)]


@pytest.mark.parametrize(
    "sent", ["0001-01-01T00:00:00", "0001-01-01T00:00:00.000", "0001-01-01T00:00:00Z", "", None]
)
def test_a_date_that_stands_for_none_is_stored_as_none(revio: RevIo, sent: str | None) -> None:
    number = revio.create("Services", disconnected_date=sent)

    assert revio.get(f"Services/{number}")["disconnected_date"] is None
