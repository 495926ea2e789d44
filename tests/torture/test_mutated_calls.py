"""Calls to the API and to the admin side, each a valid one with parts replaced, removed, repeated or moved.

Whatever they are, they are answered in the format of their side, quickly, without a 500; what is read changes
nothing; and what they leave can be saved, loaded and read.
"""

from __future__ import annotations

import http.client
import json
import random
import time
from copy import deepcopy
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from tests.contract.raw import basic
from tests.support import AUTH, LINK, Client
from tests.torture.common import LINKS, Scale, server

ADMIN = "/__admin"
RULE = {"match": {"path": "/v1/Nowhere*"}, "when": {"times": 2}, "effect": {"status": 418}}
CUSTOMER = {"customer_id": 1015, "status": "ACTIVE", "finance": {"balance": "1.50"}}
STATE = {
    "schema": 1,
    "integration_systems": [{"integration_system_id": 4, "system_name": "SALESFORCE"}],
    "integration_entity_types": [{"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"}],
    "entities": {"CUSTOMER": [CUSTOMER, 1016]},
    "records": {"Notes": [{"note_id": 1, "customer_id": 1015}]},
    "key_links": [{"integration_key_link_id": 1, **LINK}],
    "next_ids": {"key_links": 2},
    "faults": [RULE],
    "settings": {"duplicates": "allow"},
}
PATCH = [
    {"op": "replace", "path": "/status", "value": "CLOSED"},
    {"op": "copy", "from": "/status", "path": "/own"},
    {"op": "remove", "path": "/own"},
]
VERIFY = {"match": {"method": "POST", "path": "/v1/*", "body": {"internal_id": 1015}}, "count": {"min": 0}}


IDS = {
    "IntegrationKeyLink": "integration_key_link_id",
    "Customers": "customer_id",
    "Notes": "note_id",
    "Users": "user_id",
    "WebhookReceivers": "webhook_receiver_id",
}
"""Endpoints that are written to, with the field of their records that has the id."""


