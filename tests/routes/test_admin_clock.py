"""The clock of a world: frozen, set, moved on and released, and every date comes from it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support import Client, serving

CLOCK = "/__admin/clock"


def put(client: Client, **body: Any) -> Any:
    response = client.put(CLOCK, json=body)
    assert response.status_code == 200, response.text
    return response.json()


def now(client: Client) -> datetime:
    return datetime.fromisoformat(client.get(CLOCK).json()["now"]).replace(tzinfo=UTC)


def created(client: Client, **changes: Any) -> str:
    number = client.link(**changes)
    return str(client.get(f"/v1/IntegrationKeyLink/{number}").json()["created_date"])


def is_real(moment: datetime) -> bool:
    return abs(datetime.now(UTC) - moment) < timedelta(seconds=10)


def test_the_clock_goes_with_the_real_time_unless_told_otherwise(client: Client) -> None:
    assert client.get(CLOCK).json()["frozen"] is False
    assert is_real(now(client))


def test_a_moment_freezes_the_clock_there_and_created_dates_come_from_it(client: Client) -> None:
    assert put(client, now="2030-01-02T03:04:05")["frozen"] is True
    time.sleep(0.01)

    assert client.get(CLOCK).json()["now"] == "2030-01-02T03:04:05.000"
    assert created(client) == "2030-01-02T03:04:05.000"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2030-01-02", "2030-01-02T00:00:00.000"),
        ("2030-01-02T03:04:05.678", "2030-01-02T03:04:05.678"),
        ("2030-01-02T03:04:05Z", "2030-01-02T03:04:05.000"),
        ("2030-01-02T03:04:05+02:00", "2030-01-02T01:04:05.000"),
        ("0001-01-01T00:00:00", "0001-01-01T00:00:00.000"),
        ("9999-12-31T23:59:59.999", "9999-12-31T23:59:59.999"),
    ],
)
def test_a_moment_may_be_any_and_is_utc_unless_it_names_a_zone(
    client: Client, given: str, shown: str
) -> None:
    assert put(client, now=given)["now"] == shown
    client.patch("/__admin/settings", json={"rate_limit": "9/60"})
    client.post("/__admin/faults", json={"effect": {"status": 503}, "when": {"after": "1s", "times": 1}})
    assert created(client) == shown


def test_true_freezes_at_the_present_moment_and_false_releases(client: Client) -> None:
    put(client, frozen=True)
    stands = now(client)
    time.sleep(0.02)

    assert now(client) == stands
    assert is_real(stands)
    assert put(client, frozen=False)["frozen"] is False
    time.sleep(0.02)
    assert now(client) > stands


def test_a_frozen_clock_moves_on_when_told_and_stands_there(client: Client) -> None:
    put(client, now="2030-01-02T03:04:05")

    assert put(client, advance="90s")["now"] == "2030-01-02T03:05:35.000"
    assert put(client, advance="1h")["now"] == "2030-01-02T04:05:35.000"
    assert created(client) == "2030-01-02T04:05:35.000"


def test_a_running_clock_moves_on_and_goes_on_running(client: Client) -> None:
    shown = put(client, advance="2h")
    first = now(client)
    time.sleep(0.02)

    assert (shown["frozen"], shown["advanced_seconds"]) == (False, 7200)
    assert is_real(first - timedelta(hours=2))
    assert now(client) > first
    put(client, frozen=False)
    assert is_real(now(client))


def test_a_reset_returns_to_the_real_time(client: Client) -> None:
    put(client, now="2030-01-02T03:04:05")
    client.post("/__admin/reset")

    assert is_real(now(client))


def test_the_command_lines_clock_stands_and_a_reset_returns_to_it() -> None:
    start = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    with serving(clock=start) as client:
        assert created(client) == "2031-05-06T07:08:09.000"
        put(client, advance="1h")
        assert created(client, external_id="later") == "2031-05-06T08:08:09.000"
        client.post("/__admin/reset")
        assert client.get(CLOCK).json() == {
            "now": "2031-05-06T07:08:09.000",
            "frozen": True,
            "advanced_seconds": 0,
        }


def test_the_log_and_the_age_of_faults_go_by_it(client: Client) -> None:
    put(client, now="2030-01-02T03:04:05")
    client.post("/__admin/faults", json={"effect": {"status": 503}, "when": {"after": "1h"}})
    found = [client.get("/v1/SystemStatus").status_code]
    put(client, advance="1h")
    found += [client.get("/v1/SystemStatus").status_code]

    assert found == [200, 503]
    assert [each["at"] for each in client.get("/__admin/requests").json()["requests"]] == [
        "2030-01-02T03:04:05.000",
        "2030-01-02T04:04:05.000",
    ]


@pytest.mark.parametrize(
    ("body", "place", "says"),
    [
        ({}, "body", "must have exactly one of now, advance, frozen"),
        ({"now": "2030-01-01", "frozen": True}, "body", "exactly one of"),
        ({"now": "2030-01-01", "advance": "1s"}, "body", "exactly one of"),
        ({"now": 1893456000}, "body.now", "must be a date and time such as 2030-01-02T03:04:05"),
        ({"now": "tomorrow"}, "body.now", "must be a date and time"),
        ({"now": "2030-02-30"}, "body.now", "must be a date and time"),
        ({"now": "10000-01-01"}, "body.now", "must be a date and time"),
        ({"now": "0001-01-01T00:00:00+05:00"}, "body.now", "must be a date and time"),
        ({"now": None}, "body.now", "must be a date and time"),
        ({"advance": 90}, "body.advance", "must be a duration such as 200ms"),
        ({"advance": "-90s"}, "body.advance", "must be a duration"),
        ({"frozen": "yes"}, "body.frozen", "must be true or false"),
        ({"freeze": True}, "body.freeze", "unknown; expected one of now, advance, frozen"),
        ([], "body", "must be an object"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_place(
    client: Client, body: Any, place: str, says: str
) -> None:
    response = client.put(CLOCK, data=json.dumps(body))

    (mistake,) = response.json()["mistakes"]
    assert (response.status_code, mistake["place"]) == (400, place)
    assert says in mistake["message"]
    assert is_real(now(client))


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:00"])
def test_the_clock_does_not_go_past_the_year_9999(client: Client, moment: str) -> None:
    put(client, now=moment)

    response = client.put(CLOCK, json={"advance": "2m"})

    assert (response.status_code, response.json()["message"]) == (
        400,
        "the clock would go past the year 9999",
    )
    assert client.get(CLOCK).json()["now"] == "9999-12-31T23:59:00.000"


def test_with_isolation_each_client_code_has_its_own_clock() -> None:
    with serving(isolate_clients=True) as client:
        client.put(f"{CLOCK}?client=one", json={"now": "2030-01-02T03:04:05"})

        assert client.get(f"{CLOCK}?client=one").json()["frozen"] is True
        assert client.get(f"{CLOCK}?client=two").json()["frozen"] is False
        assert is_real(now(client))
