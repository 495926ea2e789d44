"""Calls that are held, by faults or by their clients."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from tests.contract.raw import head, with_length
from tests.support import LINK, Client

LINKS = "/v1/IntegrationKeyLink"
BODY = json.dumps(LINK).encode()
HOLDS: dict[str, tuple[dict[str, Any] | None, bytes]] = {
    "latency": ({"effect": {"latency": "1h"}}, with_length("POST", LINKS, BODY)),
    "latency after the commit": (
        {"phase": "after_commit", "effect": {"latency": "1h"}},
        with_length("POST", LINKS, BODY),
    ),
    "hang": ({"effect": {"connection": "hang"}}, with_length("POST", LINKS, BODY)),
    "hang after the commit": (
        {"phase": "after_commit", "effect": {"connection": "hang"}},
        with_length("POST", LINKS, BODY),
    ),
    "drip": ({"effect": {"drip": {"chunks": 2, "over": "1h"}}}, with_length("POST", LINKS, BODY)),
    "latency of its own": (None, with_length("POST", LINKS, BODY, "X-Mock-Latency: 1h")),
    "hang of its own": (None, with_length("POST", LINKS, BODY, "X-Mock-Fault: connection=hang")),
    "half a body": (None, with_length("POST", LINKS, BODY)[:-10]),
    "half a chunked body": (None, head("POST", LINKS, "Transfer-Encoding: chunked") + b"ff\r\n{"),
}
"""What holds a call: a fault, and what its client sends."""


def arm(client: Client, fault: dict[str, Any] | None) -> int:
    if fault is None:
        return 0
    response = client.post("/__admin/faults", json=fault)
    assert response.status_code == 201, response.text
    return int(response.json()["id"])


def in_progress(client: Client) -> list[dict[str, Any]]:
    entries = client.get("/__admin/requests").json()["requests"]
    return [entry for entry in entries if entry["response"] is None]


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def links(client: Client) -> list[Any]:
    found: list[Any] = client.get("/__admin/key_links").json()["key_links"]
    return found


def wait_for_call(client: Client) -> None:
    wait_until(lambda: client.get("/__admin/requests").json()["requests"])


def reset(client: Client) -> None:
    client.post("/__admin/reset").raise_for_status()
