"""A world in which every view of the console has something to show, the same in each run."""

from __future__ import annotations

from typing import NamedTuple

from tests.support import LINK, Client

NOW = "2026-03-04T10:15:00"
FAULTS = (
    {
        "name": "creates time out after they happened",
        "match": {"method": "POST", "path": "/v1/IntegrationKeyLink"},
        "when": {"skip": 2, "times": 3},
        "phase": "after_commit",
        "effect": {"connection": "reset"},
    },
    {
        "name": "bills are slow",
        "match": {"path": "/v1/Bills*"},
        "effect": {"latency": "10ms"},
        "optional": True,
    },
    {"match": {"method": "GET", "path": "/v1/Payments"}, "effect": {"preset": "rate_limited"}},
)
LIVES = ({"X-Mock-Fault": "preset=unavailable"}, {"X-Mock-Latency": "5ms"})


class Scenery(NamedTuple):
    """What there is to look at: the ids of a key link and of a call, and the name of a snapshot."""

    link: int
    call: str
    snapshot: str


def set_up(client: Client) -> Scenery:
    """Fill a world that was reset, with everything that happens at a fixed time."""
    assert client.put("/__admin/clock", json={"now": NOW}).status_code == 200
    assert client.put("/__admin/snapshots/before-the-sync").status_code == 200
    for path in ("SystemStatus", "IntegrationSystem", "IntegrationEntityType", "Customers?page_size=50"):
        assert client.get(f"/v1/{path}").status_code == 200
    created = client.link()
    client.get(f"/v1/IntegrationKeyLink/{created}")
    assert client.post("/v1/IntegrationKeyLink", json=LINK).status_code == 400
    missing = client.post("/v1/IntegrationKeyLink", json={**LINK, "internal_id": 42})
    assert missing.status_code >= 400
    for fault in FAULTS:
        assert client.post("/__admin/faults", json=fault).status_code == 201
    client.get("/v1/Bills?page_size=5")
    client.get("/v1/Payments")
    for headers in LIVES:
        client.get("/v1/Customers/1015", headers=headers)
    client.patch("/v1/Customers/1015", json=[{"op": "replace", "path": "/status", "value": "SUSPENDED"}])
    client.get("/v1/Customers/4242")
    return Scenery(created, missing.headers["X-Mock-Request-Id"], "before-the-sync")
