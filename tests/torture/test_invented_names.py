"""Clients that invent names: whatever they make up, the server does not keep it for ever."""

from __future__ import annotations

import gc
import tracemalloc
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockrevio.quantities import Limit
from mockrevio.revio import rate_limits
from mockrevio.server import header_fields
from tests.support import Client, serving

WARM_UP, NAMES = 15, 20
LENGTH = 3000
"""Characters of most names, or of what comes with them."""

ALLOWED = NAMES * LENGTH
"""Bytes that may be in use afterwards and were not before: less than the names alone would take."""

Invent = Callable[[Client, str], Any]


def put_state(client: Client, **document: Any) -> None:
    response = client.put("/__admin/state", json=document)
    assert response.status_code == 200, response.text


def types_in_states(client: Client, name: str) -> None:
    kinds = [f"T{name.upper()}_{number}" for number in range(5)]
    put_state(
        client,
        integration_entity_types=[
            {"integration_entity_type_id": number, "entity_type_name": kind}
            for number, kind in enumerate(kinds, 1)
        ],
        entities={kind: [{f"{kind.lower()}_id": 1, name: name * LENGTH}] for kind in kinds},
    )
    for kind in kinds:
        assert client.get(f"/__admin/entities/{kind}").json()["count"] == 1


def resources_in_states(client: Client, name: str) -> None:
    path = f"R{name}"
    fields = {"thing_id": "whole", **{f"{name}_{n}": "text" for n in range(30)}}
    put_state(
        client, resources={path: {"id": "thing_id", "fields": fields}}, records={path: [{"thing_id": 1}]}
    )
    response = client.get(f"/v1/{path}")
    assert response.status_code == 200, response.text


def parameters(client: Client, name: str) -> None:
    client.get("/v1/Customers", params={f"search.{name * LENGTH}": name, "search.sort": name * LENGTH})


def headers(client: Client, name: str) -> None:
    client.get("/v1/Customers", headers={f"X-{name * 50}": name, "X-Mock-Fault": f"preset={name * LENGTH}"})


def header_values(client: Client, name: str) -> None:
    long = f"{name}{'y' * LENGTH}"
    for header in (
        "Content-Type",
        "Origin",
        "Referer",
        "Sec-Fetch-Site",
        "Accept",
        "Content-Encoding",
        "Host",
    ):
        client.post("/v1/Customers", data=b"{}", headers={header: long})


def methods(client: Client, name: str) -> None:
    client.request(f"M{name}".upper()[:60], "/v1/Customers")


def paths(client: Client, name: str) -> None:
    client.get(f"/v1/{name}/{name * LENGTH}")
    client.get(f"/__admin/{name}")
    client.get(f"/__admin/entities/{name}")


def callers(client: Client, name: str) -> None:
    client.get("/v1/Customers", auth=(f"{name * LENGTH}@{name}", "secret"))


def bodies(client: Client, name: str) -> None:
    client.post("/v1/Customers", json={name * LENGTH: {name: name * LENGTH}})


def charsets(client: Client, name: str) -> None:
    client.post(
        "/v1/Customers", data=b"{}", headers={"Content-Type": f"application/json; charset={name * LENGTH}"}
    )


def subscriptions(client: Client, name: str) -> None:
    client.post("/v1/WebhookSubscriptions", json={"event_type": name * LENGTH, "webhook_receiver_id": 1})
    client.post("/__admin/webhooks/verify", json={"match": {"event_type": name * LENGTH}})
    client.get("/__admin/webhooks", params={"event_type": name * LENGTH})


def snapshots(client: Client, name: str) -> None:
    assert client.put(f"/__admin/snapshots/{name}").status_code == 200
    assert client.delete(f"/__admin/snapshots/{name}").status_code == 200


def rules(client: Client, name: str) -> None:
    rule = {"name": name * LENGTH, "match": {"body": {name * LENGTH: f"{name}*"}}, "effect": {"status": 500}}
    rule_id = client.post("/__admin/faults", json=rule).json()["id"]
    client.post("/v1/Customers", json={name: name})
    client.delete(f"/__admin/faults/{rule_id}")


def matchers(client: Client, name: str) -> None:
    match = {"headers": {name: f"{name * 200}*?"}, "query": {name: name}}
    client.post("/__admin/requests/count", json={"match": match})
    client.get("/__admin/requests", params={f"body.{name}": f"{name}?"})


def settings(client: Client, name: str) -> None:
    client.patch("/__admin/settings", json={name: name})


INVENTIONS: tuple[Invent, ...] = (
    types_in_states,
    resources_in_states,
    parameters,
    headers,
    header_values,
    methods,
    paths,
    callers,
    bodies,
    charsets,
    subscriptions,
    snapshots,
    rules,
    matchers,
    settings,
)


@pytest.fixture
def traced() -> Iterator[Callable[[], int]]:
    """The bytes of memory in use."""

    def in_use() -> int:
        urllib.parse.clear_cache()  # type: ignore[attr-defined]  # of the client, which is in this process
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        yield in_use
    finally:
        tracemalloc.stop()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A server whose caches and logs, which have limits, are full after a few calls."""
    monkeypatch.setattr(rate_limits, "MAX_ACCOUNTS", 10)
    monkeypatch.setattr(header_fields, "MAX_CACHED", 10)
    with serving(fixture=("empty",), log_size=10, rate_limit=Limit(1_000_000, 60.0)) as client:
        yield client


@pytest.mark.parametrize("invent", INVENTIONS, ids=lambda invent: invent.__name__)
def test_invented_names_are_not_kept(client: Client, traced: Callable[[], int], invent: Invent) -> None:
    for number in range(WARM_UP):
        invent(client, f"n{number:02x}")
    before = traced()
    for number in range(WARM_UP, WARM_UP + NAMES):
        invent(client, f"n{number:02x}")
    assert traced() - before < ALLOWED


def test_a_reset_leaves_nothing_of_invented_names(client: Client, traced: Callable[[], int]) -> None:
    def invent_and_reset(first: int, count: int) -> None:
        for number in range(first, first + count):
            name = f"n{number:02x}"
            types_in_states(client, name)
            client.post("/__admin/entities/CUSTOMER", json={"id": 1, "custom": name * LENGTH})
            client.get("/v1/Customers", params={"search.status": name * LENGTH})
            client.post("/__admin/faults", json={"name": name * LENGTH, "effect": {"status": 500}})
            assert client.post("/__admin/reset").status_code == 200

    invent_and_reset(0, WARM_UP)
    before = traced()
    invent_and_reset(WARM_UP, NAMES)
    assert traced() - before < ALLOWED
