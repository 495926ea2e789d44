"""Starting the server: requests while the world loads, garbage collection, and what the command prints."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockrevio.app import create_app
from mockrevio.routes.mock_app import MockApp
from mockrevio.server import Server
from mockrevio.settings import Settings
from tests.server.common import wait_for_exit
from tests.support import Client, Process, process


@contextmanager
def loading_server(loaded: threading.Event) -> Iterator[tuple[MockApp, Client]]:
    """A server that has started, with an app whose world is not loaded yet."""
    app = create_app(Settings(ephemeral=True), load=False)
    server = Server(app, "127.0.0.1", 0)
    server.start(loaded)
    try:
        yield app, Client(server.url)
    finally:
        server.stop()


def test_a_request_waits_while_the_world_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockrevio.server.limits.LOADING_TIMEOUT", 20)
    loaded = threading.Event()
    with loading_server(loaded) as (app, client), ThreadPoolExecutor(1) as pool:
        response = pool.submit(client.get, "/v1/SystemStatus")
        time.sleep(0.2)
        assert not response.done()
        app.open()
        loaded.set()
        assert response.result().json() == {"ok": True}


def test_a_request_gets_503_if_loading_takes_too_long() -> None:
    with loading_server(threading.Event()) as (app, client):
        for path in ("/v1/SystemStatus", "/__admin/ready"):
            assert client.get(path).status_code == 503
        app.open()
        assert client.get("/v1/SystemStatus").status_code == 200


GC_WATCHER = """
import gc, sys, threading, time
def watch():
    while gc.isenabled():
        time.sleep(0.001)
    while not gc.isenabled():
        time.sleep(0.001)
    print("garbage collection is on again", file=sys.stderr, flush=True)
threading.Thread(target=watch, daemon=True).start()
from mockrevio.cli import main
main()
"""


def test_garbage_collection_is_off_during_startup_only() -> None:
    class WatchedProcess(Process):
        program = (sys.executable, "-c", GC_WATCHER)

    running = WatchedProcess("--ephemeral", "--port", "0")
    try:
        assert running.client.get("/v1/SystemStatus").status_code == 200
        deadline = time.monotonic() + 20
        while not running.errors and time.monotonic() < deadline:
            time.sleep(0.01)
        assert running.errors == ["garbage collection is on again\n"]
    finally:
        running.kill()


def test_the_startup_line_names_the_address_the_data_and_the_fixture() -> None:
    with process("--ephemeral", "--fixture", "empty") as running:
        assert f"{running.client.url}/v1 (data in memory, fixture empty)" in running.start_line
        assert running.client.get("/v1/SystemStatus").status_code == 200


def test_the_startup_line_names_the_fixture_that_the_data_came_from(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with process("--data", str(data), "--fixture", "empty") as first:
        assert "fixture empty)" in first.start_line
        first.stop()
    with process("--data", str(data), "--fixture", "demo") as second:
        assert f"(data in {data}{os.sep}, fixture empty)" in second.start_line
        second.client.post("/__admin/reset").raise_for_status()
        second.stop()
        assert "the fixture empty; it was kept. To load demo instead" in second.errors[0]
    with process("--data", str(data), "--fixture", "default") as third:
        assert "fixture demo)" in third.start_line


def test_the_startup_line_says_if_the_origin_of_the_data_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "default.json").write_text('{"CUSTOMER": {"7": {}}}')
    with process("--data", str(tmp_path)) as running:
        assert f"(data in {tmp_path}{os.sep}, of unknown origin)" in running.start_line


def test_the_start_line_names_the_snapshot_or_state_that_the_data_came_from(tmp_path: Path) -> None:
    options = ("--data", str(tmp_path), "--fixture", "empty")
    with process(*options) as first:
        first.client.put("/__admin/snapshots/mine").raise_for_status()
        first.client.post("/__admin/snapshots/mine/restore").raise_for_status()
        first.stop()
    with process(*options) as second:
        assert "snapshot mine)" in second.start_line
        assert not second.client.post("/__admin/reset").json()["fixture"]["changed"]
        state = second.client.get("/__admin/state").json()
        second.client.put("/__admin/state", json=state).raise_for_status()
        second.stop()
    with process(*options) as third:
        assert "state of a PUT)" in third.start_line


def test_the_command_exits_with_the_mistake_in_a_broken_fixture(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"key_links": 4}', encoding="utf-8")
    with process("--ephemeral", "--fixture", str(tmp_path / "bad.json")) as running:
        assert wait_for_exit(running) == 1
        assert "key_links" in "".join(running.errors)
        assert "Traceback" not in "".join(running.errors)
