"""Parts of listings, and the check at the end of a test."""

from __future__ import annotations

import pytest

from tests.routes.common import assert_error
from tests.support import Client

LISTINGS = {"key_links": "key_links", "requests": "requests"}


@pytest.fixture
def five(client: Client) -> Client:
    for number in range(5):
        client.link(external_id=str(number))
    return client


def numbers(client: Client, path: str, query: str) -> tuple[list[str], int]:
    """The last digits of what is listed, and how many there are in all."""
    listing = client.get(f"/__admin/{path}?{query}").json()
    found = [
        each["external_id"] if "external_id" in each else each["json"]["external_id"]
        for each in listing[LISTINGS[path]]
    ]
    return found, listing["count"]


@pytest.mark.parametrize("path", LISTINGS)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "01234"),
        ("limit=2", "34"),
        ("limit=0", ""),
        ("limit=9", "01234"),
        ("offset=0&limit=2", "01"),
        ("offset=1&limit=2", "12"),
        ("offset=3", "34"),
        ("offset=5", ""),
        ("offset=-1", "4"),
        ("offset=-3&limit=2", "23"),
        ("offset=-9&limit=2", "01"),
    ],
)
def test_limit_and_offset_select_a_part_of_a_listing(
    five: Client, path: str, query: str, expected: str
) -> None:
    assert numbers(five, path, query) == ([*expected], 5)


@pytest.mark.parametrize("path", ["key_links", "requests", "webhooks"])
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=x", "query: limit: must be a whole number from 0, not 'x'"),
        ("limit=-1", "query: limit: must be a whole number from 0, not '-1'"),
        ("offset=1.5", "query: offset: must be a whole number, not '1.5'"),
        ("offset=", "query: offset: must be a whole number, not ''"),
    ],
)
def test_an_invalid_limit_or_offset_is_rejected(client: Client, path: str, query: str, message: str) -> None:
    assert message in assert_error(client.get(f"/__admin/{path}?{query}"), 400, "invalid")


def test_other_parameters_of_the_key_links_are_rejected(client: Client) -> None:
    response = client.get("/__admin/key_links?colour=red")
    message = assert_error(response, 400, "invalid")
    assert message.startswith("query: colour: unknown; expected search, ")
    assert message.endswith(", limit, offset, labels or client")


def test_a_check_lists_the_faults_that_never_fired_except_optional_ones(client: Client) -> None:
    for name, optional in (("fired", False), ("optional", True), ("missed", False)):
        rule = {"effect": {"status": 503}, "match": {"path": f"/v1/{name}"}, "name": name}
        client.post("/__admin/faults", json={**rule, "optional": optional}).raise_for_status()
    client.get("/v1/fired")
    client.get("/v1/SystemStatus")
    found = client.get("/__admin/check").json()
    assert [rule["name"] for rule in found["faults"]] == ["missed"]
    assert "path is /v1/SystemStatus, not /v1/missed" in found["faults"][0]["last_miss"]
    assert found["requests"] == []


def test_a_check_lists_the_calls_on_which_mockrevio_failed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("inside the mock")

    client.get("/v1/SystemStatus")
    monkeypatch.setattr("mockrevio.world.world.World.page", broken)
    assert client.get("/v1/Customers").status_code == 500
    (failed,) = client.get("/__admin/check").json()["requests"]
    assert (failed["method"], failed["path"]) == ("GET", "/v1/Customers")
    assert "ZeroDivisionError: inside the mock" in failed["error"]
