"""What the mock sends to webhook receivers is what the document of Rev.io's API says."""

from __future__ import annotations

import json

from tests.openapi.common import Contract
from tests.receivers import eventually, receiving
from tests.support import serving


def test_the_confirmation_and_a_notification_are_as_the_document_says(contract: Contract) -> None:
    webhooks = contract.document["webhooks"]
    [code] = webhooks["confirmation"]["post"]["parameters"]
    body = webhooks["notification"]["post"]["requestBody"]["content"]
    with receiving() as receiver, serving() as client:
        receiver_id = client.post("/v1/WebhookReceivers", json={"url": receiver.url}).json()["id"]
        subscription = {"event_type": "CUSTOMER_CREATED", "webhook_receiver_id": receiver_id}
        address = f"/v1/WebhookReceivers/{receiver_id}"
        eventually(lambda: client.get(address).json()["status"] == "ACTIVE")
        assert client.post("/v1/WebhookSubscriptions", json=subscription).ok
        assert client.post("/v1/Customers", json={"status": "ACTIVE"}).ok
        confirmation, notification = receiver.wait_for(2)
    assert confirmation.headers[code["name"].lower()]
    assert not confirmation.body
    schema = body[notification.headers["content-type"]]["schema"]
    assert not contract.mistakes(schema, json.loads(notification.body))
