"""`mockrevio record` as a process: how it starts, stops, and fails."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command_line import CLEAN_ENVIRONMENT, failing_run
from tests.support import LINK, Client, serving


@pytest.fixture(scope="module")
def mock() -> Iterator[Client]:
    with serving() as client:
        yield client


class Recorder:
    """`mockrevio record` in a process, and a client of it."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "mockrevio", "record", "--port", "0", *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=CLEAN_ENVIRONMENT
        )
        assert self.process.stdout is not None
        self.start_line = self.process.stdout.readline()
        address = re.search(r"http://[0-9.:]+", self.start_line)
        assert address, self.process.communicate(timeout=20)
        self.client = Client(address[0])

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Send a signal; return the status and what was printed since the start line."""
        self.process.send_signal(number)
        self.client.close()
        output, errors = self.process.communicate(timeout=30)
        return self.process.returncode, output, errors


@contextmanager
def recorder(*arguments: str) -> Iterator[Recorder]:
    running = Recorder(*arguments)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.communicate(timeout=20)


def test_it_says_where_it_is_and_what_it_wrote(mock: Client, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "recording"
    with recorder("--upstream", f"{mock.url}/v1/", "--out", str(folder)) as proxy:
        assert proxy.start_line.endswith(
            f"{proxy.client.url}/v1 passes calls on to {mock.url}/v1, records to {folder}/\n"
        )
        proxy.client.get("/v1/Customers/1001")
        status, output, errors = proxy.stop(signal.SIGINT)
    assert (status, errors) == (0, "")
    assert output == f"{folder}/fixture.json: 1 CUSTOMER\n{folder}/cases.json: 1 case\n"
    assert (folder / "fixture.json").stat().st_mode & 0o077 == 0
    message = failing_run("record", "--upstream", mock.url, "--out", str(folder))
    assert f"--out: {folder} already contains cases.json, fixture.json; pass another folder" in message


def test_two_at_once_do_not_share_a_folder(mock: Client, tmp_path: Path) -> None:
    arguments = ("--upstream", mock.url, "--out", str(tmp_path))
    with recorder(*arguments) as first:
        message = failing_run("record", "--port", "0", *arguments)
        assert f"--out: another process writes to {tmp_path}; pass another folder" in message
        first.client.get("/v1/Customers/1001")
        assert first.stop()[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.json", "fixture.json"]


def test_a_violation_decides_the_exit_status(mock: Client) -> None:
    with recorder("--upstream", mock.url, "--validate") as proxy:
        assert proxy.start_line.endswith(f"{mock.url}/v1, checks each call against the contract\n")
        proxy.client.get("/v1/Customers?nickname=x")
        proxy.client.get("/v1/Customers?page=x")
        proxy.client.get("/v1/Customers?page=y")
        status, output, errors = proxy.stop()
    note = "note: GET /v1/Customers: request: query nickname: is no parameter of this operation"
    violation = "violation: GET /v1/Customers: request: query page: is string, not integer"
    assert (status, errors) == (1, "")
    assert output.splitlines() == [
        note,
        violation,
        f"1 x {note}",
        f"2 x {violation}",
        "3 calls checked; distinct violations: 1, distinct notes: 1",
    ]


def test_it_checks_and_records_at_once(mock: Client, tmp_path: Path) -> None:
    with recorder("--upstream", mock.url, "--validate", "--out", str(tmp_path)) as proxy:
        assert proxy.client.get("/v1/Customers/1001").status_code == 200
        status, _, _ = proxy.stop()
    assert status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.json", "findings.json", "fixture.json"]


def test_what_was_seen_a_moment_ago_survives_a_kill(mock: Client, tmp_path: Path) -> None:
    with recorder("--upstream", mock.url, "--out", str(tmp_path)) as proxy:
        proxy.client.get("/v1/Customers?page_size=500")
        fixture, cases = tmp_path / "fixture.json", tmp_path / "cases.json"
        deadline = time.monotonic() + 20
        while not (fixture.exists() and cases.exists()) and time.monotonic() < deadline:
            proxy.client.get("/v1/SystemStatus")
        proxy.stop(signal.SIGKILL)
    assert len(json.loads(fixture.read_text("utf-8"))["entities"]["CUSTOMER"]) == 25
    assert json.loads(cases.read_text("utf-8"))["cases"]


def test_a_recording_that_cannot_be_written_is_an_error(mock: Client, tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    with recorder("--upstream", mock.url, "--out", str(folder)) as proxy:
        shutil.rmtree(folder)
        assert proxy.client.get("/v1/Customers/1001").status_code == 200
        status, _, errors = proxy.stop()
    assert status == 1
    assert f"mockrevio: {folder}/fixture.json cannot be written: No such file or directory" in errors


def test_it_stops_while_a_call_waits_for_the_service(mock: Client, tmp_path: Path) -> None:
    with recorder("--upstream", mock.url, "--out", str(tmp_path)) as proxy:
        proxy.client.post("/v1/IntegrationKeyLink", json=LINK)
        port = int(proxy.client.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(
                b"GET /v1/Customers HTTP/1.1\r\nHost: h\r\nAuthorization: Basic dGVzdGVyQGFjbWU6c2VjcmV0\r\n"
                b"X-Mock-Fault: connection=hang\r\n\r\n"
            )
            while not mock.get("/__admin/requests?path=/v1/customers").json()["requests"]:
                pass
            started = time.monotonic()
            status, _, errors = proxy.stop()
    assert (status, errors) == (0, "")
    assert time.monotonic() - started < 10
    assert json.loads((tmp_path / "fixture.json").read_text("utf-8"))["key_links"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing option '--upstream'"),
        (["--upstream", "https://h"], "Pass --out FOLDER to record, or --validate to check calls, or both."),
        (["--upstream", "restapi.rev.io", "--out", "{out}"], "--upstream: must be https://HOST"),
        (["--upstream", "https://me:pw@h", "--out", "{out}"], "--upstream: must not contain a user name"),
        (["--upstream", "https://h", "--out", "{out}", "--timeout", "0s"], "--timeout: must be"),
        (["--upstream", "https://h", "--out", "{out}", "--port", "70000"], "Invalid value for '--port'"),
        (["--upstream", "https://h", "--out", "{out}/file/x"], "cannot be created"),
        (["--upstream", "https://h", "--out", "{out}", "--host", "no.such.host.invalid"], "cannot listen on"),
        (["--upstream", "https://h", "--out", "{out}", "secret"], "Only options are allowed"),
    ],
)
def test_a_mistake_is_named(arguments: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert message in failing_run("record", *(each.replace("{out}", str(tmp_path)) for each in arguments))


def test_a_taken_port_is_named(mock: Client, tmp_path: Path) -> None:
    port = mock.url.rpartition(":")[2]
    message = failing_run("record", "--upstream", "https://h", "--out", str(tmp_path), "--port", port)
    assert f"cannot listen on 127.0.0.1 port {port}" in message
    assert "--port 0 picks a free port" in message


def test_it_does_not_call_itself(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    message = failing_run(
        "record", "--upstream", f"http://localhost:{port}", "--out", str(tmp_path), "--port", port
    )
    assert f"--upstream: http://localhost:{port}/v1 is the address of this proxy" in message


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "requests.py").write_text("raise ModuleNotFoundError('no', name='requests')", "utf-8")
    message = failing_run(
        "record", "--upstream", "https://h", "--out", "x", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}
    )
    assert "record needs mockrevio[contract]; install it with pip install 'mockrevio[contract]'" in message
    assert not (tmp_path / "x").exists()
