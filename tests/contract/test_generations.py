"""A call belongs to the state of the world that it arrived in: it ends with it, without a trace."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.settings import Settings
from tests.contract.raw import Raw, head, with_length
from tests.support import LINK, Client, process, running, serving

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

COMMITTED = ("latency after the commit", "hang after the commit", "drip")


def restore(client: Client) -> None:
    client.post("/__admin/snapshots/before/restore").raise_for_status()


def replace(client: Client) -> None:
    document = client.get("/__admin/state").json()
    client.put("/__admin/state", json={**document, "key_links": [], "faults": []}).raise_for_status()


def reset(client: Client) -> None:
    client.post("/__admin/reset").raise_for_status()


REPLACEMENTS: dict[str, Callable[[Client], None]] = {"reset": reset, "restore": restore, "put": replace}


@pytest.fixture(scope="module", params=["memory", "files"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a server that keeps its data in memory, or in files."""
    options = {} if request.param == "memory" else {"data": tmp_path_factory.mktemp("data")}
    with serving(**options) as client:
        client.put("/__admin/snapshots/before").raise_for_status()
        yield client


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


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_a_held_call_ends_when_the_state_is_replaced(client: Client, replacement: str, hold: str) -> None:
    reset(client)
    fault, sent = HOLDS[hold]
    arm(client, fault)
    with Raw(client.url) as held, Raw(client.url) as idle:
        idle.call(head("GET", "/__admin/health"))
        held.send(sent)
        wait_for_call(client)
        before = time.monotonic()
        REPLACEMENTS[replacement](client)
        if hold == "drip":
            response = held.read()
            assert len(response.body) < int(response.headers["content-length"])
        assert held.is_closed()
        assert time.monotonic() - before < 5
        assert idle.call(head("GET", "/__admin/health")).status == 200, "others keep their connections"
    assert links(client) == []
    if hold != "drip" or replacement == "reset":  # else it had its answer before
        assert client.get("/__admin/requests").json()["requests"] == []


@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_a_call_whose_client_gave_up_writes_nothing_into_the_next_state(
    client: Client, replacement: str
) -> None:
    reset(client)
    arm(client, {"match": {"method": "POST"}, "effect": {"latency": "500ms"}})
    with pytest.raises(requests.Timeout):
        client.post(LINKS, json=LINK, timeout=0.1)
    REPLACEMENTS[replacement](client)
    time.sleep(0.7)
    assert links(client) == []
    assert client.get("/__admin/requests").json()["requests"] == []
    assert client.post(LINKS, json=LINK).status_code in (201, 409)


def test_a_write_that_waits_for_the_lock_while_the_state_is_replaced_is_not_carried_out() -> None:
    app = create_app(Settings(ephemeral=True))
    with running(app) as client, Raw(client.url) as waiting:
        world = app.worlds.default()
        with world._database.writing():
            waiting.send(with_length("POST", LINKS, BODY))
            wait_until(world.calls.log.entries)
            time.sleep(0.05)  # it waits in a thread by now
            world.reset()
        assert waiting.is_closed()
        assert links(client) == []
        assert client.get("/__admin/requests").json()["requests"] == []
    app.close()


def test_removing_a_world_ends_its_calls() -> None:
    with serving(isolate_clients=True) as client, ExitStack() as stack:
        arm(client, None)
        fault = {"effect": {"latency": "1h"}}
        assert client.get("/v1/SystemStatus").status_code == 200  # creates the world
        code = client.get("/__admin/worlds").json()["worlds"][0]["client"]
        client.post("/__admin/faults", params={"client": code}, json=fault).raise_for_status()
        held = [stack.enter_context(Raw(client.url)) for _ in range(3)]
        for connection in held:
            connection.send(with_length("POST", LINKS, BODY))
        log = "/__admin/requests"
        wait_until(lambda: len(client.get(log, params={"client": code}).json()["requests"]) == 4)
        client.delete(f"/__admin/worlds/{code}").raise_for_status()
        assert all(connection.is_closed() for connection in held)
        assert client.get(LINKS).json()["record_count"] == 0


@pytest.mark.parametrize("hold", [hold for hold in HOLDS if hold not in COMMITTED])
def test_stopping_commits_nothing_that_was_not_committed(tmp_path: Path, hold: str) -> None:
    fault, sent = HOLDS[hold]
    with process("--data", str(tmp_path)) as server, ExitStack() as stack:
        arm(server.client, fault)
        for gives_up in (True, True, True, False):
            connection = stack.enter_context(Raw(server.client.url))
            connection.send(sent)
            if gives_up:
                wait_for_call(server.client)
                connection.socket.close()
        wait_until(lambda: len(server.client.get("/__admin/requests").json()["requests"]) == 4)
        before = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - before < 3
    with process("--data", str(tmp_path)) as server:
        assert links(server.client) == []


def test_forgetting_the_log_does_not_end_calls_in_progress(client: Client) -> None:
    reset(client)
    fault = arm(client, {"match": {"method": "POST"}, "effect": {"latency": "1h"}})
    with Raw(client.url) as held:
        held.send(with_length("POST", LINKS, BODY))
        wait_for_call(client)
        assert client.delete("/__admin/requests").status_code == 200
        assert client.get("/__admin/requests").json()["requests"] == []
        client.delete(f"/__admin/faults/{fault}").raise_for_status()
        assert held.read().status == 201
    assert len(links(client)) == 1
    assert client.get("/__admin/requests").json()["requests"] == []


