"""What happens where ids end: none beyond 2147483647 is given out, and whatever is written opens again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import LINK, Client, Process, process

LARGEST = 2_147_483_647
CUSTOMERS = "/__admin/entities/CUSTOMER"
LINKS = "/v1/IntegrationKeyLink"


@pytest.fixture
def full(client: Client) -> Client:
    """A world in which a customer and a key link have the largest id."""
    assert client.post(CUSTOMERS, json={"id": LARGEST}).status_code == 201
    state = client.get("/__admin/state").json()
    state["next_ids"]["key_links"] = LARGEST
    client.put("/__admin/state", json=state).raise_for_status()
    assert client.link() == LARGEST
    return client


def test_the_largest_id_is_a_good_one(full: Client) -> None:
    assert full.get(f"{LINKS}/{LARGEST}").json()["external_id"] == LINK["external_id"]
    assert full.get(f"/v1/Customers/{LARGEST}").status_code == 200


def test_no_larger_one_is_given_out_by_the_api(full: Client) -> None:
    before = full.get("/__admin/state").json()
    for path, body in ((LINKS, {**LINK, "external_id": "one more"}), ("/v1/Customers", {})):
        refused = full.post(path, json=body)
        assert (refused.status_code, refused.json()[0]["error"]) == (400, "invalid")
        assert str(LARGEST) in refused.headers["X-Mock-Explain"]
    assert full.get("/__admin/state").json() == before


@pytest.mark.parametrize("body", [{"count": 1}, {"status": "CLOSED"}, [{}]])
def test_no_larger_one_is_given_out_by_the_admin_side(full: Client, body: object) -> None:
    before = full.get("/__admin/state").json()
    refused = full.post(CUSTOMERS, json=body)
    assert (refused.status_code, refused.json()["error"]) == (409, "conflict")
    assert str(LARGEST) in refused.json()["message"]
    assert full.get("/__admin/state").json() == before


def test_as_many_are_made_up_as_there_are_ids_left_or_none(client: Client) -> None:
    client.post(CUSTOMERS, json={"id": LARGEST - 3}).raise_for_status()
    assert client.post(CUSTOMERS, json={"count": 4}).status_code == 409
    made = client.post(CUSTOMERS, json={"count": 3}).json()["entities"]
    assert [each["customer_id"] for each in made] == [LARGEST - 2, LARGEST - 1, LARGEST]


def test_links_of_a_state_that_would_get_a_larger_one_are_refused_with_their_place(client: Client) -> None:
    links = [{**LINK, "integration_key_link_id": LARGEST}, {**LINK, "external_id": "unnumbered"}]
    refused = client.put("/__admin/state", json={"key_links": links})
    assert refused.status_code == 400
    (mistake,) = refused.json()["mistakes"]
    assert mistake["place"] == "document: key_links[1]"
    assert str(LARGEST) in mistake["message"]


def test_such_a_state_can_be_put_back_saved_and_restored(full: Client) -> None:
    state = full.get("/__admin/state").json()
    assert state["next_ids"]["CUSTOMER"] == LARGEST + 1
    full.put("/__admin/state", json=state).raise_for_status()
    full.put("/__admin/snapshots/full").raise_for_status()
    assert full.get("/__admin/snapshots/full/diff").status_code == 200
    full.post("/__admin/snapshots/full/restore").raise_for_status()
    assert full.get("/__admin/state").json() == state


def test_a_reset_begins_anew(full: Client) -> None:
    full.post("/__admin/reset").raise_for_status()
    assert full.link() == 1


def fill(running: Process) -> dict[str, object]:
    running.client.post(CUSTOMERS, json={"id": LARGEST}).raise_for_status()
    for body in ({"count": 1}, {}):
        assert running.client.post(CUSTOMERS, json=body).status_code == 409
    state: dict[str, object] = running.client.get("/__admin/state").json()
    return state


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_such_a_world_opens_again(tmp_path: Path, end: str) -> None:
    with process("--data", str(tmp_path)) as running:
        before = fill(running)
        getattr(running, end)()
    with process("--data", str(tmp_path)) as again:
        assert again.client.get("/__admin/state").json() == before
