"""The measured servers: how to start each, and how to tell that it is ready."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import encode_request, send_once

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".bench"
"""Where `make bench` installs the other servers (peers)."""

START_TIMEOUT = 60.0
"""How many seconds a server may take to start."""


def free_port() -> int:
    """Return a free port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Running:
    """A running server, and how many seconds it took to start."""

    port: int
    process: subprocess.Popen[bytes]
    started_in: float

    def memory(self) -> int:
        """Return the resident memory of the process in bytes. Linux only."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running(
    command: Sequence[str], port: int, ready: str, env: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Start a server, wait until `GET ready` returns a status below 500, and stop the server at the end."""
    environment = {**os.environ, **(env or {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or each start would compile changed modules again
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_ready(process, port, ready, started)
        yield Running(port, process, time.perf_counter() - started)
    finally:
        _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, ready: str, started: float) -> None:
    while True:
        if process.poll() is not None or time.perf_counter() - started > START_TIMEOUT:
            raise RuntimeError(f"{process.args!r} did not start; run it by hand to see why")
        try:
            _, status, _ = send_once(port, encode_request(ready, port))
        except OSError:
            time.sleep(0.001)
            continue
        if status < 500:
            return
        time.sleep(0.001)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the process and its children, since a script starts some of the servers."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, signal_number)
        except ProcessLookupError:
            break
        try:
            process.wait(15)
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def mockrevio(
    *options: str, port: int | None = None, ready: str = "/v1/SystemStatus"
) -> AbstractContextManager[Running]:
    """Run mockrevio."""
    port = port or free_port()
    command = [sys.executable, "-m", "mockrevio", "serve", "--port", str(port), *options]
    return running(command, port, ready)


def launched(
    name: str, *options: str, port: int | None = None, ready: str = "/v1/SystemStatus"
) -> AbstractContextManager[Running]:
    """Run one of the servers in `benchmarks.launch`."""
    port = port or free_port()
    port_options = ["--port", str(port)] if name == "without-faults" else [str(port)]
    command = [sys.executable, "-m", "benchmarks.launch", name, *port_options, *options]
    return running(command, port, ready)


def json_server(folder: Path, links: int) -> AbstractContextManager[Running]:
    """Run json-server with this many key links in its file."""
    path = folder / "json-server.json"
    path.write_text(json.dumps({"links": [{"id": n, **link(n)} for n in range(1, links + 1)]}), "utf-8")
    port = free_port()
    command = [str(PEERS / "node_modules/.bin/json-server"), "--quiet", "--port", str(port), str(path)]
    return running(command, port, "/links/1")


def prism(folder: Path) -> AbstractContextManager[Running]:
    """Run prism with an OpenAPI description of one endpoint."""
    path = folder / "openapi.yaml"
    path.write_text(OPENAPI, "utf-8")
    port = free_port()
    command = [str(PEERS / "node_modules/.bin/prism"), "mock", "--port", str(port), str(path)]
    return running(command, port, "/v1/SystemStatus")


def localstripe() -> AbstractContextManager[Running]:
    """Run localstripe, which stores its data in memory."""
    port = free_port()
    return running([str(PEERS / "venv/bin/localstripe"), "--port", str(port), "--from-scratch"], port, "/")


def moto() -> AbstractContextManager[Running]:
    """Run moto's server."""
    port = free_port()
    return running([str(PEERS / "venv/bin/moto_server"), "--port", str(port)], port, "/moto-api/")


def link(number: int) -> dict[str, object]:
    """Return the n-th key link; each has a different external id."""
    return {
        "integration_system_id": 4,
        "integration_entity_type_id": 2,
        "internal_id": 1001 + number % 25,
        "external_id": f"0012D{number:013d}",
    }


def write_fixture(folder: Path, links: int) -> Path:
    """Write a fixture with this many key links, unless it exists; return its path."""
    path = folder / f"links-{links}.json"
    if not path.exists():
        path.write_text(json.dumps({"key_links": [link(n) for n in range(1, links + 1)]}), "utf-8")
    return path


OPENAPI = """
openapi: 3.0.3
info: {title: Rev.io, version: "1"}
paths:
  /v1/SystemStatus:
    get:
      responses:
        "200":
          description: fine
          content:
            application/json:
              schema: {type: object, properties: {ok: {type: boolean}}}
              example: {ok: true}
"""
