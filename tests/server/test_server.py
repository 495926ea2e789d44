"""The server around the app: binding, stopping, and many calls at once."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import requests
from flask import Flask

from mockrevio.app import MockApp, create_app
from mockrevio.errors import ServerError
from mockrevio.server import Server
from mockrevio.server.server import STOP_SECONDS
from mockrevio.server.workers import MOST_WAITING
from mockrevio.settings import Settings
from tests.contract.raw import Raw, head
from tests.support import LINK, Client, Process, process, serving

LINKS = "/v1/IntegrationKeyLink"


def sleepy() -> Flask:
    app = Flask("sleepy")

    @app.get("/sleep/<float:seconds>")
    def sleep(seconds: float) -> str:
        time.sleep(seconds)
        return "slept"

    @app.get("/")
    def quick() -> str:
        return "quick"

    return app


@contextmanager
def started(app: Flask, host: str = "127.0.0.1") -> Iterator[Server]:
    server = Server(app, host, 0)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def get(url: str) -> requests.Response:
    return requests.get(url, timeout=30)


def ended(running: Process) -> int:
    """The exit status of a process that ends by itself."""
    running.process.wait(10)
    return running.stop()


def test_port_0_picks_a_free_port_that_health_names() -> None:
    with serving() as client:
        port = client.get("/__admin/health").json()["port"]
        assert client.url == f"http://127.0.0.1:{port}"
        assert port > 0


def test_a_taken_port_is_an_error_with_a_clear_sentence() -> None:
    with serving() as client:
        port = int(client.url.rpartition(":")[2])
        taken = Server(sleepy(), "127.0.0.1", port)
        with pytest.raises(ServerError, match=f"127.0.0.1 port {port}: .*[Aa]ddress.*--port"):
            taken.start()
        taken.stop()  # harmless
        assert client.get("/v1/SystemStatus").status_code == 200


@contextmanager
def loading(loaded: threading.Event) -> Iterator[tuple[MockApp, Client]]:
    """A server that is up while its world is not."""
    app = create_app(Settings(ephemeral=True), load=False)
    server = Server(app, "127.0.0.1", 0)
    server.start(loaded)
    try:
        yield app, Client(server.url)
    finally:
        server.stop()


def test_a_call_that_comes_while_the_world_is_loaded_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockrevio.server.server.LOADING_SECONDS", 20)
    loaded = threading.Event()
    with loading(loaded) as (app, client), ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.get, "/v1/SystemStatus")
        time.sleep(0.2)
        assert not asked.done()
        app.open()
        loaded.set()
        assert asked.result().json() == {"ok": True}


def test_a_call_that_comes_while_the_world_takes_long_to_load_is_told_so() -> None:
    with loading(threading.Event()) as (app, client):
        for path in ("/v1/SystemStatus", "/__admin/ready"):
            assert client.get(path).status_code == 503
        app.open()
        assert client.get("/v1/SystemStatus").status_code == 200


def test_a_server_stops_though_clients_send_one_call_after_the_other() -> None:
    server = Server(sleepy(), "127.0.0.1", 0)
    server.start()
    answered = threading.Barrier(5, timeout=20)

    def go_on() -> int:
        with requests.Session() as session:
            assert session.get(server.url, timeout=20).text == "quick"
            answered.wait()
            count = 0
            with suppress(requests.ConnectionError):
                while session.get(server.url, timeout=20).text == "quick":
                    count += 1
            return count

    with ThreadPoolExecutor(4) as pool:
        counts = [pool.submit(go_on) for _ in range(4)]
        answered.wait()
        time.sleep(0.3)
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < STOP_SECONDS
        assert all(each.result() > 0 for each in counts)


def test_more_clients_than_wait_for_their_next_call_at_once_are_all_answered() -> None:
    with started(sleepy()) as server, ExitStack() as stack:
        sessions = [stack.enter_context(requests.Session()) for _ in range(4 * MOST_WAITING)]
        for _ in range(3):
            assert {session.get(server.url, timeout=20).text for session in sessions} == {"quick"}


COLLECTING = """
import gc, sys, threading, time
def watch():
    while gc.isenabled():
        time.sleep(0.001)
    while not gc.isenabled():
        time.sleep(0.001)
    print("collects garbage again", file=sys.stderr, flush=True)