class Call(NamedTuple):
    """A call, before it is changed."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None


CALLS = [
    *[Call("POST", LINKS, (), LINK)] * 4,
    Call("GET", LINKS, (("internal_id", "1015"), ("sort", "-created_date"), ("page", "2"))),
    Call("GET", LINKS, (("created_date_start", "2026-01-01"), ("external_id", "0012*"))),
    Call("GET", f"{LINKS}/1"),
    Call("PUT", f"{LINKS}/1", (), {**LINK, "external_id": "other"}),
    Call("DELETE", f"{LINKS}/1"),
    Call("POST", "/v1/Customers", (), CUSTOMER),
    Call("GET", "/v1/Customers", (("search.status", "ACTIVE"), ("bill_profile_id", "1"), ("page", "1"))),
    Call("PUT", "/v1/Customers/1015", (), CUSTOMER),
    Call("PATCH", "/v1/Customers/1015", (), PATCH),
    Call("POST", "/v1/Notes", (), {"customer_id": 1015, "body": "x"}),
    Call("POST", "/v1/WebhookReceivers", (), {"url": "http://127.0.0.1:9/"}),
    Call("GET", "/v1/SystemStatus"),
    Call("GET", f"{ADMIN}/health"),
    Call("GET", f"{ADMIN}/state"),
    Call("PUT", f"{ADMIN}/state", (), STATE),
    Call("POST", f"{ADMIN}/reset"),
    Call("GET", f"{ADMIN}/entities/CUSTOMER"),
    Call("POST", f"{ADMIN}/entities/CUSTOMER", (), [CUSTOMER, {"count": 3}]),
    Call("PUT", f"{ADMIN}/entities/CUSTOMER/1015", (), CUSTOMER),
    Call("DELETE", f"{ADMIN}/entities/CUSTOMER/1015"),
    Call("POST", f"{ADMIN}/key_links", (), LINK),
    Call("POST", f"{ADMIN}/faults", (), [RULE]),
    Call("PUT", f"{ADMIN}/faults/1", (), RULE),
    Call("DELETE", f"{ADMIN}/faults/1"),
    Call("GET", f"{ADMIN}/settings"),
    Call("PATCH", f"{ADMIN}/settings", (), {"duplicates": "allow", "page_size_over_max": "clamp"}),
    Call("GET", f"{ADMIN}/requests", (("method", "POST"), ("not.status", "5xx"), ("limit", "3"))),
    Call("POST", f"{ADMIN}/requests/count", (), {"match": VERIFY["match"]}),
    Call("POST", f"{ADMIN}/requests/verify", (), VERIFY),
    Call("PUT", f"{ADMIN}/snapshots/before"),
    Call("POST", f"{ADMIN}/snapshots/before/restore"),
    Call("GET", f"{ADMIN}/snapshots/before/diff"),
    Call("DELETE", f"{ADMIN}/snapshots/before"),
    Call("GET", f"{ADMIN}/webhooks", (("status", "delivered"),)),
    Call("POST", f"{ADMIN}/webhooks/verify", (), {"match": {"event_type": "CUSTOMER_*"}, "count": 0}),
    Call("POST", f"{ADMIN}/webhooks/1/redeliver"),
    Call("GET", f"{ADMIN}/clock"),
    Call("PUT", f"{ADMIN}/clock", (), {"advance": "90s"}),
    Call("PUT", f"{ADMIN}/clock", (), {"now": "2030-01-02T03:04:05"}),
    Call("GET", f"{ADMIN}/worlds"),
    Call("DELETE", f"{ADMIN}/worlds/acme"),
    Call("GET", f"{ADMIN}/behaviours"),
    Call("GET", f"{ADMIN}/"),
    Call("GET", f"{ADMIN}/static/options.json"),
]  # fmt: skip
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 4, 1015, 2**31 - 1, 2**31, 2**63, 10**30, -0.0, 1.5, 1e300),
    *("", " ", "x", "*", "?", "[", "[a-", "***", "4", "null", "nan", "1e9", "-", "..", "/", "\\", "%", "%00"),
    *("\0", "\ud800", "\u2028", "\U0001f600", "ä", "x" * 300, "0012*" * 300, "9" * 400),
    *("2026-01-05T09:30:00", "2026-13-45", "0001-01-01", "9999-12-31T23:59:59.999Z", "1h", "-5s", "1e99h"),
    *([], {}, [[]], [{}], {"a": None}, [1, 2, 3], {"": ""}, {"a": {"b": [1]}}, ["x"] * 300),
]  # fmt: skip
HEADERS = [
    {"Content-Type": "application/json"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "text/plain", "Accept": "text/html"},
    {"Content-Encoding": "gzip"},
    {"Content-Encoding": "deflate, br"},
    {"X-Mock-Fault": "status=200"},
    {"X-Mock-Latency": "0s"},
    {"X-Mock-Fault": "delay"},
    {"Accept-Encoding": "gzip;q=x", "Range": "bytes=5-1", "If-None-Match": "*", "Cookie": "a=b; c"},
    {"X-HTTP-Method-Override": "DELETE", "X-Forwarded-Host": "evil.example", "Forwarded": "host=a"},
    {"Host": "localhost"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Authorization": "Basic"},
    {"Authorization": "Bearer " + "x" * 1000},
]


def mutated(value: Any) -> Any:
    """A document with one part replaced, removed, repeated or moved."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        changed = deepcopy(value)
        name = random.choice(list(changed))
        kind = random.randrange(6)
        if kind == 0:
            del changed[name]
        elif kind == 1:
            changed[str(random.choice(VALUES))[:50]] = changed[name]
        elif kind == 2:
            changed[name] = random.choice(list(changed.values()))
        else:
            changed[name] = mutated(changed[name])
        return changed
    if isinstance(value, list) and value and random.random() < 0.85:
        items = deepcopy(value)
        at = random.randrange(len(items))
        kind = random.randrange(5)
        if kind == 0:
            del items[at]
        elif kind == 1:
            items.append(items[at])
        else:
            items[at] = mutated(items[at])
        return items
    return deepcopy(random.choice(VALUES))


