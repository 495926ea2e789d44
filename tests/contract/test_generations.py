"""A call belongs to the state of the world that it arrived in: it ends with it, without a trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.settings import Settings
from tests.contract.delayed_calls import BODY, HOLDS, LINKS, arm, links, reset, wait_for_call, wait_until
from tests.contract.raw import Raw, head, with_length
from tests.support import LINK, Client, process, running, serving

COMMITTED = ("latency after the commit", "hang after the commit", "drip")


def restore(client: Client) -> None:
    client.post("/__admin/snapshots/before/restore").raise_for_status()


def replace(client: Client) -> None:
    document = client.get("/__admin/state").json()
    client.put("/__admin/state", json={**document, "key_links": [], "faults": []}).raise_for_status()


REPLACEMENTS: dict[str, Callable[[Client], None]] = {"reset": reset, "restore": restore, "put": replace}


@pytest.fixture(scope="module", params=["memory", "files"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a server that keeps its data in memory, or in files."""
    options = {} if request.param == "memory" else {"data": tmp_path_factory.mktemp("data")}
    with serving(**options) as client:
        client.put("/__admin/snapshots/before").raise_for_status()
        yield client


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_a_waiting_call_ends_when_the_state_is_replaced(client: Client, replacement: str, hold: str) -> None:
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
    assert client.get("/__admin/requests").json()["requests"] == []


@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_a_call_whose_client_gave_up_writes_nothing_into_the_next_state(
    client: Client, replacement: str
) -> None:
    reset(client)
    arm(client, {"match": {"method": "POST"}, "effect": {"latency": "2s"}})
    with pytest.raises(requests.Timeout):
        client.post(LINKS, json=LINK, timeout=0.1)
    REPLACEMENTS[replacement](client)
    time.sleep(2.2)
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
