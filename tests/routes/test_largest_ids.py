"""The largest id, 2147483647: none beyond it is assigned, and a world that has it opens again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.routes.common import LINKS
from tests.support import LINK, Client, Process, process

LARGEST = 2_147_483_647
CUSTOMERS = "/__admin/entities/CUSTOMER"


@pytest.fixture
def full(client: Client) -> Client:
    """A world in which a customer and a key link have the largest id."""
    assert client.post(CUSTOMERS, json={"id": LARGEST}).status_code == 201
    state = client.get("/__admin/state").json()
    state["next_ids"]["key_links"] = LARGEST
    client.put("/__admin/state", json=state).raise_for_status()
    assert client.link() == LARGEST
    return client


def test_the_largest_id_can_be_used(full: Client) -> None:
    assert full.get(f"{LINKS}/{LARGEST}").json()["external_id"] == LINK["external_id"]
    assert full.get(f"/v1/Customers/{LARGEST}").status_code == 200


def test_the_api_assigns_no_larger_id(full: Client) -> None:
    before = full.get("/__admin/state").json()
    for path, body in ((LINKS, {**LINK, "external_id": "one more"}), ("/v1/Customers", {})):
        response = full.post(path, json=body)
        assert (response.status_code, response.json()[0]["error"]) == (400, "invalid")
        assert str(LARGEST) in response.headers["X-Mock-Explain"]
    assert full.get("/__admin/state").json() == before


@pytest.mark.parametrize("body", [{"count": 1}, {"status": "CLOSED"}, [{}]])
def test_the_admin_api_assigns_no_larger_id(full: Client, body: object) -> None:
    before = full.get("/__admin/state").json()
    response = full.post(CUSTOMERS, json=body)
    assert (response.status_code, response.json()["error"]) == (409, "conflict")
    assert str(LARGEST) in response.json()["message"]
    assert full.get("/__admin/state").json() == before


def test_generating_more_records_than_ids_are_left_adds_none(client: Client) -> None:
    client.post(CUSTOMERS, json={"id": LARGEST - 3}).raise_for_status()
    assert client.post(CUSTOMERS, json={"count": 4}).status_code == 409
    records = client.post(CUSTOMERS, json={"count": 3}).json()["entities"]
    assert [record["customer_id"] for record in records] == [LARGEST - 2, LARGEST - 1, LARGEST]


def test_a_state_whose_links_need_a_larger_id_is_rejected(client: Client) -> None:
    links = [{**LINK, "integration_key_link_id": LARGEST}, {**LINK, "external_id": "unnumbered"}]
    response = client.put("/__admin/state", json={"key_links": links})
    assert response.status_code == 400
    (mistake,) = response.json()["mistakes"]
    assert mistake["place"] == "document: key_links[1]"
    assert str(LARGEST) in mistake["message"]


def test_a_state_with_the_largest_id_can_be_put_back_and_restored(full: Client) -> None:
    state = full.get("/__admin/state").json()
    assert state["next_ids"]["CUSTOMER"] == LARGEST + 1
    full.put("/__admin/state", json=state).raise_for_status()
    full.put("/__admin/snapshots/full").raise_for_status()
    assert full.get("/__admin/snapshots/full/diff").status_code == 200
    full.post("/__admin/snapshots/full/restore").raise_for_status()
    assert full.get("/__admin/state").json() == state


def test_a_reset_restarts_the_ids(full: Client) -> None:
    full.post("/__admin/reset").raise_for_status()
    assert full.link() == 1


def fill(running: Process) -> dict[str, object]:
    running.client.post(CUSTOMERS, json={"id": LARGEST}).raise_for_status()
    for body in ({"count": 1}, {}):
        assert running.client.post(CUSTOMERS, json=body).status_code == 409
    state: dict[str, object] = running.client.get("/__admin/state").json()
    return state


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_world_with_the_largest_id_survives_a_restart(tmp_path: Path, end: str) -> None:
    with process("--data", str(tmp_path)) as running:
        before = fill(running)
        getattr(running, end)()
    with process("--data", str(tmp_path)) as restarted:
        assert restarted.client.get("/__admin/state").json() == before
