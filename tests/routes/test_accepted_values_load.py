"""What a write accepts can be loaded again: odd values are refused, or stored in a form that stays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import Client
from tests.torture.odd_values import DECLARED

ABOUT_NO_DATE = ["0001-01-01T00:00:00", "0001-01-02T01:00:00+02:00"]


def declaring(client: Client) -> None:
    """Give the world of a client the declared resources."""
    client.put("/__admin/state", json={"resources": DECLARED}).raise_for_status()


def assert_loadable(client: Client) -> dict[str, Any]:
    """Check that the state can be put in the place of itself, and return it."""
    before = client.get("/__admin/state")
    client.put("/__admin/state", json=before.json()).raise_for_status()
    assert client.get("/__admin/state").content == before.content
    state: dict[str, Any] = before.json()
    return state


@pytest.mark.parametrize("date", ABOUT_NO_DATE)
def test_a_date_that_stands_for_none_in_any_time_zone_is_stored_as_none(client: Client, date: str) -> None:
    created = client.post("/v1/Customers", json={"close_date": date})
    record = client.get(f"/v1/Customers/{created.json()['id']}").json()
    assert record["close_date"] is None
    assert_loadable(client)


@pytest.mark.parametrize("date", [*ABOUT_NO_DATE, "", None])
def test_a_list_of_dates_has_no_item_that_stands_for_none(client: Client, date: str | None) -> None:
    declaring(client)
    widget = {"dates": ["2026-1-5", date]}
    assert client.post("/v1/Widgets", json=widget).status_code == 400
    response = client.post("/__admin/entities/Widgets", json=widget)
    assert response.status_code == 400
    assert response.json()["mistakes"][0]["place"] == "[0].dates[1]"
    assert_loadable(client)


@pytest.mark.parametrize("pair_id", [0, -3])
def test_the_id_of_a_pair_must_be_one(client: Client, pair_id: int) -> None:
    declaring(client)
    response = client.post("/v1/Pairs", json={"pair_id": pair_id})
    assert (response.status_code, response.json()[0]["field"]) == (400, "pair_id")
    client.post("/v1/Pairs", json={"pair_id": 7}).raise_for_status()
    assert client.put("/v1/Pairs/7", json={"pair_id": pair_id}).status_code == 400
    assert_loadable(client)


def test_a_pair_without_an_id_gets_one_and_keeps_it(client: Client) -> None:
    declaring(client)
    pair_id = client.post("/v1/Pairs", json={"pair_id": None}).json()["id"]
    client.put(f"/v1/Pairs/{pair_id}", json={"pair_id": None, "line_id": 5}).raise_for_status()
    (pair,) = assert_loadable(client)["records"]["Pairs"]
    assert (pair["pair_id"], pair["line_id"]) == (pair_id, 5)


@pytest.mark.parametrize(
    ("member", "value"), [("attempts", 5), ("attempts", -1), ("created_date", "2026-01-05 09:30:00.000")]
)
def test_a_delivery_that_no_queue_can_have_is_refused(client: Client, member: str, value: Any) -> None:
    delivery = {"id": 1, "webhook_receiver_id": 1, "created_date": "2026-01-05T09:30:00.000", member: value}
    response = client.put("/__admin/state", json={"deliveries": [delivery]})
    assert response.json()["mistakes"][0]["place"] == f"document: deliveries[0].{member}"


def test_records_of_an_unlisted_type_load_and_those_of_an_unknown_one_do_not(client: Client) -> None:
    client.put("/__admin/state", json={"entities": {"BILL": [7]}}).raise_for_status()
    assert assert_loadable(client)["entities"]["BILL"][0]["bill_id"] == 7
    response = client.put("/__admin/state", json={"entities": {"BILLS": [7]}})
    assert response.json()["mistakes"][0]["message"].startswith("unknown entity type; nearest BILL")


def test_the_order_of_declared_fields_survives_a_snapshot(client: Client) -> None:
    declaring(client)
    client.put("/__admin/snapshots/one").raise_for_status()
    client.post("/__admin/snapshots/one/restore").raise_for_status()
    client.post("/v1/Widgets", json={}).raise_for_status()
    (widget,) = client.get("/v1/Widgets").json()["records"]
    assert list(widget) == list(DECLARED["Widgets"]["fields"])


def test_a_world_on_the_first_day_keeps_the_dates_of_its_clock(client: Client) -> None:
    client.put("/__admin/clock", json={"now": "0001-01-01T00:00:00"}).raise_for_status()
    client.post("/v1/Customers", json={}).raise_for_status()
    customers = assert_loadable(client)["entities"]["CUSTOMER"]
    assert customers[-1]["created_date"] == "0001-01-01T00:00:00.000"
