"""The clock of a world, the source of every date: freezing, setting, advancing and releasing it."""

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


def test_the_clock_follows_real_time_by_default(client: Client) -> None:
    assert client.get(CLOCK).json()["frozen"] is False
    assert is_real(now(client))


def test_now_freezes_the_clock_and_sets_created_dates(client: Client) -> None:
    assert put(client, now="2030-01-02T03:04:05")["frozen"] is True
    time.sleep(0.01)

    assert client.get(CLOCK).json()["now"] == "2030-01-02T03:04:05.000"
    assert created(client) == "2030-01-02T03:04:05.000"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2030-01-02", "2030-01-02T00:00:00.000"),
        ("2030-01-02T03:04:05.678", "2030-01-02T03:04:05.678"),
        ("2030-01-02T03:04:05Z", "2030-01-02T03:04:05.000"),
        ("2030-01-02T03:04:05+02:00", "2030-01-02T01:04:05.000"),
        ("0001-01-01T00:00:00", "0001-01-01T00:00:00.000"),
        ("9999-12-31T23:59:59.999", "9999-12-31T23:59:59.999"),
    ],
)
def test_now_accepts_any_date_and_defaults_to_utc(client: Client, now: str, expected: str) -> None:
    assert put(client, now=now)["now"] == expected
    client.patch("/__admin/settings", json={"rate_limit": "9/60"})
    client.post("/__admin/faults", json={"effect": {"status": 503}, "when": {"after": "1s", "times": 1}})
    assert created(client) == expected


def test_frozen_true_freezes_at_the_current_time_and_false_releases(client: Client) -> None:
    put(client, frozen=True)
    frozen_at = now(client)
    time.sleep(0.02)

    assert now(client) == frozen_at
    assert is_real(frozen_at)
    assert put(client, frozen=False)["frozen"] is False
    time.sleep(0.02)
    assert now(client) > frozen_at


def test_a_frozen_clock_can_be_advanced_and_stays_frozen(client: Client) -> None:
    put(client, now="2030-01-02T03:04:05")

    assert put(client, advance="90s")["now"] == "2030-01-02T03:05:35.000"
    assert put(client, advance="1h")["now"] == "2030-01-02T04:05:35.000"
    assert created(client) == "2030-01-02T04:05:35.000"


def test_a_running_clock_can_be_advanced_and_keeps_running(client: Client) -> None:
    clock = put(client, advance="2h")
    first = now(client)
    time.sleep(0.02)

    assert (clock["frozen"], clock["advanced_seconds"]) == (False, 7200)
    assert is_real(first - timedelta(hours=2))
    assert now(client) > first
    put(client, frozen=False)
    assert is_real(now(client))


def test_a_reset_returns_to_real_time(client: Client) -> None:
    put(client, now="2030-01-02T03:04:05")
    client.post("/__admin/reset")

    assert is_real(now(client))


def test_the_clock_option_freezes_the_clock_and_a_reset_restores_it() -> None:
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


def test_the_request_log_and_fault_timing_use_the_clock(client: Client) -> None:
    put(client, now="2030-01-02T03:04:05")
    client.post("/__admin/faults", json={"effect": {"status": 503}, "when": {"after": "1h"}})
    statuses = [client.get("/v1/SystemStatus").status_code]
    put(client, advance="1h")
    statuses += [client.get("/v1/SystemStatus").status_code]

    assert statuses == [200, 503]
    assert [entry["at"] for entry in client.get("/__admin/requests").json()["requests"]] == [
        "2030-01-02T03:04:05.000",
        "2030-01-02T04:04:05.000",
    ]


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        ({}, "body", "must have now, now and frozen, advance, or frozen"),
        ({"now": "2030-01-01", "advance": "1s"}, "body", "must have now, now and frozen"),
        ({"advance": "1s", "frozen": False}, "body", "must have now, now and frozen"),
        ({"now": 1893456000}, "body.now", "must be a date and time such as 2030-01-02T03:04:05"),
        ({"now": "tomorrow"}, "body.now", "must be a date and time"),
        ({"now": "2030-02-30"}, "body.now", "must be a date and time"),
        ({"now": "10000-01-01"}, "body.now", "must be a date and time"),
        ({"now": "0001-01-01T00:00:00+05:00"}, "body.now", "must be a date and time"),
        ({"now": None}, "body.now", "must be a date and time"),
        ({"advance": 90}, "body.advance", "must be a duration such as 90s, 1h30m or 3d"),
        ({"advance": "-90s"}, "body.advance", "to set the clock back, use now, not '-90s'"),
        ({"advance": "3 days"}, "body.advance", "must be a duration"),
        ({"now": "2030-01-01", "frozen": "no"}, "body.frozen", "must be true or false"),
        ({"frozen": "yes"}, "body.frozen", "must be true or false"),
        ({"freeze": True}, "body.freeze", "unknown; expected one of now, advance, frozen"),
        ([], "body", "must be an object"),
    ],
)
def test_an_invalid_change_is_rejected_with_its_place(
    client: Client, body: Any, place: str, message: str
) -> None:
    response = client.put(CLOCK, data=json.dumps(body))

    (mistake,) = response.json()["mistakes"]
    assert (response.status_code, mistake["place"]) == (400, place)
    assert message in mistake["message"]
    assert is_real(now(client))


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("step", ["2m", "400w", "9999999d", "999999999999999999w"])
def test_the_clock_cannot_go_past_the_year_9999(client: Client, step: str, frozen: bool) -> None:
    put(client, now="9999-12-31T23:58:30", frozen=frozen)

    response = client.put(CLOCK, json={"advance": step})

    assert (response.status_code, response.json()["message"]) == (
        400,
        "the clock cannot go past the year 9999; advance it by less",
    )
    assert client.get(CLOCK).json()["now"].startswith("9999-12-31T23:58")


