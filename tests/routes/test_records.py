"""The API routes of the records that key links point at, at the paths that real clients use."""

from __future__ import annotations

import pytest

from mockrevio.revio.resources import ENTITIES, Resource
from tests.support import Client

PATHS = {
    "AGENT": "Agents",
    "CUSTOMER": "Customers",
    "BILL": "Bills",
    "CONTACT": "Contacts",
    "SERVICE_PRODUCT": "ServiceProduct",
    "CREDIT": "Credits",
    "CHARGE": "Charges",
    "SERVICE": "Services",
    "PAYMENT": "Payments",
    "PRODUCT": "Products",
    "ADDRESS": "Addresses",
    "INVENTORY_ITEM": "InventoryItem",
}


@pytest.mark.parametrize("resource", ENTITIES.values(), ids=lambda resource: resource.table)
def test_every_entity_type_has_its_path_and_ids_from_1001(client: Client, resource: Resource) -> None:
    assert resource.path == PATHS[resource.table]
    records = client.get(f"/v1/{PATHS[resource.table]}").json()["records"]
    assert records[0][resource.id_field] == 1001
    assert set(records[0]) == set(resource.fields)


def test_missing_fields_of_a_record_are_null(client: Client) -> None:
    client.post("/__admin/entities/PRODUCT", json=[7001]).raise_for_status()
    record = client.get("/v1/Products/7001").json()
    assert record == {"ok": True, **dict.fromkeys(ENTITIES["PRODUCT"].fields), "product_id": 7001}


def test_an_unknown_field_is_returned_as_given(client: Client) -> None:
    client.put("/__admin/entities/AGENT/7001", json={"region": {"name": "North"}}).raise_for_status()
    assert client.get("/v1/Agents/7001").json()["region"] == {"name": "North"}


# Writing.


every_type = pytest.mark.parametrize("resource", ENTITIES.values(), ids=lambda resource: resource.table)


@every_type
def test_records_of_every_type_can_be_created_replaced_patched_and_deleted(
    client: Client, resource: Resource
) -> None:
    path = f"/v1/{resource.path}"
    template = client.get(f"{path}/1001").json()
    created = client.post(path, json=template)
    new_id = created.json()["id"]
    assert (created.status_code, created.json()) == (201, {"ok": True, "id": new_id})
    assert created.headers["Location"] == f"{client.url}{path}/{new_id}"
    assert client.get(created.headers["Location"]).json() == {**template, resource.id_field: new_id}

    replaced = client.put(f"{path}/{new_id}", json={})
    assert (replaced.status_code, replaced.json()) == (200, {"ok": True, "id": new_id})
    empty = {"ok": True, **dict.fromkeys(resource.fields), resource.id_field: new_id}
    assert client.get(f"{path}/{new_id}").json() == empty

    name = list(resource.fields)[1]
    operations = [{"op": "replace", "path": f"/{name}", "value": template[name]}]
    changed = client.patch(
        f"{path}/{new_id}", json=operations, headers={"Content-Type": "application/json-patch+json"}
    )
    assert (changed.status_code, changed.json()) == (200, {"ok": True, "id": new_id})
    assert client.get(f"{path}/{new_id}").json() == {**empty, name: template[name]}

    deleted = client.delete(f"{path}/{new_id}")
    assert (deleted.status_code, deleted.json()) == (200, {"ok": True, "id": new_id})
    assert client.get(f"{path}/{new_id}").status_code == 404


@every_type
def test_an_empty_patch_changes_no_record_of_the_fixture(client: Client, resource: Resource) -> None:
    path = f"/v1/{resource.path}"
    for before in client.get(path, params={"page_size": 500}).json()["records"]:
        client.patch(f"{path}/{before[resource.id_field]}", json=[]).raise_for_status()
        assert client.get(f"{path}/{before[resource.id_field]}").json() == {"ok": True, **before}


def test_a_new_record_can_be_linked_immediately(client: Client) -> None:
    customer = client.post("/v1/Customers", json={"status": "ACTIVE"}).json()["id"]
    assert client.link(internal_id=customer) == 1
    client.delete(f"/v1/Customers/{customer}").raise_for_status()
    assert client.get("/v1/IntegrationKeyLink/1").status_code == 200


def test_values_are_converted_and_unknown_or_read_only_fields_ignored(client: Client) -> None:
    body = {"PRODUCT_ID": 5, "Rate": "49.95", "free_months": "3", "active": "true", "nonsense": 1}
    record = client.get(client.post("/v1/Products", json=body).headers["Location"]).json()
    assert record["product_id"] == 1026
    assert (record["rate"], record["free_months"], record["active"]) == (49.95, 3, True)
    assert "nonsense" not in record


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_every_invalid_value_is_reported_with_its_field(client: Client, method: str) -> None:
    path = "/v1/Customers" + ("/1001" if method == "PUT" else "")
    body = {"agent_id": "x", "finance": [], "status": {}, "activated_date": 4}
    response = client.request(method, path, json=body)
    assert response.status_code == 400
    assert {(problem["error"], problem["field"]) for problem in response.json()} == {
        ("invalid", name) for name in body
    }


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"op": "replace"}, "malformed_body"),
        ([{"op": "replace", "path": "/status"}], "invalid"),
        ([{"op": "remove", "path": "/nowhere"}], "invalid"),
        ([{"op": "replace", "path": "/agent_id", "value": "x"}], "invalid"),
        ([{"op": "test", "path": "/customer_id", "value": 1}], "invalid"),
    ],
)
def test_an_invalid_patch_changes_nothing(client: Client, patch: object, code: str) -> None:
    before = client.get("/v1/Customers/1001").json()
    response = client.patch("/v1/Customers/1001", json=patch)
    assert (response.status_code, response.json()[0]["error"]) == (400, code)
    assert client.get("/v1/Customers/1001").json() == before


def test_a_patch_changes_nested_fields_but_not_the_id(client: Client) -> None:
    patch = [
        {"op": "replace", "path": "/Billing_Address/city", "value": "Bern"},
        {"op": "test", "path": "/customer_id", "value": 1001},
        {"op": "replace", "path": "/customer_id", "value": 9},
        {"op": "replace", "path": "/finance/balance", "value": 12.5},
    ]
    assert client.patch("/v1/Customers/1001", json=patch).json() == {"ok": True, "id": 1001}
    record = client.get("/v1/Customers/1001").json()
    assert (record["billing_address"]["city"], record["finance"]["balance"]) == ("Bern", 12.5)
    assert client.get("/v1/Customers/9").status_code == 404


def test_an_unknown_field_survives_a_patch(client: Client) -> None:
    client.put("/__admin/entities/AGENT/7001", json={"region": "North"}).raise_for_status()
    client.patch("/v1/Agents/7001", json=[{"op": "add", "path": "/name", "value": "x"}]).raise_for_status()
    assert client.get("/__admin/entities/AGENT/7001").json()["region"] == "North"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("entity_id", ["999", "x", "0"])
def test_writing_to_an_unknown_record_is_404(client: Client, method: str, entity_id: str) -> None:
    body: object = [] if method == "PATCH" else {}
    assert client.request(method, f"/v1/Customers/{entity_id}", json=body).status_code == 404
