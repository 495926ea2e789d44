"""Many requests and many connections at once."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from mockrevio.server.limits import POOL_THREADS
from tests.contract.raw import Raw, head, with_length
from tests.server.common import LINKS, get, running_server, sleepy_app
from tests.support import LINK, serving

DELAYED = 500
LARGE = 16 * 1024 * 1024


@pytest.mark.parametrize("phase", ["before_commit", "after_commit"])
def test_hundreds_of_delayed_requests_need_no_threads_and_do_not_delay_others(phase: str) -> None:
    with serving() as client, ExitStack() as stack:
        rule = {"match": {"method": "POST"}, "effect": {"latency": "2s"}, "phase": phase}
        assert client.post("/__admin/faults", json=rule).status_code == 201
        threads_before = threading.active_count()
        connections = [stack.enter_context(Raw(client.url)) for _ in range(DELAYED)]
        started = time.monotonic()
        for number, connection in enumerate(connections):
            body = json.dumps({**LINK, "external_id": f"A{number}"}).encode()
            connection.send(with_length("POST", LINKS, body))
        assert threading.active_count() <= threads_before + POOL_THREADS
        sent = time.monotonic()
        assert client.get("/v1/SystemStatus").status_code == 200
        assert time.monotonic() - sent < 1.5
        responses = [connection.read() for connection in connections]
        assert {response.status for response in responses} == {201}
        assert len({response.headers["location"] for response in responses}) == DELAYED
        assert time.monotonic() - started < 30


def test_many_waiting_verifications_do_not_delay_others() -> None:
    with serving() as client, ExitStack() as stack:
        query = {"match": {"path": "/v1/IntegrationSystem"}, "count": 1, "timeout": "20s"}
        connections = [stack.enter_context(Raw(client.url)) for _ in range(100)]
        for connection in connections:
            connection.send(with_length("POST", "/__admin/requests/verify", json.dumps(query).encode()))
        time.sleep(0.2)
        sent = time.monotonic()
        assert client.get("/v1/SystemStatus").status_code == 200
        assert time.monotonic() - sent < 1
        assert client.get("/v1/IntegrationSystem").status_code == 200
        assert {connection.read().status for connection in connections} == {200}


def test_many_keep_alive_clients_all_get_responses() -> None:
    with running_server(sleepy_app()) as server, ExitStack() as stack:
        sessions = [stack.enter_context(requests.Session()) for _ in range(40)]
        for _ in range(3):
            assert {session.get(server.url, timeout=20).text for session in sessions} == {"quick"}


def test_an_app_that_blocks_runs_in_threads_so_that_connections_are_still_accepted() -> None:
    with running_server(sleepy_app()) as server, ThreadPoolExecutor(2 * POOL_THREADS) as pool:
        slow = [pool.submit(get, f"{server.url}/sleep/0.3") for _ in range(2 * POOL_THREADS)]
        with Raw(server.url) as raw:
            raw.send(b"NONSENSE\r\n\r\n")
            assert raw.read().status == 400  # by the event loop, while all threads are busy
        assert all(response.result().text == "slept" for response in slow)


def test_silent_connections_need_no_threads() -> None:
    with running_server(sleepy_app()) as server:
        address = ("127.0.0.1", server.port)
        assert get(server.url).text == "quick"
        threads_before = threading.active_count()
        connections = [socket.create_connection(address) for _ in range(300)]
        assert get(server.url).text == "quick"
        assert threading.active_count() <= threads_before + POOL_THREADS
        for connection in connections:
            connection.close()


def test_pipelined_requests_get_their_responses_in_order() -> None:
    with serving() as client, Raw(client.url) as raw:
        rule = {"match": {"path": "/v1/IntegrationSystem"}, "effect": {"latency": "300ms"}}
        assert client.post("/__admin/faults", json=rule).status_code == 201
        paths = ["/v1/IntegrationSystem", "/v1/SystemStatus", "/v1/Customers/9"] * 5
        raw.send(b"".join(head("GET", path) for path in paths))
        assert [raw.read().status for _ in paths] == [200, 200, 404] * 5


def test_a_large_response_to_a_client_that_sends_no_more_ends_the_connection_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def app(_environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", str(LARGE))])
        return [b"x" * LARGE]

    with running_server(app) as server:
        for _ in range(5):
            with Raw(server.url) as connection:
                connection.send(head("GET", "/"))
                connection.socket.shutdown(socket.SHUT_WR)
                time.sleep(0.05)  # the response fills all buffers, and the server waits
                assert connection.read().body == b"x" * LARGE
                assert connection.is_closed()
    assert caplog.messages == []  # where asyncio reports what its callbacks raise