def test_a_running_clock_stops_at_the_end_of_the_year_9999(client: Client) -> None:
    put(client, now="9999-12-31T23:59:59.999999", frozen=False)

    assert created(client) == "9999-12-31T23:59:59.999"
    assert put(client, frozen=False)["now"] < "9999"


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00", "1969-12-31T23:00:00", "2030-01-02T03:04:05"])
def test_the_clock_runs_from_another_date(client: Client, start: str) -> None:
    clock = put(client, now=start, frozen=False)
    assert clock["frozen"] is False
    assert (clock["advanced_seconds"] > 0) == (start > "2030")
    first = created(client)
    time.sleep(0.01)
    later = created(client, external_id="later")

    assert f"{start}.000" <= first < later < f"{start[:17]}99"
    assert is_real(datetime.fromisoformat(put(client, frozen=False)["now"]).replace(tzinfo=UTC))


def test_a_clock_that_runs_from_another_date_can_be_advanced_frozen_and_reset(client: Client) -> None:
    put(client, now="1999-12-31T00:00:00", frozen=False)
    assert put(client, advance="1d")["now"].startswith("2000-01-01T00:00:0")
    frozen_at = put(client, frozen=True)["now"]

    assert created(client) == frozen_at
    assert put(client, advance="1d12h")["now"] == frozen_at.replace("2000-01-01T00", "2000-01-02T12")
    client.post("/__admin/reset")
    assert is_real(now(client))


def test_the_clock_can_be_advanced_by_more_than_a_year(client: Client) -> None:
    put(client, now="2026-01-01T00:00:00")

    assert put(client, advance="1461d")["now"] == "2030-01-01T00:00:00.000"
    assert put(client, advance="2w")["now"] == "2030-01-15T00:00:00.000"


def test_now_with_frozen_true_freezes_like_now_alone(client: Client) -> None:
    assert put(client, now="2030-01-02", frozen=True)["frozen"] is True
    assert created(client) == "2030-01-02T00:00:00.000"


def test_limits_and_timed_faults_move_with_a_clock_that_runs_in_the_past(client: Client) -> None:
    client.patch("/__admin/settings", json={"rate_limit": "1/60"})
    statuses = [client.get("/v1/SystemStatus").status_code for _ in range(2)]
    put(client, now="1999-12-31T00:00:00", frozen=False)  # a call of the future is in no window
    statuses += [client.get("/v1/SystemStatus").status_code for _ in range(2)]
    put(client, advance="1m")
    statuses += [client.get("/v1/SystemStatus").status_code for _ in range(2)]
    assert statuses == [200, 429] * 3

    client.patch("/__admin/settings", json={"rate_limit": None})
    client.post("/__admin/faults", json={"effect": {"status": 503}, "when": {"after": "1d", "for": "1d"}})
    statuses = []
    for _ in range(3):
        statuses.append(client.get("/v1/SystemStatus").status_code)
        put(client, advance="1d")
    assert statuses == [200, 503, 200]


def test_isolated_worlds_have_separate_clocks() -> None:
    with serving(isolate_clients=True) as client:
        client.put(f"{CLOCK}?client=one", json={"now": "2030-01-02T03:04:05"})
        client.post("/__admin/reset?client=two")

        assert client.get(f"{CLOCK}?client=one").json()["frozen"] is True
        assert client.get(f"{CLOCK}?client=two").json()["frozen"] is False
        assert is_real(now(client))