threading.Thread(target=watch, daemon=True).start()
from mockrevio.cli import main
main()
"""


def test_garbage_is_not_collected_while_it_starts_and_is_from_then_on() -> None:
    class Watched(Process):
        program = (sys.executable, "-c", COLLECTING)

    running = Watched("--ephemeral", "--port", "0")
    try:
        assert running.client.get("/v1/SystemStatus").status_code == 200
        waited = time.monotonic() + 20
        while not running.errors and time.monotonic() < waited:
            time.sleep(0.01)
        assert running.errors == ["collects garbage again\n"]
    finally:
        running.kill()


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid"])
def test_an_address_that_cannot_be_had_is_an_error_with_a_clear_sentence(host: str) -> None:
    with pytest.raises(ServerError, match=f"cannot listen on {host} port"):
        Server(sleepy(), host, 0).start()


def test_a_taken_port_stops_the_command_with_that_sentence() -> None:
    with serving() as client:
        port = client.url.rpartition(":")[2]
        with process("--ephemeral", "--port", port) as second:
            assert ended(second) == 1
            assert second.start_line == ""
            assert len(second.errors) == 1
            assert f"port {port}" in second.errors[0]


def test_ipv6_is_served_where_there_is_any() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    app = create_app(Settings(ephemeral=True))
    with started(app, "::1") as server:
        assert server.url.startswith("http://[::1]:")
        client = Client(server.url)
        location = client.post(LINKS, json=LINK).headers["Location"]
        assert location == f"{server.url}{LINKS}/1"
        assert client.get(location).status_code == 200
        assert client.get("/__admin/health").status_code == 200
        client.close()
    app.close()


def test_two_hundred_slow_calls_are_worked_on_at_once_and_let_others_through() -> None:
    with started(sleepy()) as server, ThreadPoolExecutor(200) as pool:
        begin = time.monotonic()
        slow = [pool.submit(get, f"{server.url}/sleep/2.0") for _ in range(200)]
        time.sleep(1)
        for _ in range(10):
            quick = time.monotonic()
            assert get(server.url).text == "quick"
            assert time.monotonic() - quick < 0.5
        assert all(each.result().text == "slept" for each in slow)
        assert time.monotonic() - begin < 4


def test_connections_that_say_nothing_cost_no_thread() -> None:
    with started(sleepy()) as server:
        address = ("127.0.0.1", server.port)
        silent = [socket.create_connection(address) for _ in range(300)]
        before = threading.active_count()
        assert get(server.url).text == "quick"
        assert threading.active_count() == before
        for each in silent:
            each.close()


def test_a_stop_is_prompt_though_connections_are_open() -> None:
    with serving() as client, Raw(client.url) as kept, Raw(client.url) as silent:
        assert kept.call(head("GET", "/v1/SystemStatus")).status == 200
        assert kept.call(head("POST", LINKS, "Transfer-Encoding: chunked") + b"0\r\n\r\n").status == 400
        begin = time.monotonic()
        server = Server(sleepy(), "127.0.0.1", 0)
        server.start()
        with Raw(server.url) as open_still, Raw(server.url):
            assert open_still.call(head("GET", "/")).body == b"quick"
            begin = time.monotonic()
            server.stop()
            assert time.monotonic() - begin < 1
            assert open_still.is_closed()
        assert silent is not kept


def test_a_stop_lets_calls_in_progress_end() -> None:
    with ThreadPoolExecutor(1) as pool:
        with started(sleepy()) as server:
            slow = pool.submit(get, f"{server.url}/sleep/1.0")
            time.sleep(0.3)
        assert slow.result().text == "slept"


def test_a_second_stop_and_a_stop_before_the_start_are_harmless() -> None:
    server = Server(sleepy(), "127.0.0.1", 0)
    server.stop()
    server = Server(sleepy(), "127.0.0.1", 0)
    server.start()
    url = server.url
    server.stop()
    server.stop()
    with pytest.raises(requests.ConnectionError):
        get(url)


def test_a_port_can_be_had_again_right_after_a_stop() -> None:
    with started(sleepy()) as server:
        assert get(server.url).text == "quick"
    again = Server(sleepy(), "127.0.0.1", server.port)
    again.start()
    assert get(again.url).text == "quick"
    again.stop()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_stops_the_command_cleanly_with_the_log_folded_into_the_data_file(
    name: str, tmp_path: Path
) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows sends no such signals")
    with process("--data", str(tmp_path)) as running:
        assert running.client.post(LINKS, json=LINK).status_code == 201
        os.kill(running.process.pid, getattr(signal, name))
        assert ended(running) == 0
        assert running.errors == []
    document = json.loads((tmp_path / "default.json").read_text(encoding="utf-8"))
    assert document["key_links"]["1"]["external_id"] == LINK["external_id"]
    assert (tmp_path / "default.jsonl").read_bytes() == b""


def test_the_start_line_names_the_address_the_data_and_the_fixture() -> None:
    with process("--ephemeral", "--fixture", "empty") as running:
        assert f"{running.client.url}/v1 (nothing kept, fixture empty)" in running.start_line
        assert running.client.get("/v1/SystemStatus").status_code == 200


def test_a_broken_fixture_stops_the_command_with_its_mistake(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"key_links": 4}', encoding="utf-8")
    with process("--ephemeral", "--fixture", str(tmp_path / "bad.json")) as running:
        assert ended(running) == 1
        assert "key_links" in "".join(running.errors)
        assert "Traceback" not in "".join(running.errors)
