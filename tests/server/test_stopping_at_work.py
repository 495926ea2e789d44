"""SIGTERM ends the process within a second, whatever is under way, and what has been answered is kept."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.settings import Settings
from tests.contract.raw import Raw, head, with_length
from tests.server.common import LINKS
from tests.support import LINK, Client, Process, process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")

PROMPT = 3.0
"""Seconds; it takes less than 1 on a machine that has nothing else to do."""

CUSTOMERS = 40_000


@pytest.fixture(scope="module")
def large_state() -> dict[str, Any]:
    """A state that takes seconds to read, check and commit."""
    customers = range(1, CUSTOMERS + 1)
    link = {"integration_system_id": 4, "integration_entity_type_id": 2}
    return {
        "integration_systems": [{"integration_system_id": 4, "system_name": "SALESFORCE"}],
        "integration_entity_types": [{"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"}],
        "entities": {"CUSTOMER": [{"customer_id": each, "status": "ACTIVE"} for each in customers]},
        "key_links": [
            {"integration_key_link_id": each, **link, "internal_id": each, "external_id": str(each)}
            for each in customers
        ],
    }


@pytest.fixture(scope="module")
def large_fixture(large_state: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fixtures") / "large.json"
    path.write_text(json.dumps(large_state), "utf-8")
    return path


class Slow(Process):
    """`mockrevio serve` on a disk that takes long to sync."""

    def __init__(self, seconds: float, *arguments: str) -> None:
        code = (
            "import os, sys, time; from mockrevio.cli import main; sync = os.fsync\n"
            "def slow(descriptor):\n"
            f"    if os.path.exists({os.fspath(arguments[1])!r} + '/slow'): time.sleep({seconds})\n"
            "    sync(descriptor)\n"
            "os.fsync = slow; main()"
        )
        self.program = (sys.executable, "-c", code)
        super().__init__("--port", "0", *arguments)


@contextmanager
def slow_disk(folder: Path, seconds: float, *arguments: str) -> Iterator[Process]:
    """A server whose disk is slow from now on."""
    running = Slow(seconds, "--data", str(folder), *arguments)
    try:
        yield running
    finally:
        running.kill()


def stop(running: Process) -> None:
    """Stop a process. It must end in time, with status 0 and without a word."""
    running.process.terminate()
    started = time.monotonic()
    assert running.process.wait(30) == 0
    assert time.monotonic() - started < PROMPT
    running._reader.join(5)
    assert running.errors == []


def begin(client: Client, method: str, path: str, **options: Any) -> Future[requests.Response]:
    """Send a request from a thread, and give the server time to begin with it."""
    pool = ThreadPoolExecutor(1)
    answer = pool.submit(client.request, method, path, **options)
    pool.shutdown(wait=False)
    time.sleep(0.7)
    assert not answer.done()
    return answer


def is_unanswered(answer: Future[requests.Response]) -> bool:
    return isinstance(answer.exception(30), requests.ConnectionError)


def links(folder: Path, *arguments: str) -> dict[int, str]:
    """What the next start finds, by id."""
    with process("--data", str(folder), *arguments) as running:
        found = running.client.get("/__admin/state").json()["key_links"]
        assert running.stop() == 0
    return {each["integration_key_link_id"]: each["external_id"] for each in found}


def test_records_that_are_being_generated_do_not_delay_a_stop(tmp_path: Path) -> None:
    with process("--data", str(tmp_path)) as running:
        link_id = running.client.link()
        count = running.client.get("/__admin/entities/CUSTOMER").json()["count"]
        answer = begin(running.client, "POST", "/__admin/entities/CUSTOMER", json={"count": 100_000})
        stop(running)
        assert is_unanswered(answer)
    assert links(tmp_path) == {link_id: LINK["external_id"]}
    with process("--data", str(tmp_path)) as running:
        assert running.client.get("/__admin/entities/CUSTOMER").json()["count"] == count


def test_a_state_that_is_being_replaced_does_not_delay_a_stop(
    tmp_path: Path, large_state: dict[str, Any]
) -> None:
    with process("--data", str(tmp_path)) as running:
        link_id = running.client.link()
        answer = begin(running.client, "PUT", "/__admin/state", json=large_state)
        stop(running)
        assert is_unanswered(answer)
    assert links(tmp_path) == {link_id: LINK["external_id"]}


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


def test_a_fixture_that_never_comes_does_not_delay_a_stop(tmp_path: Path) -> None:
    """A read that hangs cannot be broken off: the process ends without the thread."""
    folder, fifo = tmp_path / "data", tmp_path / "fixture.json"
    with started_without_address("--data", str(folder), "--fixture", str(fifo), waits_for=fifo) as starting:
        stop_starting(starting)
    assert not folder.exists()


def test_a_large_fixture_that_is_being_loaded_does_not_delay_a_stop(
    tmp_path: Path, large_fixture: Path
) -> None:
    folder, fifo = tmp_path / "data", tmp_path / "fixture.json"
    document = large_fixture.read_bytes()
    arguments = ("--data", str(folder), "--fixture", str(fifo))
    with started_without_address(*arguments, waits_for=fifo, document=document) as starting:
        stop_starting(starting)
    assert not [*folder.glob("*.json*")]


def test_a_signal_before_the_server_has_started_ends_it_as_well(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    with started_without_address("--ephemeral", "--config", str(config), waits_for=config) as starting:
        stop_starting(starting)


def test_a_health_check_that_waits_ends_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        command = [*Process.program, "healthcheck", "--wait", "60s", "--url", url]
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as check:
            server.accept()[0].close()
            check.terminate()
            assert check.communicate(timeout=PROMPT)[1] == ""
            assert check.returncode == 128 + signal.SIGTERM


@contextmanager
def started_without_address(
    *arguments: str, waits_for: Path, document: bytes | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A server that is reading a file, which contains the document or never comes to an end."""
    os.mkfifo(waits_for)
    command = [*Process.program, "serve", "--port", "0", *arguments]
    starting = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        with waits_for.open("wb") as writer:  # returns when the server opens it
            if document is None:
                yield starting
                return
            writer.write(document)
        yield starting
    finally:
        starting.kill()
        starting.communicate()


