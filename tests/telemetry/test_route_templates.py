"""`route_template`: the route of a call, out of a bounded number."""

from __future__ import annotations

import pytest

from mockrevio.telemetry.route_templates import route_template


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/v1/Customers", "/v1/Customers"),
        ("/V1/CUSTOMERS/", "/v1/Customers"),
        ("/v1/customers/1001", "/v1/Customers/{customer_id}"),
        ("/v1/Customers/nonsense", "/v1/Customers/{customer_id}"),
        ("/v1/SystemStatus", "/v1/SystemStatus"),
        ("/v1/InventoryItem/assignService", "/v1/InventoryItem/assignService"),
        ("/v1/Tasks/12/action", "/v1/Tasks/{task_id}/action"),
        ("/v1/WebhookReceivers/3/activate", "/v1/WebhookReceivers/{webhook_receiver_id}/activate"),
        ("/v1", "other"),
        ("/v1/", "other"),
        ("/v1/Customers/1/2", "other"),
        ("/v1/Customers//1", "other"),
        ("/v1/Nonsense", "other"),
        ("/v1/Nonsense/1", "other"),
        ("/v1/{}", "other"),
        ("*", "other"),
        ("/v1/Customers/" + "9" * 500, "/v1/Customers/{customer_id}"),
    ],
)
def test_a_path_belongs_to_one_template(path: str, template: str) -> None:
    assert route_template(path) == template
