"""Registering, confirming, subscribing and deleting, as clients do it."""

from __future__ import annotations

import pytest
import requests

from mockrevio import MockRevio
from tests.receivers import CODE_HEADER, Receiver, eventually
from tests.revio.webhooks.common import (
    CLOCK,
    RECEIVERS,
    SUBSCRIPTIONS,
    call,
    pay,
    payments,
    register,
    status_of,
    wait_until_attempted,
)


def test_a_receiver_that_returns_the_code_becomes_active(mock: MockRevio, receiver: Receiver) -> None:
    receiver_id = register(mock, receiver.url)
    [confirmation] = receiver.wait_for(1)
    assert len(confirmation.headers[CODE_HEADER.lower()]) == 32
    assert confirmation.body == b""
    eventually(lambda: status_of(mock, receiver_id) == "ACTIVE")


@pytest.mark.parametrize("status", [201, 204, 400, 500])
def test_a_receiver_that_does_not_respond_with_a_200_stays_pending(
    mock: MockRevio, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    receiver_id = register(mock, receiver.url)
    wait_until_attempted(mock, 1)
    assert status_of(mock, receiver_id) == "PENDING"


def test_a_receiver_that_returns_another_code_stays_pending(mock: MockRevio, receiver: Receiver) -> None:
    receiver.confirms = False
    receiver.headers = {CODE_HEADER: "guessed"}
    receiver_id = register(mock, receiver.url)
    wait_until_attempted(mock, 1)
    assert status_of(mock, receiver_id) == "PENDING"


def test_a_receiver_can_be_activated_without_returning_the_code(mock: MockRevio, receiver: Receiver) -> None:
    receiver.confirms = False
    receiver_id = register(mock, receiver.url)
    for _ in range(2):
        response = call(mock, "POST", f"{RECEIVERS}/{receiver_id}/activate")
        assert (response.status_code, response.json()) == (200, {"ok": True, "id": receiver_id})
        assert status_of(mock, receiver_id) == "ACTIVE"


def test_activating_ends_the_attempts_to_confirm(mock: MockRevio, receiver: Receiver) -> None:
    receiver.status = 404
    receiver_id = register(mock, receiver.url)
    wait_until_attempted(mock, 1)
    call(mock, "POST", f"{RECEIVERS}/{receiver_id}/activate")
    receiver.status = 200
    call(
        mock,
        "POST",
        SUBSCRIPTIONS,
        json={"event_type": "PAYMENT_CREATED", "webhook_receiver_id": receiver_id},
    )
    pay(mock)
    receiver.wait_for_events(1)
    mock.clock.advance("1h")
    assert len(receiver.confirmations()) == 1


@pytest.mark.parametrize("in_header", [False, True])
def test_a_code_must_be_the_right_one(mock: MockRevio, receiver: Receiver, in_header: bool) -> None:
    receiver.confirms = False
    receiver_id = register(mock, receiver.url)
    code = receiver.wait_for(1)[0].headers[CODE_HEADER.lower()]

    def activate(code: str) -> int:
        options = {"headers": {CODE_HEADER: code}} if in_header else {"json": {"code": code}}
        return call(mock, "POST", f"{RECEIVERS}/{receiver_id}/activate", **options).status_code

    assert activate("guessed") == 400
    assert status_of(mock, receiver_id) == "PENDING"
    assert activate(code) == 200
    assert status_of(mock, receiver_id) == "ACTIVE"


def test_activating_no_receiver_is_a_404(mock: MockRevio) -> None:
    response = call(mock, "POST", f"{RECEIVERS}/4711/activate")
    assert (response.status_code, response.json()[0]["error"]) == (404, "not_found")


def test_receivers_that_the_test_author_adds_are_confirmed_too(
    mock: MockRevio, receiver: Receiver, other: Receiver
) -> None:
    admin = f"{mock.base_url}/__admin/entities/{RECEIVERS}"
    records = [{"url": receiver.url}, {"url": other.url}, {"url": other.url, "status": "ACTIVE"}]
    assert requests.post(admin, json=records, timeout=10).status_code == 201
    receiver.wait_for(1)
    other.wait_for(1)
    eventually(lambda: all(status_of(mock, each) == "ACTIVE" for each in (1001, 1002, 1003)))
    assert len(mock.webhooks) == 2
    assert requests.delete(admin, timeout=10).json() == {"count": 3}


def test_every_receiver_has_its_own_code(mock: MockRevio, receiver: Receiver, other: Receiver) -> None:
    for url in (receiver.url, receiver.url, other.url):
        register(mock, url)
    received = [*receiver.wait_for(2), *other.wait_for(1)]
    assert len({each.headers[CODE_HEADER.lower()] for each in received}) == 3


def test_codes_repeat_with_a_seed_and_only_then(receiver: Receiver) -> None:
    for seed in (None, None, 7, 7):
        with MockRevio(fixture="empty", clock=CLOCK, seed=seed) as mock:
            receiver_id = register(mock, receiver.url)
            eventually(lambda: status_of(mock, receiver_id) == "ACTIVE")  # noqa: B023 (called at once)
    codes = [each.headers[CODE_HEADER.lower()] for each in receiver.received]
    assert len(set(codes)) == 3
    assert codes[2] == codes[3]


def test_the_code_is_shown_nowhere(mock: MockRevio, receiver: Receiver) -> None:
    receiver_id = register(mock, receiver.url)
    code = receiver.wait_for(1)[0].headers[CODE_HEADER.lower()]
    receiver.headers = {"X-Copy": code}
    eventually(lambda: status_of(mock, receiver_id) == "ACTIVE")
    mock.webhooks.redeliver(mock.webhooks[0]["id"])
    receiver.wait_for(2)
    eventually(lambda: mock.webhooks[-1]["status"] == "delivered")
    assert mock.webhooks[-1]["attempts"][0]["headers"]["x-copy"] == "***"
    call(mock, "POST", f"{RECEIVERS}/{receiver_id}/activate", json={"code": code})
    call(mock, "POST", f"{RECEIVERS}/{receiver_id}/activate", headers={CODE_HEADER: code})
    shown = [call(mock, "GET", RECEIVERS).text, call(mock, "GET", f"{RECEIVERS}/{receiver_id}").text]
    shown += [str(mock.state), str(list(mock.webhooks)), str(list(mock.requests))]
    assert not [text for text in shown if code in text]


@pytest.mark.parametrize(
    "url", ["http://example.com/", "http://127.0.0.1.evil.com/", "http://a:b@127.0.0.1/", "ftp://127.0.0.1/"]
)
def test_the_mock_does_not_call_strangers(mock: MockRevio, url: str) -> None:
    response = call(mock, "POST", RECEIVERS, json={"url": url})
    assert response.status_code == 400
    [problem] = response.json()
    assert (problem["error"], problem["field"]) == ("invalid", "url")
    assert response.headers["X-Mock-Explain"]
    assert call(mock, "GET", RECEIVERS).json()["record_count"] == 0


def test_the_option_to_call_another_host_is_named_and_works(mock: MockRevio) -> None:
    body = {"url": "http://receiver.test/hook"}
    response = call(mock, "POST", RECEIVERS, json=body)
    assert "--webhook-host receiver.test" in response.headers["X-Mock-Explain"]
    with MockRevio(fixture="empty", webhook_host=("*.test", "10.0.0.1")) as allowing:
        assert call(allowing, "POST", RECEIVERS, json=body).status_code == 201


def test_a_receiver_needs_a_url(mock: MockRevio) -> None:
    response = call(mock, "POST", RECEIVERS, json={})
    assert (response.status_code, response.json()[0]["error"]) == (400, "required")


def test_a_client_cannot_make_its_receiver_active_by_saying_so(mock: MockRevio, receiver: Receiver) -> None:
    receiver.confirms = False
    body = {"url": receiver.url, "status": "ACTIVE"}
    receiver_id = call(mock, "POST", RECEIVERS, json=body).json()["id"]
    assert status_of(mock, receiver_id) == "PENDING"


def test_event_types_ignore_case_and_unknown_ones_are_refused(mock: MockRevio, receiver: Receiver) -> None:
    receiver_id = register(mock, receiver.url)
    body = {"event_type": "inventory_unassigned", "webhook_receiver_id": receiver_id}
    subscription_id = call(mock, "POST", SUBSCRIPTIONS, json=body).json()["id"]
    subscription = call(mock, "GET", f"{SUBSCRIPTIONS}/{subscription_id}").json()
    assert subscription["event_type"] == "INVENTORY_UNASSIGNED"
    response = call(mock, "POST", SUBSCRIPTIONS, json={**body, "event_type": "PAYMENT_MADE"})
    assert (response.status_code, response.json()[0]["error"]) == (400, "invalid")
    for name in ("PAYMENT_CREATED", "AGENT_DELETED", "RATING_COMPLETED", "INVENTORY_ASSIGNED"):
        assert name in response.headers["X-Mock-Explain"]


def test_a_subscription_needs_a_receiver_that_exists(mock: MockRevio) -> None:
    body = {"event_type": "PAYMENT_CREATED", "webhook_receiver_id": 56}
    response = call(mock, "POST", SUBSCRIPTIONS, json=body)
    assert (response.status_code, response.json()[0]["error"]) == (400, "entity_not_found")
    assert "webhook receiver 56 does not exist" in response.headers["X-Mock-Explain"]


def test_deleting_a_subscription_ends_its_notifications(mock: MockRevio, receiver: Receiver) -> None:
    receiver_id = mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED", "PAYMENT_DELETED")
    [first, _] = call(mock, "GET", SUBSCRIPTIONS).json()["records"]
    assert first["webhook_receiver_id"] == receiver_id
    call(mock, "DELETE", f"{SUBSCRIPTIONS}/{first['webhook_subscription_id']}")
    [payment_id] = pay(mock)
    call(mock, "DELETE", f"Payments/{payment_id}")
    receiver.wait_for_events(1)
    assert [event["event_type"] for event in receiver.events()] == ["PAYMENT_DELETED"]


def test_deleting_a_receiver_ends_its_notifications(mock: MockRevio, receiver: Receiver) -> None:
    receiver.status = 500
    receiver_id = mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    pay(mock, 3)
    wait_until_attempted(mock, 0)
    eventually(lambda: mock.webhooks[0]["attempts"])
    assert call(mock, "DELETE", f"{RECEIVERS}/{receiver_id}").status_code == 200
    receiver.status = 200
    mock.clock.advance("1h")
    pay(mock)
    assert call(mock, "GET", RECEIVERS).json()["record_count"] == 0
    assert call(mock, "GET", SUBSCRIPTIONS).json()["record_count"] == 0
    assert list(mock.webhooks) == []
    assert len(payments(receiver)) == 1
