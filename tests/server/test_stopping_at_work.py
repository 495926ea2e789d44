"""SIGTERM ends the process within a second, whatever is under way, and what has been answered is kept."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.settings import Settings
from tests.contract.raw import Raw, head, with_length
from tests.server.common import LINKS
from tests.server.stopping import CUSTOMERS, PROMPT, begin, is_unanswered, links, stop
from tests.support import LINK, process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")


def test_records_that_are_being_generated_do_not_delay_a_stop(tmp_path: Path) -> None:
    with process("--data", str(tmp_path)) as running:
        link_id = running.client.link()
        count = running.client.get("/__admin/entities/CUSTOMER").json()["count"]
        answer = begin(running.client, "POST", "/__admin/entities/CUSTOMER", json={"count": 100_000})
        stop(running)
        assert is_unanswered(answer)
    assert links(tmp_path) == {link_id: LINK["external_id"]}
    with process("--data", str(tmp_path)) as running:
        # All or none: they may have been committed, and the answer lost.
        assert running.client.get("/__admin/entities/CUSTOMER").json()["count"] in (count, count + 100_000)


def test_a_state_that_is_being_replaced_does_not_delay_a_stop(
    tmp_path: Path, large_state: dict[str, Any]
) -> None:
    with process("--data", str(tmp_path)) as running:
        link_id = running.client.link()
        answer = begin(running.client, "PUT", "/__admin/state", json=large_state)
        stop(running)
    kept = {link_id: LINK["external_id"]}
    new = {each["integration_key_link_id"]: each["external_id"] for each in large_state["key_links"]}
    # A fast machine answers; a slow one may commit, and lose the answer.
    assert links(tmp_path) in ([kept, new] if is_unanswered(answer) else [new])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/__admin/state"),
        ("GET", "/__admin/entities/CUSTOMER"),
        ("PUT", "/__admin/snapshots/again"),
        ("POST", "/__admin/snapshots/before/restore"),
        ("GET", "/__admin/snapshots/before/diff"),
        ("POST", "/__admin/reset"),
    ],
)
def test_nothing_that_a_large_world_is_asked_for_delays_a_stop(
    method: str, path: str, tmp_path: Path, large_fixture: Path
) -> None:
    with process("--data", str(tmp_path), "--fixture", str(large_fixture)) as running:
        assert running.client.put("/__admin/snapshots/before").status_code == 200
        link_id = running.client.link(external_id="last")
        with ThreadPoolExecutor(4) as pool:
            for _ in range(4):
                pool.submit(suppressed, running.client.request, method, path)
            time.sleep(0.2)
            stop(running)
    found = links(tmp_path, "--fixture", str(large_fixture))
    assert len(found) == CUSTOMERS + (link_id in found)
    assert found.get(link_id) == "last" or path.endswith(("/restore", "/reset"))
    assert not [*tmp_path.rglob("*.tmp")]


def test_closing_the_app_breaks_off_what_it_is_generating() -> None:
    """In a process of the user's own, which nothing may end."""
    app = create_app(Settings(ephemeral=True))
    with ThreadPoolExecutor(1) as pool:
        client = app.test_client()
        answer = pool.submit(client.post, "/__admin/entities/CUSTOMER", json={"count": 100_000})
        time.sleep(0.7)
        started = time.monotonic()
        app.close()
        assert answer.result(30).status_code == 503
        assert time.monotonic() - started < PROMPT


def suppressed(call: Callable[..., object], *arguments: Any) -> None:
    with suppress(requests.RequestException):
        call(*arguments)


def test_a_receiver_that_never_responds_does_not_delay_a_stop(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as receiver, process("--data", str(tmp_path)) as running:
        url = f"http://127.0.0.1:{receiver.getsockname()[1]}/hook"
        answer = running.client.post("/v1/WebhookReceivers", json={"url": url})
        assert answer.status_code == 201
        connection, _ = receiver.accept()
        with connection:
            assert connection.recv(4) == b"POST"
            stop(running)


def test_clients_that_flood_it_with_connections_do_not_delay_a_stop() -> None:
    with process("--ephemeral") as running:
        ended = threading.Event()
        port = int(running.client.url.rpartition(":")[2])

        def flood() -> None:
            while not ended.is_set():
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
                    connection.sendall(head("GET", "/v1/SystemStatus"))

        threads = [threading.Thread(target=flood) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            time.sleep(0.3)
            stop(running)
        finally:
            ended.set()
            for thread in threads:
                thread.join()


def test_hundreds_of_waiting_calls_do_not_delay_a_stop() -> None:
    with process("--ephemeral", "--latency", "1h") as running:
        raws = [Raw(running.client.url) for _ in range(300)]
        try:
            for raw in raws:
                raw.send(with_length("POST", LINKS, json.dumps(LINK).encode()))
            running.client.post("/__admin/requests/verify", json={"match": {}, "count": {"min": 300}})
            stop(running)
            assert all(raw.is_closed() for raw in raws)
        finally:
            for raw in raws:
                raw.socket.close()


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["not begun", "half"])
def test_a_handshake_that_is_not_finished_does_not_delay_a_stop(sent: bytes) -> None:
    with process("--ephemeral", "--tls", "auto") as running:
        address = running.client.url.rpartition(":")[2]
        with socket.create_connection(("127.0.0.1", int(address)), 5) as connection:
            connection.sendall(sent)
            time.sleep(0.1)
            running.process.terminate()
            assert running.process.wait(30) == 0
            connection.settimeout(5)
            with suppress(ConnectionError):
                assert connection.recv(1) == b""
