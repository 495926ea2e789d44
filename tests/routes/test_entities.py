"""The records that key links point at, at the paths that real clients use."""

from __future__ import annotations

import pytest

from mockrevio.wire.schema import ENTITIES, Resource
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


@pytest.mark.parametrize("resource", ENTITIES.values(), ids=lambda each: each.table)
def test_every_entity_type_is_served_at_its_path_with_ids_from_1001(
    client: Client, resource: Resource
) -> None:
    assert resource.path == PATHS[resource.table]
    records = client.get(f"/v1/{PATHS[resource.table]}").json()["records"]
    assert records[0][resource.id_field] == 1001
    assert set(records[0]) == set(resource.fields)


def test_a_record_shows_every_field_with_null_where_the_store_has_none(client: Client) -> None:
    client.post("/__admin/entities/PRODUCT", json=[7001]).raise_for_status()
    record = client.get("/v1/Products/7001").json()
    assert record == {"ok": True, **dict.fromkeys(ENTITIES["PRODUCT"].fields), "product_id": 7001}


def test_a_field_that_mockrevio_does_not_know_is_shown_as_it_was_given(client: Client) -> None:
    client.put("/__admin/entities/AGENT/7001", json={"region": {"name": "North"}}).raise_for_status()
    assert client.get("/v1/Agents/7001").json()["region"] == {"name": "North"}