def stop_starting(starting: subprocess.Popen[str]) -> None:
    starting.terminate()
    started = time.monotonic()
    assert starting.communicate(timeout=30) == ("", "")
    assert starting.returncode == 0
    assert time.monotonic() - started < PROMPT


def test_a_sync_of_a_slow_disk_does_not_delay_a_stop(tmp_path: Path) -> None:
    with slow_disk(tmp_path, 20) as running:
        link_id = running.client.link()
        (tmp_path / "slow").touch()
        stop(running)
    assert links(tmp_path) == {link_id: LINK["external_id"]}


def test_a_write_that_waits_for_a_slow_disk_does_not_delay_a_stop(tmp_path: Path) -> None:
    with slow_disk(tmp_path, 20, "--durability", "fsync") as running:
        link_id = running.client.link()
        (tmp_path / "slow").touch()
        answer = begin(running.client, "POST", LINKS, json={**LINK, "external_id": "second"})
        stop(running)
        assert is_unanswered(answer)
    assert links(tmp_path)[link_id] == LINK["external_id"]


def test_many_worlds_do_not_delay_a_stop_and_lose_nothing(tmp_path: Path) -> None:
    """Not all of them can be folded in time."""
    clients = [f"client{number}" for number in range(30)]
    with slow_disk(tmp_path, 0.1, "--isolate-clients") as running:
        for client in clients:
            running.client.auth = (f"tester@{client}", "secret")
            running.client.link(external_id=client)
        (tmp_path / "slow").touch()
        stop(running)
    logs = [path.stat().st_size for path in tmp_path.glob("client*.jsonl")]
    assert 0 in logs
    assert max(logs) > 0
    with process("--data", str(tmp_path), "--isolate-clients") as running:
        for client in clients:
            running.client.auth = (f"tester@{client}", "secret")
            records = running.client.get(LINKS).json()["records"]
            assert [each["external_id"] for each in records] == [client]


def test_signals_that_are_repeated_while_a_thread_hangs_change_nothing(tmp_path: Path) -> None:
    with slow_disk(tmp_path, 20) as running:
        link_id = running.client.link()
        (tmp_path / "slow").touch()
        started = time.monotonic()
        while running.process.poll() is None:
            running.process.terminate()
            time.sleep(0.01)
        assert running.process.returncode == 0
        assert time.monotonic() - started < PROMPT
    assert links(tmp_path) == {link_id: LINK["external_id"]}


def test_a_receiver_that_never_answers_does_not_delay_a_stop(tmp_path: Path) -> None:
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


def test_hundreds_of_held_calls_do_not_delay_a_stop() -> None:
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
