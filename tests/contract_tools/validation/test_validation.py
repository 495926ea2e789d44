"""`mockrevio record --validate` on ordinary traffic, and what it writes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from mockrevio.contract.validation.validation import Validation
from mockrevio.revio.resources import BUILT_IN
from tests.contract_tools.record.common import proxying
from tests.contract_tools.validation.common import PATCH, Checked
from tests.support import LINK, Client


def test_nothing_is_found_in_what_the_mock_answers(checked: Checked, mock: Client) -> None:
    mock.post("/__admin/reset")
    client = checked.client
    for resource in BUILT_IN:
        records = client.get(f"/v1/{resource.path}?search.page_size=500").json()["records"]
        for record in records[:1]:
            client.get(f"/v1/{resource.path.lower()}/{record[resource.id_field]}/")
            client.get(
                f"/v1/{resource.path}?{resource.id_field}={record[resource.id_field]}&sort=-{resource.id_field}"
            )
    link = client.link()
    client.put(f"/v1/IntegrationKeyLink/{link}", json={**LINK, "internal_id": 1016})
    client.put(
        f"/v1/IntegrationKeyLink/{link}",
        data=gzip.compress(json.dumps(LINK).encode()),
        headers={"Content-Type": "text/json", "Content-Encoding": "gzip"},
    )
    client.post("/v1/IntegrationKeyLink", data={**LINK, "external_id": "form"})
    client.post("/v1/IntegrationKeyLink", json=LINK)  # a duplicate
    client.delete(f"/v1/IntegrationKeyLink/{link}")
    client.delete(f"/v1/IntegrationKeyLink/{link}")
    client.patch(
        "/v1/Customers/1001", json=[{"op": "replace", "path": "status", "value": "CLOSED"}], headers=PATCH
    )
    client.post("/v1/Notes", json={"customer_id": 1001, "body": "x"})
    client.put("/v1/Tasks/1001/action", json={"action": "COMPLETE"})
    client.delete("/v1/ServiceProduct", json={"service_product_id": 1001, "effective_date": "2026-01-05"})
    client.patch("/v1/InventoryItem/assignService", json={"inventory_item_id": 1001, "service_id": None})
    receiver = client.post("/v1/WebhookReceivers", json={"url": "http://127.0.0.1:9/hook"}).json()["id"]
    client.post(f"/v1/WebhookReceivers/{receiver}/activate")
    client.head("/v1/Customers/1001")
    client.options("/v1/Customers")
    client.get("/v1/SystemStatus")
    for preset in ("rate_limited", "quota_exceeded", "unavailable", "server_error", "missing_key"):
        client.get("/v1/Customers", headers={"X-Mock-Fault": f"preset={preset}"})
    assert checked.findings == []
    assert checked.validation.status == 0


def test_the_findings_are_written_without_values(mock: Client, tmp_path: Path) -> None:
    validation = Validation(tmp_path)
    with proxying(mock.url, validation) as client:
        client.get("/v1/Customers?page=Quackenbush", auth=("me@acme", "hunter22"))
        client.post("/v1/Contacts", json={"customer_id": "Quackenbush", "name": ["Quackenbush"]})
        client.get("/v1/Nothing/Quackenbush@mail.test?api_key=hunter22")
    validation.save()
    text = (tmp_path / "findings.json").read_text("utf-8")
    assert json.loads(text)["calls"] == 3
    assert [(each["severity"], each["place"], each["count"]) for each in json.loads(text)["findings"]] == [
        ("violation", "query page", 1),
        ("violation", "path", 1),
        ("violation", "body customer_id", 1),
        ("violation", "body name", 1),
    ]
    assert "Quackenbush" not in text
    assert "hunter22" not in text


def test_a_program_that_makes_names_up_does_not_fill_the_memory(
    mock: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockrevio.contract.validation.validation.MAX_FINDINGS", 3)
    validation = Validation(None)
    with proxying(mock.url, validation) as client:
        for number in range(6):
            client.get(f"/v1/Customers?made_up_{number}=1")
    assert [line for line in validation.summary() if "others" in line] == [
        "3 x note: others: request: any: is not listed"
    ]
