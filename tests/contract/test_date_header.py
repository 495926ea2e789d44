"""The header Date follows the clock of the world that a call is for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.settings import Settings, hash_secret
from tests.support import Client, running, serving

CLOCK = "/__admin/clock"
NEW_YEAR = "Tue, 01 Jan 2030 00:00:00 GMT"


def dates(response: requests.Response) -> list[str]:
    """Every Date header, as sent."""
    return [text for name, text in response.raw.headers.items() if name.lower() == "date"]


def is_real(response: requests.Response) -> bool:
    [date] = dates(response)
    return abs(datetime.now(UTC) - parsedate_to_datetime(date)) < timedelta(seconds=10)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/Customers"),
        ("HEAD", "/v1/Customers"),
        ("GET", "/v1/Customers/1"),
        ("GET", "/v1/Nonsense"),
        ("DELETE", "/v1/Customers"),
        ("POST", "/v1/IntegrationKeyLink"),
        ("OPTIONS", "/v1/Customers"),
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/__admin/health"),
        ("GET", "/__admin/requests"),
        ("GET", "/__admin/"),
    ],
)
def test_every_response_has_one_date_and_it_is_the_worlds(client: Client, method: str, path: str) -> None:
    assert is_real(client.request(method, path))
    client.put(CLOCK, json={"now": "2030-01-01T00:00:00.999"})

    assert dates(client.request(method, path)) == [NEW_YEAR]


@pytest.mark.parametrize(
    "fault",
    [
        {"effect": {"status": 503}},
        {"effect": {"preset": "rate_limited"}},
        {"effect": {"latency": "10ms"}, "phase": "after_commit"},
        {"effect": {"drip": {"chunks": 2, "over": "10ms"}}},
    ],
)
def test_responses_of_faults_have_the_date_too(client: Client, fault: dict[str, object]) -> None:
    assert client.post("/__admin/faults", json=fault).status_code == 201
    client.put(CLOCK, json={"now": "2030-01-01"})

    assert dates(client.get("/v1/Customers")) == [NEW_YEAR]
    assert client.get("/__admin/requests").json()["requests"][-1]["response"]["headers"]["Date"] == NEW_YEAR


def test_a_rejected_login_and_the_gateway_have_the_date_too() -> None:
    with serving(subscription_key=(hash_secret("k"),)) as client:
        client.put(CLOCK, json={"now": "2030-01-01"})
        assert dates(client.get("/v1/Customers")) == [NEW_YEAR]
        client.auth = None
        response = client.get("/v1/Customers", headers={"Ocp-Apim-Subscription-Key": "k"})
        assert (response.status_code, dates(response)) == (401, [NEW_YEAR])


def test_the_date_moves_with_the_clock(client: Client) -> None:
    client.put(CLOCK, json={"now": "2030-01-01"})
    client.put(CLOCK, json={"advance": "1d1s"})
    assert dates(client.get("/v1/Customers")) == ["Wed, 02 Jan 2030 00:00:01 GMT"]
    client.put(CLOCK, json={"now": "1999-12-31", "frozen": False})
    assert dates(client.get("/v1/Customers"))[0].startswith("Fri, 31 Dec 1999 00:00:")
    client.put(CLOCK, json={"frozen": False})
    assert is_real(client.get("/v1/Customers"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("0001-01-01T00:00:00", "Mon, 01 Jan 0001 00:00:00 GMT"),
        ("9999-12-31T23:59:59.999999", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ],
)
def test_the_date_is_right_at_the_ends_of_time(client: Client, now: str, expected: str) -> None:
    client.put(CLOCK, json={"now": now})
    assert dates(client.get("/v1/Customers")) == [expected]


def test_each_isolated_world_has_its_own_date() -> None:
    with serving(isolate_clients=True) as client:
        client.put(f"{CLOCK}?client=acme", json={"now": "2030-01-01"})
        assert dates(client.get("/v1/Customers")) == [NEW_YEAR]
        assert dates(client.get("/__admin/requests?client=acme")) == [NEW_YEAR]
        client.auth = ("tester@other", "secret")
        assert is_real(client.get("/v1/Customers"))
        assert is_real(client.get("/__admin/requests"))


def test_a_response_without_a_world_has_the_real_date(tmp_path: Path) -> None:
    options = {"data": tmp_path / "data", "clock": datetime(2030, 1, 1, tzinfo=UTC)}
    app = create_app(Settings(**options), load=False)  # type: ignore[arg-type]
    with running(app) as client:
        response = client.get("/v1/Customers")
        assert response.status_code == 503
        assert is_real(response)
