"""Events: what a client of the stream learns about its world."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from mockrevio import __version__
from mockrevio.app import create_app
from mockrevio.control.request_log import LogEntry
from mockrevio.routes.admin.events import KEEP_ALIVE, EventStream
from mockrevio.settings import Settings
from tests.events import EVENTS, Events, parse
from tests.support import AUTH, LINK, Client, serving

CUSTOMERS = "/v1/Customers"
PARTS = ["data", "faults", "settings", "clock", "snapshots", "webhooks", "log"]


@pytest.fixture
def client() -> Any:
    """A server of its own: what one test leaves behind would be an event in the next one."""
    with serving() as session:
        yield session


def test_the_first_event_has_the_version_the_parts_and_the_rates(client: Client) -> None:
    with Events(client) as events:
        assert events.response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert events.response.headers["Cache-Control"] == "no-store"
        assert events.response.headers["X-Accel-Buffering"] == "no"
        assert (events.hello.name, events.hello.id) == ("hello", 1)
        rates = events.hello.data.pop("rates")
        assert events.hello.data == {"version": __version__, "parts": PARTS}
        assert len(rates["calls"]) == len(rates["errors"]) == 600


def test_a_call_appears_with_its_response_and_no_secret(client: Client) -> None:
    with Events(client) as events:
        client.get(CUSTOMERS, params={"search.customer_id": "1001", "subscription-key": "hidden"})
        event = events.next()
        assert (event.name, event.id, event.data["omitted"]) == ("calls", 2, 0)
        (call,) = event.data["calls"]
        assert call.pop("duration_ms") > 0
        (logged,) = client.get("/__admin/requests").json()["requests"]
        assert call == {
            "id": logged["id"],
            "at": logged["at"],
            "client": "acme",
            "method": "GET",
            "path": CUSTOMERS,
            "query": "search.customer_id=1001&subscription-key=***",
            "status": 200,
            "delivered": None,
            "fault": None,
            "explain": None,
            "client_left": False,
            "in_progress": False,
            "assumed": [],
        }


def test_a_slow_call_appears_when_it_arrives_and_when_it_is_answered(client: Client) -> None:
    client.post("/__admin/faults", json={"effect": {"latency": "30s"}})
    with Events(client) as events, ThreadPoolExecutor() as pool:
        answer = pool.submit(client.get, CUSTOMERS)
        arrived = events.call(path=CUSTOMERS)
        assert (arrived["in_progress"], arrived["status"], arrived["duration_ms"]) == (True, None, None)
        client.delete("/__admin/faults")
        answered = events.call(id=arrived["id"])
        assert (answered["in_progress"], answered["status"]) == (False, 200)
        assert answer.result().status_code == 200


def test_a_call_that_was_in_progress_before_the_stream_appears_when_it_is_answered(client: Client) -> None:
    client.post("/__admin/faults", json={"effect": {"latency": "30s"}})
    with ThreadPoolExecutor() as pool, Events(client) as first:
        answer = pool.submit(client.get, CUSTOMERS)
        arrived = first.call(path=CUSTOMERS)
        with Events(client) as second:
            client.delete("/__admin/faults")
            assert second.call(id=arrived["id"])["status"] == 200
        answer.result()


def test_a_dripping_response_is_in_progress_until_its_last_byte(client: Client) -> None:
    drip = {"drip": {"chunks": 3, "over": "30s"}}
    rule = client.post("/__admin/faults", json={"effect": drip})
    assert rule.status_code == 201, rule.text
    with Events(client) as events, ThreadPoolExecutor() as pool:
        answer = pool.submit(client.get, CUSTOMERS)
        dripping = events.call(path=CUSTOMERS)
        assert dripping["in_progress"]
        client.delete("/__admin/faults")
        assert not events.call(id=dripping["id"])["in_progress"]
        answer.result()


def test_of_a_crowd_of_calls_the_latest_are_listed_and_the_others_counted(client: Client) -> None:
    with Events(client) as events, ThreadPoolExecutor(8) as pool:
        session = threading.local()

        def call(_: int) -> None:
            session.client = getattr(session, "client", None) or Client(client.url)
            session.client.get("/v1/SystemStatus")

        list(pool.map(call, range(700)))
        client.get("/v1/IntegrationSystem")
        listed: dict[str, None] = {}
        omitted, last = 0, ""
        while last != "/v1/IntegrationSystem":
            data = events.next("calls").data
            assert 0 < len(data["calls"]) <= 100
            omitted += data["omitted"]
            listed |= dict.fromkeys(call["id"] for call in data["calls"])
            last = data["calls"][-1]["path"]
        assert omitted + len(listed) == 701
        assert list(listed) == sorted(listed)


@pytest.mark.parametrize(
    ("part", "method", "path", "body"),
    [
        ("data", "POST", "/v1/IntegrationKeyLink", LINK),
        ("data", "POST", "/__admin/entities/CUSTOMER", {"id": 42}),
        ("data", "DELETE", "/__admin/entities/CUSTOMER/1001", None),
        ("faults", "POST", "/__admin/faults", {"effect": {"status": 503}}),
        ("settings", "PATCH", "/__admin/settings", {"duplicates": "allow"}),
        ("clock", "PUT", "/__admin/clock", {"advance": "90s"}),
        ("snapshots", "PUT", "/__admin/snapshots/before", None),
        ("log", "DELETE", "/__admin/requests", None),
    ],
)
def test_a_change_names_the_part_that_changed_and_no_other(
    client: Client, part: str, method: str, path: str, body: Any
) -> None:
    with Events(client) as events:
        assert client.request(method, path, json=body).ok
        assert events.changed(part) == [part]


def test_a_fault_that_fires_and_a_notification_that_is_sent_are_changes(client: Client) -> None:
    client.post("/__admin/faults", json={"effect": {"status": 503}, "when": {"times": 1}})
    subscribe = {"url": "http://127.0.0.1:9/", "event_types": ["CUSTOMER_CREATED"]}
    client.post("/__admin/webhooks/receivers", json=subscribe).raise_for_status()
    with Events(client) as events:
        assert client.get(CUSTOMERS).status_code == 503
        assert events.changed("faults") == ["faults"]
        assert client.post(CUSTOMERS, json={"status": "ACTIVE"}).ok
        events.changed("webhooks")


def test_settings_that_stay_the_same_and_reads_are_no_change(client: Client) -> None:
    with Events(client) as events:
        client.patch("/__admin/settings", json={"duplicates": "reject"})
        client.get("/__admin/state")
        client.put("/__admin/snapshots/before")
        assert events.changed("snapshots") == ["snapshots"]


def test_a_stream_outlives_the_state_of_its_world(client: Client) -> None:
    state = client.get("/__admin/state").json()
    client.put("/__admin/snapshots/before")
    client.post("/__admin/faults", json={"effect": {"latency": "30s"}})
    with Events(client) as events, ThreadPoolExecutor() as pool:
        for method, path, body in (
            ("POST", "/__admin/reset", None),
            ("PUT", "/__admin/state", state),
            ("POST", "/__admin/snapshots/before/restore", None),
        ):
            client.post("/__admin/faults", json={"effect": {"latency": "30s"}})
            dropped = pool.submit(Client(client.url).get, "/v1/SystemStatus")
            assert events.call(path="/v1/SystemStatus")["in_progress"]
            assert client.request(method, path, json=body).ok
            assert {"data", "log"} <= {*events.changed("log")}
            assert isinstance(dropped.exception(), requests.ConnectionError)
        client.get(CUSTOMERS)
        event = events.next("calls")
        assert [call["path"] for call in event.data["calls"]] == [CUSTOMERS]
        assert event.data["omitted"] == 0


def test_rates_count_calls_and_errors_by_the_second_and_outlive_a_reset(client: Client) -> None:
    with Events(client) as events:
        client.get(CUSTOMERS)
        client.get(f"{CUSTOMERS}/9")
        client.post("/__admin/reset")
        calls = errors = 0
        while calls < 2:
            rates = events.next("rates").data
            calls += rates["calls"]
            errors += rates["errors"]
        assert (calls, errors) == (2, 1)
    with Events(client) as events:
        rates = events.hello.data["rates"]
        assert (sum(rates["calls"]), sum(rates["errors"])) == (2, 1)


def test_a_broken_connection_is_an_error(client: Client) -> None:
    client.post("/__admin/faults", json={"effect": {"connection": "reset"}})
    with Events(client) as events:
        with pytest.raises(requests.ConnectionError):
            client.get(CUSTOMERS)
        assert events.call(path=CUSTOMERS)["delivered"] == "reset"
        assert events.next("rates").data["errors"] == 1


def test_it_is_not_in_the_request_log(client: Client) -> None:
    with Events(client):
        assert client.get("/__admin/requests").json()["requests"] == []


def test_each_world_has_events_of_its_own_until_it_is_deleted() -> None:
    with serving(isolate_clients=True) as client:
        assert client.get(EVENTS, params={"client": "acme"}).status_code == 404
        client.get(CUSTOMERS)
        other = Client(client.url)
        other.auth = ("tester@other", "secret")
        with Events(client, client="acme") as events:
            assert other.get("/v1/SystemStatus").ok
            assert client.get(CUSTOMERS).ok
            assert [call["client"] for call in events.next("calls").data["calls"]] == ["acme"]
            client.delete("/__admin/worlds/acme").raise_for_status()
            events.rest()  # which ends


def test_it_needs_the_admin_token_and_is_closed_to_other_pages() -> None:
    with serving(admin_token=AUTH[1]) as client:
        client.auth = None
        assert client.get(EVENTS).status_code == 401
        client.headers["Authorization"] = f"Bearer {AUTH[1]}"
        assert client.get(EVENTS, headers={"Origin": "https://evil.example"}).status_code == 403
        with Events(client) as events:
            assert events.hello.name == "hello"


@pytest.mark.parametrize("query", ["limit=1", "client=acme"])
def test_it_takes_no_other_parameter(client: Client, query: str) -> None:
    assert client.get(f"{EVENTS}?{query}").status_code == 400


def test_a_log_without_entries_still_counts_the_calls() -> None:
    with serving(log_size=0) as client, Events(client) as events:
        client.get(CUSTOMERS)
        assert events.next("calls").data == {"calls": [], "omitted": 1}


def test_a_comment_keeps_the_connection_alive() -> None:
    app = create_app(Settings(ephemeral=True))
    now = [100.0]
    stream = EventStream(app.worlds.default(), set(), now=lambda: now[0])
    assert stream.take().startswith(b"event: hello\n")
    assert stream.take() == b""
    now[0] += KEEP_ALIVE
    assert stream.take() == b": keep-alive\n\n"
    assert stream.take() == b""
    app.close()


def test_calls_that_end_together_are_all_shown_as_answered() -> None:
    """Even if there are more of them than one event has room for, and nothing happens afterwards."""
    app = create_app(Settings(ephemeral=True))
    world = app.worlds.default()
    app.test_client().get("/v1/SystemStatus")
    (answered,) = world.calls.log.entries()
    entries: list[LogEntry] = []
    stream = EventStream(world, set())
    stream.take()
    for _ in range(3):
        for _ in range(50):
            entry = LogEntry(f"{len(entries)}", answered.request, answered.received_at)
            entries.append(entry)
            world.calls.log.begin(entry)
        stream.take()
    assert answered.response is not None
    for entry in entries:
        world.calls.log.finish(entry, response=answered.response, duration=0.1)
    shown = [
        call["id"]
        for _ in range(3)
        for block in re.findall(rb"event: calls\n.*?\n\n", stream.take(), re.DOTALL)
        for call in parse(block.decode().split("\n")[:3]).data["calls"]
    ]
    assert shown == [entry.id for entry in entries]
    app.close()