def encoded(body: Any) -> bytes:
    """A body as JSON, now and then with bytes replaced or cut off."""
    text = bytearray(json.dumps(body).encode("utf-8", "surrogatepass"))
    chance = random.random()
    if chance < 0.05 and text:
        text[random.randrange(len(text))] = random.randrange(256)
    elif chance < 0.1:
        del text[random.randrange(len(text) + 1) :]
    return bytes(text)


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def attack() -> tuple[str, str, bytes | None, dict[str, str]]:
    """A call, most of the time with some of its parts changed."""
    method, path, query, body = random.choice(CALLS)
    headers = {"Authorization": basic(*AUTH), "Content-Type": "application/json"}
    pairs = [*query]
    for _ in range(random.choice([0, 1, 1, 2, 3])):
        kind = random.randrange(8)
        if kind == 0:
            parts = path.split("/")
            parts[random.randrange(1, len(parts))] = quote(
                text_of(random.choice(VALUES)), "", errors="replace"
            )
            path = "/".join(parts)
        elif kind == 1:
            method = random.choice(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
        elif kind == 2:
            headers.update(random.choice(HEADERS))
        elif kind == 3:
            other = random.choice(CALLS)
            pairs += other.query
            body = other.body if body is None else body
        elif kind == 4:
            name = random.choice([*(name for name, _ in pairs), "client", "page", "match", "limit", "x"])
            pairs.append((name, text_of(random.choice(VALUES))))
        else:
            body = mutated(body)
    target = path + (
        "?" + "&".join(f"{quote(n)}={quote(v, errors='replace')}" for n, v in pairs) if pairs else ""
    )
    return method, target, None if body is None else encoded(body), headers


class Attacker:
    """One connection to a server, and what it has been answered."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self.slowest = 0.0
        self.accepted = 0

    def send(self) -> None:
        """Send a call, and check the answer."""
        method, target, body, headers = call = attack()
        began = time.monotonic()
        self.connection.request(method, target, body, headers)
        response = self.connection.getresponse()
        received = response.read()
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.accepted += response.status < 300
        if headers.get("X-Mock-Fault") is None:
            assert response.status < 500 or (response.status, response.reason) == (501, "Not Implemented"), (
                call,
                response.status,
                received[:500],
            )
        if response.status >= 400:
            self.check_error(call, json.loads(received))

    @staticmethod
    def check_error(call: Any, document: Any) -> None:
        """An error has the form that its side of the mock has documented."""
        if call[1].startswith(ADMIN):
            assert {"error", "message"} <= document.keys(), (call, document)
        else:
            problems = document if isinstance(document, list) else [document]  # by the setting error_shape
            assert all({"ok", "error", "message"} <= each.keys() for each in problems), (call, document)
        assert "Traceback" not in str(document)


def check_world(client: Client) -> None:
    """Whatever was written can be read, saved and loaded again, byte for byte."""
    defaults: dict[str, Any] = {
        "auth": "required",
        "subscription_key": [],
        "rate_limit": None,
        "quota": None,
        "strict_login": False,
    }
    client.patch(
        "/__admin/settings", json={**defaults, "latency": None, "error_rate": None}
    ).raise_for_status()
    client.delete("/__admin/faults").raise_for_status()
    state = client.get("/__admin/state")
    assert state.status_code == 200, state.text
    replaced = client.put("/__admin/state", data=state.content)
    assert replaced.status_code == 200, replaced.text
    assert client.get("/__admin/state").content == state.content
    for endpoint, id_field in IDS.items():
        page = client.get(f"/v1/{endpoint}?page_size=500")
        assert page.status_code == 200, page.text
        for record in page.json()["records"][:3]:
            assert client.get(f"/v1/{endpoint}/{record[id_field]}").status_code == 200, record
    client.post("/__admin/reset").raise_for_status()


@pytest.mark.parametrize("part", range(2))
def test_mutated_calls_get_responses_and_leave_a_world_that_can_be_saved(part: int, how_much: Scale) -> None:
    del part  # they run in parallel
    with server("--ephemeral", fixture="default") as running:
        attacker = Attacker(running.client.url)
        for number in range(how_much(short=1000, long=60_000)):
            attacker.send()
            if number % 250 == 249:
                check_world(running.client)
        check_world(running.client)
        attacker.connection.close()
        assert attacker.accepted > how_much(short=250, long=15_000), "many are still valid"
        assert attacker.slowest < 15, "as long as a busy machine may need for any"
        assert running.stop() == 0
        assert running.errors == []
