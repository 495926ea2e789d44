"""Stopping the server: promptly, after requests in progress, and by signal."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.server import Server
from mockrevio.server.context import Context
from mockrevio.server.limits import STOP_TIMEOUT
from mockrevio.server.listener import Listener
from mockrevio.settings import Settings
from tests.contract.raw import Raw, head, with_length
from tests.server.common import LINKS, get, running_server, sleepy_app, wait_for_exit
from tests.support import LINK, Client, process, serving


def test_a_server_stops_while_clients_keep_sending_requests() -> None:
    server = Server(sleepy_app(), "127.0.0.1", 0)
    server.start()
    first_responses = threading.Barrier(5, timeout=20)

    def send_until_closed() -> int:
        with requests.Session() as session:
            assert session.get(server.url, timeout=20).text == "quick"
            first_responses.wait()
            count = 0
            with suppress(requests.ConnectionError):
                while session.get(server.url, timeout=20).text == "quick":
                    count += 1
            return count

    with ThreadPoolExecutor(4) as pool:
        counts = [pool.submit(send_until_closed) for _ in range(4)]
        first_responses.wait()
        time.sleep(0.3)
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < STOP_TIMEOUT + 0.3
        assert all(count.result() > 0 for count in counts)


@pytest.mark.parametrize("number", [errno.ENOTCONN, errno.ECONNRESET, errno.EPIPE])
def test_a_client_that_goes_away_while_its_last_bytes_are_sent_is_no_trouble_to_report(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async def serve(listener: Listener) -> None:
        loop = asyncio.get_running_loop()
        serving = loop.create_task(listener.serve(lambda: None))
        await asyncio.sleep(0)
        error = OSError(number, os.strerror(number))
        loop.call_exception_handler({"message": "Exception in callback None()", "exception": error})
        listener.stop()
        await serving

    bound = socket.create_server(("127.0.0.1", 0))
    bound.setblocking(False)
    context = Context(sleepy_app(), bound, secure=False, idle_timeout=60, max_connections=100)
    asyncio.run(serve(Listener(context, bound, None)))
    assert capsys.readouterr().err == ""


def test_a_stop_is_prompt_while_connections_are_open() -> None:
    with serving() as client, Raw(client.url) as used, Raw(client.url) as silent:
        assert used.call(head("GET", "/v1/SystemStatus")).status == 200
        assert used.call(head("POST", LINKS, "Transfer-Encoding: chunked") + b"0\r\n\r\n").status == 400
        server = Server(sleepy_app(), "127.0.0.1", 0)
        server.start()
        with Raw(server.url) as open_connection, Raw(server.url):
            assert open_connection.call(head("GET", "/")).body == b"quick"
            started = time.monotonic()
            server.stop()
            assert time.monotonic() - started < 1
            assert open_connection.is_closed()
        assert silent is not used


def test_a_stop_lets_requests_in_progress_finish() -> None:
    with ThreadPoolExecutor(1) as pool:
        with running_server(sleepy_app()) as server:
            slow = pool.submit(get, f"{server.url}/sleep/0.5")
            time.sleep(0.3)
        assert slow.result().text == "slept"


def test_stopping_twice_or_before_the_start_is_harmless() -> None:
    server = Server(sleepy_app(), "127.0.0.1", 0)
    server.stop()
    server = Server(sleepy_app(), "127.0.0.1", 0)
    server.start()
    url = server.url
    server.stop()
    server.stop()
    with pytest.raises(requests.ConnectionError):
        get(url)


@pytest.mark.parametrize(
    "fault",
    [
        {"effect": {"latency": "60s"}},
        {"effect": {"latency": "60s"}, "phase": "after_commit"},
        {"effect": {"connection": "hang"}},
    ],
)
def test_a_stop_ends_responses_that_a_fault_delays(fault: dict[str, Any]) -> None:
    app = create_app(Settings(ephemeral=True))
    with running_server(app) as server, Raw(server.url) as raw:
        client = Client(server.url)
        assert client.post("/__admin/faults", json=fault).status_code == 201
        raw.send(with_length("POST", LINKS, json.dumps(LINK).encode()))
        time.sleep(0.2)
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 0.5
        assert raw.is_closed()
        client.close()
    app.close()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_stops_the_command_cleanly_and_checkpoints_the_log(name: str, tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows does not send these signals")
    with process("--data", str(tmp_path)) as running:
        assert running.client.post(LINKS, json=LINK).status_code == 201
        os.kill(running.process.pid, getattr(signal, name))
        assert wait_for_exit(running) == 0
        assert running.errors == []
    document = json.loads((tmp_path / "default.json").read_text(encoding="utf-8"))
    assert document["key_links"]["1"]["external_id"] == LINK["external_id"]
    assert (tmp_path / "default.jsonl").read_bytes() == b""


def test_signals_that_keep_coming_do_not_make_a_clean_stop_look_like_a_kill() -> None:
    """The last ones reach the process while Python itself exits."""
    if sys.platform == "win32":
        pytest.skip("Windows does not send these signals")
    with process("--ephemeral") as server:
        while server.process.poll() is None:
            server.process.terminate()
            time.sleep(0.0005)
        assert server.process.returncode == 0
