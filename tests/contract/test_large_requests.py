"""Large requests and many fault rules: each is compared with all, and nobody else waits for that."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from mockrevio.quantities import Limit
from mockrevio.revio.wire import request as wire_request
from mockrevio.revio.wire.body import parse_fields
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
