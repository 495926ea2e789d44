"""Rev.io's records in the admin API: listing, adding, generating, replacing and deleting them."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.revio.resources import ENTITIES
from tests.support import Client

ENTITIES_PATH = "/__admin/entities"
CUSTOMERS = f"{ENTITIES_PATH}/CUSTOMER"


def test_counts_include_every_type(client: Client) -> None:
    counts = client.get(ENTITIES_PATH).json()["counts"]
    assert list(counts) == list(ENTITIES)
    assert counts["CUSTOMER"] == client.get(CUSTOMERS).json()["count"] > 0


@pytest.mark.parametrize("name", ["customer", "Customer", "CUSTOMER"])
def test_type_names_are_case_insensitive(client: Client, name: str) -> None:
    assert client.get(f"{ENTITIES_PATH}/{name}/1015").json()["customer_id"] == 1015


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_type_is_404_and_lists_the_known_ones(client: Client, method: str) -> None:
    response = client.request(method, f"{ENTITIES_PATH}/PEOPLE", json={})
    assert (response.status_code, response.json()["error"]) == (404, "not_found")
    assert "CUSTOMER" in response.json()["message"]


@pytest.mark.parametrize(
    ("body", "ids"),
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
def test_records_can_be_added_by_id_by_fields_or_as_a_list(client: Client, body: Any, ids: list[int]) -> None:
    response = client.post(CUSTOMERS, json=body)
    assert response.status_code == 201
    assert response.json()["count"] == len(ids)
    assert [record["customer_id"] for record in response.json()["entities"]] == ids
    for entity_id in ids:
        assert client.get(f"/v1/Customers/{entity_id}").json()["customer_id"] == entity_id


@pytest.mark.parametrize(
    ("body", "status", "code"),
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
def test_an_invalid_addition_is_rejected_entirely(client: Client, body: Any, status: int, code: str) -> None:
    before = client.get(CUSTOMERS).json()
    response = client.post(CUSTOMERS, json=body)
    assert (response.status_code, response.json()["error"]) == (status, code)
    assert response.json()["message"]
    assert client.get(CUSTOMERS).json() == before


@pytest.mark.parametrize("name", ENTITIES)
def test_records_of_every_type_can_be_generated(client: Client, name: str) -> None:
    before = client.get(f"{ENTITIES_PATH}/{name}").json()["count"]
    response = client.post(f"{ENTITIES_PATH}/{name}", json={"count": 5})
    assert (response.status_code, response.json()["count"]) == (201, 5)
    assert client.get(f"{ENTITIES_PATH}/{name}").json()["count"] == before + 5
    record = response.json()["entities"][0]
    assert set(record) == set(ENTITIES[name].fields)


@pytest.mark.parametrize(
    "body",
    [{"count": 0}, {"count": -1}, {"count": "5"}, {"count": True}, {"count": 100_001}, {"count": 1, "id": 5}],
)
def test_an_invalid_count_is_rejected(client: Client, body: Any) -> None:
    response = client.post(CUSTOMERS, json=body)
    assert (response.status_code, response.json()["error"]) == (400, "invalid")
    assert "count" in response.json()["message"]


def test_put_replaces_or_creates_a_record(client: Client) -> None:
    for entity_id in (1015, 4242):
        response = client.put(
            f"{CUSTOMERS}/{entity_id}", json={"status": "CLOSED", "id": 7, "customer_id": 8}
        )
        assert response.json() == {"customer_id": entity_id, "status": "CLOSED"}
        assert client.get(f"{CUSTOMERS}/{entity_id}").json() == response.json()
        assert client.get(f"/v1/Customers/{entity_id}").json()["agent_id"] is None


@pytest.mark.parametrize("body", [[], 4, "x", None, {"status": 4}])
def test_put_rejects_an_invalid_record(client: Client, body: Any) -> None:
    response = client.put(f"{CUSTOMERS}/1015", json=body)
    assert (response.status_code, response.json()["error"]) == (400, "invalid")


def test_records_can_be_deleted_one_by_one_or_all_at_once(client: Client) -> None:
    assert client.delete(f"{CUSTOMERS}/1015").json() == {"ok": True}
    assert client.get("/v1/Customers/1015").status_code == 404
    response = client.delete(CUSTOMERS)
    assert response.json() == {"count": 24}
    assert client.get("/v1/Customers").json()["records"] == []
    assert client.post(CUSTOMERS, json={}).json()["entities"][0]["customer_id"] == 1026  # ids are not reused


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_record_is_404_and_names_the_nearest(client: Client, method: str) -> None:
    response = client.request(method, f"{CUSTOMERS}/999999")
    assert (response.status_code, response.json()["error"]) == (404, "not_found")
    assert "nearest is 1025" in response.json()["message"]
    client.delete(CUSTOMERS)
    assert "none exist" in client.request(method, f"{CUSTOMERS}/5").json()["message"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("text", ["x", "0", "-1", "1.0", "٤", "²", "4294967296", "9" * 30])
def test_an_invalid_id_is_404(client: Client, method: str, text: str) -> None:
    response = client.request(method, f"{CUSTOMERS}/{text}", json={})
    assert (response.status_code, response.json()["error"]) == (404, "not_found")
    assert "is not an id" in response.json()["message"]
