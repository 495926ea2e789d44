"""How the gateway counts, without a server: exactly, with bounded memory, by the mock clock."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from mockrevio.control.clock import Clock
from mockrevio.quantities import Limit
from mockrevio.revio import rate_limits
from mockrevio.revio.gateway import Gateway
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.settings import Settings

START = datetime(2030, 1, 1, tzinfo=UTC)


def request(client: str | None = "acme") -> ApiRequest:
    return ApiRequest("GET", "/v1/SystemStatus", "", {}, b"", client, "me")


def limits(rate: str | None = None, quota: str | None = None) -> Settings:
    return Settings(rate_limit=rate and Limit.parse(rate), quota=quota and Limit.parse(quota))  # type: ignore[arg-type]


def test_nothing_is_counted_without_limits() -> None:
    world_gateway = Gateway(Clock(START))

    assert all(world_gateway.check(request(), Settings()) is None for _ in range(5))
    assert world_gateway.check(request(), limits("1/60")) is None


def test_lowering_the_limit_keeps_counting_earlier_requests() -> None:
    clock = Clock(START)
    world_gateway = Gateway(clock)
    for _ in range(5):
        assert world_gateway.check(request(), limits("5/60")) is None
        clock.advance(1)

    rejection = world_gateway.check(request(), limits("2/60"))

    assert rejection is not None
    assert (
        dict(rejection.response.headers)["Retry-After"] == "58"
    )  # until the fourth of the five leaves the window


def test_setting_the_clock_back_keeps_request_times_in_order() -> None:
    clock = Clock(START)
    world_gateway = Gateway(clock)
    for seconds in (0, 30, 10):
        clock.freeze(START + timedelta(seconds=seconds))
        assert world_gateway.check(request(), limits("2/60")) is None

    rejection = world_gateway.check(request(), limits("2/60"))

    assert rejection is not None
    assert dict(rejection.response.headers)["Retry-After"] == "50"


@pytest.mark.parametrize("moment", [datetime.min, datetime(9999, 12, 31, 23, 59, 59)])  # noqa: DTZ901, DTZ001
def test_requests_are_counted_at_the_earliest_and_latest_possible_time(moment: datetime) -> None:
    world_gateway = Gateway(Clock(moment.replace(tzinfo=UTC)))

    rejections = [world_gateway.check(request(), limits("1/60", "9/86400")) for _ in range(2)]

    assert (rejections[0], rejections[1] is not None) == (None, True)


def test_the_least_recently_used_account_is_dropped_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate_limits, "MAX_ACCOUNTS", 2)
    world_gateway = Gateway(Clock(START))

    passed = [
        world_gateway.check(request(name), limits("1/60")) is None for name in ("a", "b", "a", "c", "b", "c")
    ]

    assert passed == [True, True, False, True, True, False]


def test_an_account_is_forgotten_once_its_requests_do_not_count_any_more() -> None:
    clock = Clock(START)
    world_gateway = Gateway(clock)
    by_limits = limits("2/60", "2/3600")
    tracemalloc.start()
    try:
        for number in range(2000):
            world_gateway.check(request(f"client-{number}"), by_limits)
        clock.advance(3601)
        for name in ("last", "last", "last"):
            rejection = world_gateway.check(request(name), by_limits)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rejection is not None
    assert kept < 300_000, "2000 accounts take more than a megabyte"


def test_a_quota_of_days_gives_the_remaining_time_in_hours() -> None:
    world_gateway = Gateway(Clock(START))
    world_gateway.check(request(), limits(quota="1/864000"))

    rejection = world_gateway.check(request(), limits(quota="1/864000"))

    assert rejection is not None
    assert b"replenished in 240:00:00." in rejection.response.body