def remove_one(client: Client, fault: int) -> None:
    client.delete(f"/__admin/faults/{fault}").raise_for_status()


def remove_all(client: Client, fault: int) -> None:
    del fault
    client.delete("/__admin/faults").raise_for_status()


def replace_rule(client: Client, fault: int) -> None:
    client.put(f"/__admin/faults/{fault}", json={"effect": {"status": 503}}).raise_for_status()


@pytest.mark.parametrize("remove", [remove_one, remove_all, replace_rule])
@pytest.mark.parametrize("hold", [hold for hold, (fault, _) in HOLDS.items() if fault])
def test_removing_a_fault_lets_go_what_it_holds(
    client: Client, hold: str, remove: Callable[[Client, int], None]
) -> None:
    reset(client)
    fault, sent = HOLDS[hold]
    fault_id = arm(client, fault)
    with Raw(client.url) as held:
        held.send(sent)
        wait_for_call(client)
        remove(client, fault_id)
        response = held.read()
        assert response.status == 201
        assert response.json()["id"] == links(client)[0]["integration_key_link_id"]
        assert held.call(head("GET", "/__admin/health")).status == 200


def test_turning_latency_off_lets_go_what_it_holds(client: Client) -> None:
    reset(client)
    client.patch("/__admin/settings", json={"latency": "1h"}).raise_for_status()
    with Raw(client.url) as held:
        held.send(with_length("POST", LINKS, BODY))
        wait_for_call(client)
        client.patch("/__admin/settings", json={"error_rate": "0"}).raise_for_status()
        assert in_progress(client)
        client.patch("/__admin/settings", json={"latency": None}).raise_for_status()
        assert held.read().status == 201


def test_a_fault_that_is_removed_takes_only_its_own_delay_with_it(client: Client) -> None:
    reset(client)
    long = arm(client, {"effect": {"latency": "1h"}})
    arm(client, {"effect": {"latency": "1s"}})
    with Raw(client.url) as held:
        before = time.monotonic()
        held.send(with_length("POST", LINKS, BODY))
        wait_for_call(client)
        remove_one(client, long)
        assert held.read().status == 201
        assert time.monotonic() - before >= 0.99


@pytest.mark.parametrize("phase", ["before_commit", "after_commit"])
def test_a_call_whose_client_left_is_carried_out_as_by_revio(client: Client, phase: str) -> None:
    reset(client)
    arm(client, {"match": {"method": "POST"}, "phase": phase, "effect": {"latency": "400ms"}})
    with pytest.raises(requests.Timeout):
        client.post(LINKS, json=LINK, timeout=0.1)
    wait_until(lambda: not in_progress(client))
    assert len(links(client)) == 1
    [entry] = client.get("/__admin/requests").json()["requests"]
    assert (entry["client_left"], entry["response"]["status"]) == (True, 201)


@pytest.mark.parametrize("phase", ["before_commit", "after_commit"])
def test_a_hung_call_ends_when_its_client_gives_up(client: Client, phase: str) -> None:
    reset(client)
    arm(client, {"match": {"method": "POST"}, "phase": phase, "effect": {"connection": "hang"}})
    with pytest.raises(requests.Timeout):
        client.post(LINKS, json=LINK, timeout=0.2)
    wait_until(lambda: not in_progress(client))
    [entry] = client.get("/__admin/requests").json()["requests"]
    committed = phase == "after_commit"
    assert entry["client_left"]
    assert entry["response"]["status"] == (201 if committed else None)
    assert entry["response"]["delivered"] == "hang"
    assert len(links(client)) == committed


def test_a_client_that_breaks_off_in_the_body_is_logged_as_gone(client: Client) -> None:
    reset(client)
    with Raw(client.url) as raw:
        raw.send(with_length("POST", LINKS, BODY)[:-5])
        wait_for_call(client)
        assert in_progress(client)
        raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_until(lambda: not in_progress(client))
    [entry] = client.get("/__admin/requests").json()["requests"]
    assert (entry["client_left"], entry["response"]["status"]) == (True, None)
    assert links(client) == []


def test_hung_calls_delay_nobody_and_end_when_their_clients_give_up() -> None:
    with serving(log_size=2000) as client:
        arm(client, {"match": {"method": "POST"}, "effect": {"connection": "hang"}})
        hung = [Raw(client.url) for _ in range(400)]
        for connection in hung:
            connection.send(with_length("POST", LINKS, BODY))
        wait_until(lambda: len(in_progress(client)) == 400)
        assert client.get(LINKS).status_code == 200
        for connection in hung:
            connection.socket.close()
            connection.__exit__(None, None, None)
        wait_until(lambda: not in_progress(client))


def test_a_hung_call_gets_no_byte_and_its_client_may_send_more(client: Client) -> None:
    reset(client)
    arm(client, {"match": {"method": "POST"}, "effect": {"connection": "hang"}})
    with Raw(client.url) as hung:
        hung.send(with_length("POST", LINKS, BODY))
        hung.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            hung.socket.recv(1)
        hung.send(b"are you there?")
        with pytest.raises(TimeoutError):
            hung.socket.recv(1)
