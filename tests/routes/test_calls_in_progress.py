"""The request log knows a call from its arrival: it shows, counts and verifies it before the answer."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.raw import Raw, head
from tests.routes.delayed_calls import HELD, Holding, holding
from tests.support import serving

LOG = "/__admin/requests"
QUICK = "/v1/SystemStatus"


@pytest.fixture
def held() -> Iterator[Holding]:
    """A server that holds calls."""
    with holding() as server:
        yield server


def entries(held: Holding, **query: Any) -> list[dict[str, Any]]:
    """The entries of the log."""
    listed: list[dict[str, Any]] = held.client.get(LOG, params=query).json()["requests"]
    return listed


def test_a_call_is_in_the_log_before_its_response(held: Holding) -> None:
    call = held.call()
    [entry] = entries(held)
    assert (entry["path"], entry["response"], entry["duration_ms"]) == (HELD, None, None)
    assert (entry["explain"], entry["behaviours"], entry["client_left"]) == (None, [], False)

    held.release()
    assert call.result().headers["X-Mock-Request-Id"] == entry["id"]
    [answered] = entries(held)
    assert (answered["id"], answered["at"]) == (entry["id"], entry["at"])
    assert answered["response"]["status"] == 200
    assert answered["duration_ms"] > 0


def test_calls_are_logged_in_the_order_of_their_arrival(held: Holding) -> None:
    slow = held.call()
    held.client.get(QUICK)
    held.release()
    slow.result()
    assert [entry["path"] for entry in entries(held)] == [HELD, QUICK]


def test_a_call_in_progress_is_counted_and_verified(held: Holding) -> None:
    held.call()
    match = {"path": HELD}
    assert held.client.post(f"{LOG}/count", json={"match": match}).json() == {"count": 1, "in_progress": 1}
    assert held.verify(match, count=1).json() == {"ok": True, "count": 1, "in_progress": 1}
    none = held.verify(match, count=0)
    assert none.status_code == 409
    assert (
        none.json()["message"]
        == "1 request matches, expected 0; 1 call is still in progress, so that may change"
    )


def test_a_verification_of_the_response_waits_for_it(held: Holding) -> None:
    held.status = 503
    call = held.call()
    at_once = held.verify({"status": 503}, count=1)
    assert (
        at_once.json()["message"]
        == "0 requests match, expected 1; 1 call is still in progress, so that may change"
    )
    assert at_once.json()["nearest"][0]["differences"] == ["status is not known yet, not 503"]

    waiting = [
        held.verify_later({"status": "5xx"}, count=1),
        held.verify_later({"path": HELD, "not": {"status": 503}}, count=0),
    ]
    held.release()
    assert [verification.result().status_code for verification in waiting] == [200, 200]
    assert call.result().status_code == 503


def test_no_verification_of_a_status_is_decided_before_the_response(held: Holding) -> None:
    held.status = 503
    held.call()
    assert held.verify({"status": "5xx"}, count=0).json()["in_progress"] == 1
    waiting = held.verify_later({"status": "5xx"}, count=0)
    held.release()
    failed = waiting.result()
    assert (failed.status_code, failed.json()["count"]) == (409, 1)


def test_a_verification_can_wait_until_all_calls_have_a_response(held: Holding) -> None:
    held.call()
    assert held.verify({"status": "none"}, count=0).status_code == 409
    waiting = held.verify_later({"status": "none"}, count=0)
    held.release()
    assert waiting.result().json() == {"ok": True, "count": 0}


def test_a_call_in_progress_continues_without_being_logged_after_the_log_is_cleared(held: Holding) -> None:
    call = held.call()
    assert held.client.delete(LOG).json() == {"count": 1}
    held.client.get(QUICK)
    held.release()
    assert call.result().status_code == 200
    assert [entry["path"] for entry in entries(held)] == [QUICK]


@pytest.mark.parametrize(
    ("effect", "name", "fault"),
    [({"latency": "1h"}, "slow", "fault 1 (slow)"), ({"latency": "1h"}, None, "fault 1")],
)
def test_the_log_shows_which_fault_holds_a_call(effect: dict[str, Any], name: str | None, fault: str) -> None:
    with serving() as client, Raw(client.url) as raw:
        rule = {"effect": effect} if name is None else {"name": name, "effect": effect}
        client.post("/__admin/faults", json=rule).raise_for_status()
        raw.send(head("GET", QUICK))
        client.post(f"{LOG}/verify", json={"timeout": "10s"}).raise_for_status()
        [entry] = client.get(LOG).json()["requests"]
        assert (entry["fault"], entry["response"]) == (fault, None)
        assert client.post(f"{LOG}/verify", json={"match": {"fault": 1}, "count": 1}).status_code == 200


def test_the_log_shows_who_called() -> None:
    with serving() as client, Raw(client.url) as raw:
        raw.call(head("GET", QUICK))
        host, port = raw.socket.getsockname()
        assert client.get(LOG).json()["requests"][0]["peer"] == f"{host}:{port}"


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_an_ipv6_address_is_shown_in_brackets() -> None:
    from mockrevio.app import create_app
    from mockrevio.server import Server
    from mockrevio.settings import Settings

    app = create_app(Settings(ephemeral=True))
    try:
        server = Server(app, "::1", 0)
    except OSError:
        app.close()
        pytest.skip("needs an IPv6 loopback address")
    server.start()
    port = urlsplit(server.url).port
    with socket.create_connection(("::1", port)) as connection:
        connection.sendall(head("GET", QUICK, "Connection: close"))
        assert connection.makefile("rb").read()
        own_port = connection.getsockname()[1]
        [entry] = app.worlds.default().calls.log.entries()
        assert json.loads(json.dumps(entry.as_json()))["peer"] == f"[::1]:{own_port}"
    server.stop()
    app.close()
