"""The app without mockrevio's own server: waits happen in the thread of the request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cheroot.wsgi
import pytest
from werkzeug.serving import make_server

from mockrevio.app import create_app
from mockrevio.settings import Settings
from tests.contract.raw import Raw, with_length
from tests.events import EVENTS, Events
from tests.support import LINK, Client

LINKS = "/v1/IntegrationKeyLink"


@pytest.fixture(params=["flush", "fsync"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    """A client of the app on Werkzeug's development server."""
    app = create_app(Settings(data=tmp_path, durability=request.param))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    client = Client(f"http://127.0.0.1:{server.server_port}")
    yield client
    client.close()
    server.shutdown()
    thread.join()
    server.server_close()
    app.close()


@pytest.mark.parametrize("phase", ["before_commit", "after_commit"])
def test_a_latency_delays_the_response_once_and_the_write_happens_once(client: Client, phase: str) -> None:
    rule = {"match": {"method": "POST"}, "effect": {"latency": "300ms"}, "phase": phase}
    assert client.post("/__admin/faults", json=rule).status_code == 201
    started = time.monotonic()
    assert client.post(LINKS, json=LINK).status_code == 201
    assert 0.3 <= time.monotonic() - started < 0.6
    assert client.get(LINKS).json()["record_count"] == 1
    (logged,) = client.get("/__admin/requests", params={"method": "POST"}).json()["requests"]
    assert logged["response"]["status"] == 201


def test_a_verification_waits_for_a_request_that_is_yet_to_come(client: Client) -> None:
    timer = threading.Timer(0.2, client.get, ["/v1/IntegrationSystem"])
    timer.start()
    query = {"match": {"path": "/v1/IntegrationSystem"}, "count": 1, "timeout": "10s"}
    started = time.monotonic()
    assert client.post("/__admin/requests/verify", json=query).json() == {"ok": True, "count": 1}
    assert time.monotonic() - started < 5
    query["match"] = {"path": "/v1/Nothing"}
    assert client.post("/__admin/requests/verify", json={**query, "timeout": "100ms"}).status_code == 409
    timer.join()


def test_a_call_whose_body_is_on_its_way_ends_when_the_state_is_replaced(client: Client) -> None:
    with Raw(client.url) as raw:
        body = json.dumps(LINK).encode()
        sent = with_length("POST", LINKS, body)
        raw.send(sent[:-5])
        while not client.get("/__admin/requests").json()["requests"]:
            time.sleep(0.01)
        client.post("/__admin/reset").raise_for_status()
        raw.send(sent[-5:])
        assert raw.socket.recv(1000).split(b" ", 2)[1] == b"503"
    assert client.get(LINKS).json()["records"] == []


def test_closing_the_app_ends_what_waits_for_a_request() -> None:
    app = create_app(Settings(ephemeral=True))
    responses: list[int] = []

    def verify() -> None:
        query = {"match": {"method": "DELETE"}, "timeout": "60s"}
        responses.append(app.test_client().post("/__admin/requests/verify", json=query).status_code)

    waiting = threading.Thread(target=verify)
    waiting.start()
    time.sleep(0.2)
    app.close()
    waiting.join(10)
    assert responses == [503]


def test_a_connection_fault_is_a_500_that_says_what_it_needs(client: Client) -> None:
    assert client.post("/__admin/faults", json={"effect": {"connection": "reset"}}).status_code == 201
    response = client.get("/v1/IntegrationSystem")
    assert response.status_code == 500
    assert "needs mockrevio's own server" in response.headers["X-Mock-Explain"]


def test_events_are_streamed(client: Client) -> None:
    with Events(client) as events:
        assert events.hello.name == "hello"
        client.post(LINKS, json=LINK).raise_for_status()
        assert events.call(path=LINKS)["status"] == 201
        client.post("/__admin/reset").raise_for_status()
        assert {"data", "log"} <= {*events.changed("log")}
    assert client.head(EVENTS).headers["Content-Type"].startswith("text/event-stream")


def test_events_are_streamed_by_a_production_server() -> None:
    app = create_app(Settings(ephemeral=True))
    server = cheroot.wsgi.Server(("127.0.0.1", 0), app)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    client = Client(f"http://127.0.0.1:{server.bind_addr[1]}")
    with Events(client) as events:
        client.get("/v1/SystemStatus")
        assert events.call(path="/v1/SystemStatus")["status"] == 200
        app.close()
        events.rest()  # which ends in good order
    client.close()
    server.stop()
    thread.join()
