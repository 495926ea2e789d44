"""Large requests and many fault rules: each is compared with all, and nobody else waits for that."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from mockrevio.control.faults.patterns import Pattern
from mockrevio.quantities import Limit
from mockrevio.revio.wire import request as wire_request
from mockrevio.revio.wire.body import parse_fields
from mockrevio.scheduling import on_loop
from tests.support import Client, serving

RULES = 500
LARGE = "ab" * 450_000


@pytest.fixture
def client() -> Iterator[Client]:
    with serving(fixture=("empty",), rate_limit=Limit(2, 3600.0)) as client:
        yield client


def arm(client: Client, *patterns: str) -> None:
    rules = [{"match": {"body": {"description": each}}, "effect": {"status": 418}} for each in patterns]
    assert client.post("/__admin/faults", json=rules).status_code == 201


def send_large(client: Client) -> int:
    return client.post("/v1/Payments", json={"amount": 1, "description": LARGE}, timeout=120).status_code


def test_a_large_body_is_parsed_once_or_twice_for_all_rules(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm(client, *(f"other {number}" for number in range(RULES)))
    parsed: list[int] = []

    def parse(data: bytes, content_type: str) -> dict[str, Any]:
        parsed.append(len(data))
        return parse_fields(data, content_type)

    monkeypatch.setattr(wire_request, "parse_fields", parse)
    send_large(client)
    assert 1 <= len(parsed) <= 2, "to compare it, and to show without secrets how it differs"
    misses = {rule["last_miss"] for rule in client.get("/__admin/faults").json()["faults"]}
    assert len(misses) == RULES
    assert all(len(miss) < 1000 for miss in misses)


def test_a_rule_fires_on_a_large_request_that_counts_once(client: Client) -> None:
    arm(client, "other", "ab*ab")
    assert [send_large(client) for _ in range(3)] == [418, 418, 429]
    counts = [(rule["matched"], rule["fired"]) for rule in client.get("/__admin/faults").json()["faults"]]
    assert counts == [(0, 0), (2, 2)]


def test_other_clients_are_served_while_a_large_body_is_compared_with_many_rules(client: Client) -> None:
    arm(client, *(f"*x{number}*y*" for number in range(RULES)))
    thread = threading.Thread(target=send_large, args=[client])
    answered = 0
    with Client(client.url) as other:
        thread.start()
        while thread.is_alive():
            assert other.get("/__admin/health").status_code == 200
            answered += 1
    assert answered >= 5


def arm_many(client: Client, effect: dict[str, Any], **match: str) -> None:
    """Arm rules with so many wildcards that comparing them takes a tenth of a second, and one that fires."""
    [(name, text)] = match.items()
    many = [f"{text}?*{number}" for number in range(100)]
    rules = [{"match": {name: many}, "effect": effect}] * 300 + [{"match": {name: text}, "effect": effect}]
    assert client.post("/__admin/faults", json=rules).status_code == 201


def test_a_small_request_is_compared_with_many_wildcards_in_a_thread(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm_many(client, {"status": 418}, path="/v1/SystemStatus")
    compared_by = threads_that_compare(monkeypatch)
    assert client.get("/v1/SystemStatus").status_code == 418
    assert compared_by == {False}
    last = client.get("/__admin/faults").json()["faults"][-1]
    assert (last["matched"], last["fired"]) == (1, 1)


def test_notifications_are_compared_with_many_wildcards_in_a_thread(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.patch("/__admin/settings", json={"rate_limit": None})
    for number in range(3):
        created = client.post("/v1/WebhookReceivers", json={"url": f"http://localhost:9/{number}"})
        receiver = created.json()["id"]
        client.post(f"/v1/WebhookReceivers/{receiver}/activate")
        subscription = {"event_type": "PAYMENT_CREATED", "webhook_receiver_id": receiver}
        client.post("/v1/WebhookSubscriptions", json=subscription).raise_for_status()
    arm_many(client, {"delivery": "lost"}, path="/*")
    compared_by = threads_that_compare(monkeypatch)
    client.post("/v1/Payments", json={"amount": 1}).raise_for_status()
    assert compared_by == {False}
    assert client.get("/__admin/faults").json()["faults"][-1]["matched"] == 3


def threads_that_compare(monkeypatch: pytest.MonkeyPatch) -> set[bool]:
    """Whether the event loop compares patterns, and whether others do."""
    found: set[bool] = set()
    matches = Pattern.matches

    def record(pattern: Pattern, value: str | None) -> bool:
        found.add(on_loop())
        return matches(pattern, value)

    monkeypatch.setattr(Pattern, "matches", record)
    return found
