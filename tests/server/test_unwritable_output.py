"""Standard output or standard error cannot be written: the server goes on as if it could."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support import Client
from tests.torture.common import eventually

if sys.platform != "linux":
    pytest.skip("has no /dev/full", allow_module_level=True)

FAILING_APP = """
import sys
from mockrevio.server import Server
class App:
    cooperative = sys.argv[2] == "cooperative"
    def __call__(self, environ, start_response):
        raise LookupError("lost")
server = Server(App(), "127.0.0.1", int(sys.argv[1]))
server.bind()
server.run(lambda: None)
"""
SERVE = (sys.executable, "-m", "mockrevio", "serve")


def free_port() -> int:
    """A port that nobody uses now: a server whose output is lost cannot say which it has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def unwritable(kind: str) -> Iterator[int]:
    """A file descriptor that cannot be written."""
    if kind == "full disk":
        descriptor = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, descriptor = os.pipe()
        os.close(reader)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def running(command: list[str], **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, **streams)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def responds(url: str) -> bool:
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        return False
    return True


@pytest.mark.parametrize("kind", ["full disk", "broken pipe", "closed"])
def test_a_server_whose_output_cannot_be_written_serves_watches_and_stops(kind: str, tmp_path: Path) -> None:
    fixture = tmp_path / "mine.json"
    # A bill for a customer that does not exist: a warning at the start.
    document: dict[str, Any] = {"entities": {"CUSTOMER": [1], "BILL": [{"bill_id": 1, "customer_id": 99}]}}
    fixture.write_text(json.dumps(document))
    port = free_port()
    command = [*SERVE, "--port", str(port), "--ephemeral", "--fixture", str(fixture), "--watch"]
    if kind == "closed":
        with running(["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *command]) as process:
            check_server(process, port, fixture)
    else:
        with unwritable(kind) as output, running(command, stdout=output, stderr=output) as process:
            check_server(process, port, fixture)


def has_customer(client: Client, number: int) -> bool:
    return client.get(f"/v1/Customers/{number}").status_code == 200


def check_server(process: subprocess.Popen[bytes], port: int, fixture: Path) -> None:
    """Edit the fixture, of which the server reports every change and every mistake; then stop the server."""
    with Client(f"http://127.0.0.1:{port}") as client:
        assert eventually(lambda: responds(f"{client.url}/v1/SystemStatus"), 20)
        for number in (2, 3):
            fixture.write_text("no JSON")
            fixture.write_text(json.dumps({"entities": {"CUSTOMER": [number]}}))
            assert eventually(partial(has_customer, client, number), 20)
    process.terminate()
    assert process.wait(20) == 0


@pytest.mark.parametrize("where", ["cooperative", "in threads"])
@pytest.mark.parametrize("kind", ["full disk", "broken pipe"])
def test_an_app_that_fails_often_does_not_use_up_the_server(kind: str, where: str) -> None:
    port = free_port()
    command = [sys.executable, "-c", FAILING_APP, str(port), where]
    with unwritable(kind) as output, running(command, stdout=output, stderr=output):
        url = f"http://127.0.0.1:{port}/"
        assert eventually(lambda: responds(url), 20)
        for _ in range(30):
            assert requests.get(url, timeout=5).status_code == 500


def test_a_failed_start_has_an_error_status_even_if_its_message_cannot_be_written(tmp_path: Path) -> None:
    with unwritable("full disk") as output:
        command = [*SERVE, "--fixture", str(tmp_path / "missing.json"), "--ephemeral"]
        assert subprocess.run(command, check=False, stdout=output, stderr=output).returncode == 1
