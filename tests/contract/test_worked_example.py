"""Rev.io's worked example works unchanged, with and without the prefix `search.` (D)."""

from __future__ import annotations

import pytest

from tests.support import LINK, Client


@pytest.mark.parametrize("prefix", ["", "search."])
def test_the_worked_example_runs_as_documented(client: Client, prefix: str) -> None:
    systems = client.get("/v1/IntegrationSystem", params={f"{prefix}system_name": "SALESFORCE"}).json()
    types = client.get("/v1/IntegrationEntityType", params={f"{prefix}entity_type_name": "CUSTOMER"}).json()
    assert systems["records"][0]["integration_system_id"] == 4
    assert types["records"][0]["integration_entity_type_id"] == 2

    created = client.post("/v1/IntegrationKeyLink", json=LINK)
    assert (created.status_code, created.json()) == (201, {"ok": True, "id": 1})
    assert created.headers["Location"] == f"{client.url}/v1/IntegrationKeyLink/1"

    page = client.get("/v1/IntegrationKeyLink", params={f"{prefix}external_id": LINK["external_id"]}).json()
    assert page["record_count"] == 1
    assert LINK.items() <= page["records"][0].items()

    updated = client.put("/v1/IntegrationKeyLink/1", json={**LINK, "external_id": "0012D00000dAsFzQAZ"})
    assert (updated.status_code, updated.json()) == (200, {"ok": True, "id": 1})
    assert client.get(created.headers["Location"]).json()["external_id"] == "0012D00000dAsFzQAZ"

    deleted = client.delete("/v1/IntegrationKeyLink/1")
    assert (deleted.status_code, deleted.json()) == (200, {"ok": True, "id": 1})
    assert client.get("/v1/IntegrationKeyLink/1").status_code == 404
