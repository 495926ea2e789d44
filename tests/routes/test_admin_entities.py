"""The fake Rev.io records: looked at, added, made up and taken away."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.revio.resources import ENTITIES
from tests.support import Client

ENTITIES_PATH = "/__admin/entities"
CUSTOMERS = f"{ENTITIES_PATH}/CUSTOMER"


def test_the_counts_name_every_type(client: Client) -> None:
    counts = client.get(ENTITIES_PATH).json()["counts"]
    assert list(counts) == list(ENTITIES)
    assert counts["CUSTOMER"] == client.get(CUSTOMERS).json()["count"] > 0


@pytest.mark.parametrize("name", ["customer", "Customer", "CUSTOMER"])
def test_a_type_s_name_ignores_case(client: Client, name: str) -> None:
    assert client.get(f"{ENTITIES_PATH}/{name}/1015").json()["customer_id"] == 1015


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_type_is_404_and_names_those_there_are(client: Client, method: str) -> None:
    answer = client.request(method, f"{ENTITIES_PATH}/PEOPLE", json={})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert "CUSTOMER" in answer.json()["message"]


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({"id": 4242, "status": "ACTIVE"}, [4242]),
        ({"customer_id": 4242}, [4242]),
        ([4242, {"id": 4243}], [4242, 4243]),
        (4242, [4242]),
        ({}, [1026]),
        ([{}, {}], [1026, 1027]),
        ([], []),
    ],
)
def test_entities_are_added_by_id_by_record_or_by_list(client: Client, given: Any, ids: list[int]) -> None:
    answer = client.post(CUSTOMERS, json=given)
    assert answer.status_code == 201
    assert answer.json()["count"] == len(ids)
    assert [each["customer_id"] for each in answer.json()["entities"]] == ids
    for entity_id in ids:
        assert client.get(f"/v1/Customers/{entity_id}").json()["customer_id"] == entity_id


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"id": 1015}, 409, "conflict"),
        ([4242, 4242], 409, "conflict"),
        ([4242, 1015], 409, "conflict"),
        ({"id": "x"}, 400, "invalid"),
        ({"id": 0}, 400, "invalid"),
        ({"status": 4}, 400, "invalid"),
        ([[]], 400, "invalid"),
        ("x", 400, "invalid"),
        (None, 400, "invalid"),
    ],
)
def test_what_cannot_be_added_is_refused_and_nothing_of_it_is_added(
    client: Client, given: Any, status: int, code: str
) -> None:
    before = client.get(CUSTOMERS).json()
    answer = client.post(CUSTOMERS, json=given)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["message"]
    assert client.get(CUSTOMERS).json() == before


@pytest.mark.parametrize("name", ENTITIES)
def test_entities_of_every_type_can_be_made_up(client: Client, name: str) -> None:
    before = client.get(f"{ENTITIES_PATH}/{name}").json()["count"]
    answer = client.post(f"{ENTITIES_PATH}/{name}", json={"count": 5})
    assert (answer.status_code, answer.json()["count"]) == (201, 5)
    assert client.get(f"{ENTITIES_PATH}/{name}").json()["count"] == before + 5
    made = answer.json()["entities"][0]
    assert set(made) == set(ENTITIES[name].fields)


@pytest.mark.parametrize(
    "given",
    [{"count": 0}, {"count": -1}, {"count": "5"}, {"count": True}, {"count": 100_001}, {"count": 1, "id": 5}],
)
def test_a_count_that_makes_no_sense_is_refused(client: Client, given: Any) -> None:
    answer = client.post(CUSTOMERS, json=given)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid")
    assert "count" in answer.json()["message"]


def test_an_entity_is_put_in_place_of_another_or_where_there_was_none(client: Client) -> None:
    for entity_id in (1015, 4242):
        answer = client.put(f"{CUSTOMERS}/{entity_id}", json={"status": "CLOSED", "id": 7, "customer_id": 8})
        assert answer.json() == {"customer_id": entity_id, "status": "CLOSED"}
        assert client.get(f"{CUSTOMERS}/{entity_id}").json() == answer.json()
        assert client.get(f"/v1/Customers/{entity_id}").json()["agent_id"] is None


@pytest.mark.parametrize("given", [[], 4, "x", None, {"status": 4}])
def test_what_is_no_entity_cannot_be_put(client: Client, given: Any) -> None:
    answer = client.put(f"{CUSTOMERS}/1015", json=given)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid")


def test_entities_are_taken_away_one_by_one_or_all_at_once(client: Client) -> None:
    assert client.delete(f"{CUSTOMERS}/1015").json() == {"ok": True}
    assert client.get("/v1/Customers/1015").status_code == 404
    answer = client.delete(CUSTOMERS)
    assert answer.json() == {"count": 24}
    assert client.get("/v1/Customers").json()["records"] == []
    assert client.post(CUSTOMERS, json={}).json()["entities"][0]["customer_id"] == 1026  # no id comes back


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_missing_entity_is_404_and_the_nearest_is_named(client: Client, method: str) -> None:
    answer = client.request(method, f"{CUSTOMERS}/999999")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert "nearest is 1025" in answer.json()["message"]
    client.delete(CUSTOMERS)
    assert "there is none" in client.request(method, f"{CUSTOMERS}/5").json()["message"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("text", ["x", "0", "-1", "1.0", "٤", "²", "4294967296", "9" * 30])
def test_an_id_that_is_none_is_404(client: Client, method: str, text: str) -> None:
    answer = client.request(method, f"{CUSTOMERS}/{text}", json={})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert "is no id" in answer.json()["message"]
