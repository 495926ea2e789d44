"""The API routes of the records that key links point at, at the paths that real clients use."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.revio.field_names import SET_ON_CHANGE, SET_ON_CREATE
from mockrevio.revio.resources import ENTITIES, Resource
from tests.support import TESTER, Client

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


every_type = pytest.mark.parametrize("resource", ENTITIES.values(), ids=lambda resource: resource.table)


def blank(resource: Resource) -> dict[str, Any]:
    """A record of a resource without any value, as the API returns it."""
    return {name: field.unset for name, field in resource.fields.items()}


def stamps(record: dict[str, Any], resource: Resource) -> dict[str, Any]:
    """What the server has set in a record."""
    return {name: record[name] for name in resource.set_by_server}


@every_type
def test_every_entity_type_has_its_path_and_ids_from_1001(client: Client, resource: Resource) -> None:
    assert resource.path == PATHS[resource.table]
    records = client.get(f"/v1/{PATHS[resource.table]}").json()["records"]
    assert records[0][resource.id_field] == 1001
    assert set(records[0]) == set(resource.fields)


@every_type
def test_missing_fields_of_a_record_are_null_or_what_the_table_says(
    client: Client, resource: Resource
) -> None:
    (added,) = client.post(f"/__admin/entities/{resource.table}", json=[7001]).json()["entities"]
    record = client.get(f"/v1/{resource.path}/7001").json()
    assert record == {"ok": True, **blank(resource), **added}
    assert added.keys() == {resource.id_field, *resource.set_by_server}


def test_an_unknown_field_is_returned_as_given(client: Client) -> None:
    client.put("/__admin/entities/AGENT/7001", json={"region": {"name": "North"}}).raise_for_status()
    assert client.get("/v1/Agents/7001").json()["region"] == {"name": "North"}


# Writing.


def kept(resource: Resource) -> frozenset[str]:
    """What stays as it was when a record was created."""
    return resource.set_by_server & SET_ON_CREATE


def moving(resource: Resource) -> frozenset[str]:
    """The dates that move with every change."""
    return resource.set_by_server & SET_ON_CHANGE


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
    record = client.get(created.headers["Location"]).json()
    assert record == {**template, resource.id_field: new_id, **stamps(record, resource)}
    today = client.get("/__admin/clock").json()["now"][:10]
    for name, value in stamps(record, resource).items():
        assert value == TESTER if name.endswith("_by") else value[:10] == today, name

    client.put("/__admin/clock", json={"advance": "1s"}).raise_for_status()
    replaced = client.put(f"{path}/{new_id}", json={})
    assert (replaced.status_code, replaced.json()) == (200, {"ok": True, "id": new_id})
    shown = client.get(f"{path}/{new_id}").json()
    empty = {"ok": True, **blank(resource), resource.id_field: new_id}
    assert shown == {**empty, **stamps(shown, resource)}
    assert {name: shown[name] for name in kept(resource)} == {name: record[name] for name in kept(resource)}
    assert all(shown[name] > record[name] for name in moving(resource))

    name = next(name for name in resource.writable if name != "fields")
    operations = [{"op": "replace", "path": f"/{name}", "value": template[name]}]
    client.put("/__admin/clock", json={"advance": "1s"}).raise_for_status()
    changed = client.patch(
        f"{path}/{new_id}", json=operations, headers={"Content-Type": "application/json-patch+json"}
    )
    assert (changed.status_code, changed.json()) == (200, {"ok": True, "id": new_id})
    patched = client.get(f"{path}/{new_id}").json()
    assert patched == {**empty, **stamps(patched, resource), name: template[name]}
    assert all(patched[name] > shown[name] for name in moving(resource))

    deleted = client.delete(f"{path}/{new_id}")
    assert (deleted.status_code, deleted.json()) == (200, {"ok": True, "id": new_id})
    assert client.get(f"{path}/{new_id}").status_code == 404


@every_type
def test_an_empty_patch_changes_no_record_of_the_fixture_but_for_the_dates_of_its_change(
    client: Client, resource: Resource
) -> None:
    path = f"/v1/{resource.path}"
    client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"}).raise_for_status()
    changed = dict.fromkeys(moving(resource), "2030-01-02T03:04:05.000")
    for before in client.get(path, params={"page_size": 500}).json()["records"]:
        client.patch(f"{path}/{before[resource.id_field]}", json=[]).raise_for_status()
        assert client.get(f"{path}/{before[resource.id_field]}").json() == {"ok": True, **before, **changed}


@every_type
def test_a_whole_record_as_it_was_read_may_be_sent_back(client: Client, resource: Resource) -> None:
    path = f"/v1/{resource.path}"
    for settings in ({"unset_dates": "null"}, {"unset_dates": "sentinel"}):
        client.patch("/__admin/settings", json=settings).raise_for_status()
        client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"}).raise_for_status()
        changed = dict.fromkeys(moving(resource), "2030-01-02T03:04:05.000")
        for before in client.get(path, params={"page_size": 500}).json()["records"]:
            address = f"{path}/{before[resource.id_field]}"
            client.put(address, json={"ok": True, **before}).raise_for_status()
            assert client.get(address).json() == {"ok": True, **before, **changed}


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
    body = {
        "agent_id": "x",
        "finance": {"balance": "much"},
        "status": {},
        "activated_date": 4,
        "close_date": "2026-02-30",
        "fields": [{}, {"field_id": "x"}],
        "profile": [],
    }
    response = client.request(method, path, json=body)
    assert response.status_code == 400
    assert {(problem["error"], problem["field"]) for problem in response.json()} == {
        ("invalid", name)
        for name in (
            "agent_id",
            "finance.balance",
            "status",
            "activated_date",
            "close_date",
            "fields.1.field_id",
            "profile",
        )
    }


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"op": "replace"}, "malformed_body"),
        ([{"op": "replace", "path": "/status"}], "invalid"),
        ([{"op": "remove", "path": "/nowhere"}], "invalid"),
        ([{"op": "replace", "path": "/agent_id", "value": "x"}], "invalid"),
        ([{"op": "test", "path": "/customer_id", "value": 1}], "invalid"),
        ([{"op": "replace", "path": "fields/99/value", "value": "x"}], "invalid"),
        ([{"op": "replace", "path": "close_date", "value": "2026-02-30"}], "invalid"),
        ([{"op": "add", "path": "/fields/-", "value": None}], "invalid"),
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
