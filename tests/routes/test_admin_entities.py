"""Rev.io's records in the admin API: listing, adding, generating, replacing and deleting them."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.revio.resources import BUILT_IN, ENTITIES
from mockrevio.seeding.generator import GENERATED
from tests.support import Client

ENTITIES_PATH = "/__admin/entities"
CUSTOMERS = f"{ENTITIES_PATH}/CUSTOMER"


def test_counts_include_every_type_and_every_other_endpoint_that_has_records(client: Client) -> None:
    counts = client.get(ENTITIES_PATH).json()["counts"]
    others = [resource.path for resource in BUILT_IN if not resource.entity_type]
    assert list(counts) == [*ENTITIES, *(path for path in others if path in counts)]
    assert counts.keys() == GENERATED.keys()
    assert counts["CUSTOMER"] == client.get(CUSTOMERS).json()["count"] > 0
    assert counts["Orders"] == client.get(f"{ENTITIES_PATH}/Orders").json()["count"] > 0
    client.delete(f"{ENTITIES_PATH}/Orders")
    client.delete(CUSTOMERS)
    after = client.get(ENTITIES_PATH).json()["counts"]
    assert "Orders" not in after
    assert after["CUSTOMER"] == 0


@pytest.mark.parametrize("name", ["customer", "Customer", "CUSTOMER", "customers", "Customers"])
def test_type_names_and_paths_are_case_insensitive(client: Client, name: str) -> None:
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


@pytest.mark.parametrize("name", GENERATED)
def test_records_of_every_endpoint_can_be_generated(client: Client, name: str) -> None:
    before = client.get(f"{ENTITIES_PATH}/{name}").json()["count"]
    response = client.post(f"{ENTITIES_PATH}/{name}", json={"count": 5})
    assert (response.status_code, response.json()["count"]) == (201, 5)
    assert client.get(f"{ENTITIES_PATH}/{name}").json()["count"] == before + 5
    resource = GENERATED[name]
    for record in response.json()["entities"]:
        assert set(record) <= set(resource.fields)
        assert {resource.id_field, *resource.set_by_server} <= set(record)
        shown = client.get(f"/v1/{resource.path}/{record[resource.id_field]}").json()
        assert set(shown) == {"ok", *resource.fields}


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
        stored = response.json()
        assert (stored["customer_id"], stored["status"]) == (entity_id, "CLOSED")
        assert stored.keys() == {"customer_id", "status", *ENTITIES["CUSTOMER"].set_by_server}
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


# Endpoints without an entity type.


def test_records_of_an_endpoint_without_an_entity_type_are_written_in_the_same_way(client: Client) -> None:
    path = f"{ENTITIES_PATH}/orders"
    assert client.post(path, json={"id": 4242, "due_date": "2026-1-5"}).status_code == 201
    assert client.get("/v1/Orders/4242").json()["due_date"] == "2026-01-05T00:00:00.000"
    assert client.put(f"{path}/4242", json={}).json()["order_id"] == 4242
    assert client.delete(f"{path}/4242").json() == {"ok": True}
    assert client.get("/v1/Orders/4242").status_code == 404


def test_ids_of_pairs_may_repeat_and_such_records_cannot_be_replaced(client: Client) -> None:
    path = f"{ENTITIES_PATH}/OrderServices"
    id_field = BUILT_IN.at_path("OrderServices").id_field
    before = client.get(path).json()["count"]
    added = client.post(path, json=[{id_field: 7001}, {id_field: 7001}, 7001])
    assert [record[id_field] for record in added.json()["entities"]] == [7001] * 3
    assert client.get(path).json()["count"] == before + 3
    refused = client.put(f"{path}/7001", json={})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid")
    assert "ids of OrderServices may repeat" in refused.json()["message"]
    assert client.delete(f"{path}/7001").json() == {"ok": True}
    assert client.get(path).json()["count"] == before


@pytest.mark.parametrize("name", ["IntegrationKeyLink", "key_links", "IntegrationSystem"])
def test_key_links_are_no_entities(client: Client, name: str) -> None:
    assert client.get(f"{ENTITIES_PATH}/{name}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"close_date": "2026-02-30"}, "close_date"),
        ({"finance": {"balance": "x"}}, "finance.balance"),
        ({"finance": {"due_date": "soon"}}, "finance.due_date"),
        ({"fields": [{"field_id": 1}, {"field_id": "x"}]}, "fields[1].field_id"),
        ({"fields": [None]}, "fields[0]"),
        ({"created_by": "me"}, "created_by"),
    ],
)
def test_an_invalid_part_of_a_record_is_named(client: Client, fields: dict[str, Any], place: str) -> None:
    added = client.post(CUSTOMERS, json=fields)
    assert (added.status_code, added.json()["error"]) == (400, "invalid")
    assert f"{place}: must be" in added.json()["message"]
    replaced = client.put(f"{CUSTOMERS}/1015", json=fields)
    assert f"{place}: must be" in replaced.json()["message"]
