"""The servers that are measured: how each is started, and when it answers."""

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

from benchmarks.load import call, once

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".bench"
"""Where `make bench` installs the peers."""

PATIENCE = 60.0
"""Seconds that a server may take to answer."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Running:
    """A server that answers."""

    port: int
    process: subprocess.Popen[bytes]
    started_in: float

    def get(self, path: str) -> tuple[float, int, bytes]:
        """Seconds, status and body of one GET."""
        return once(self.port, call(path, self.port))

    def memory(self) -> int:
        """Bytes of memory that the process holds; Linux alone can say."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running(
    command: Sequence[str], port: int, ready: str, env: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Start a server, wait for its first answer below 500 to `GET ready`, and stop it at the end."""
    environment = {**os.environ, **(env or {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or each start would compile what changed last
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(process, port, ready, began)
        yield Running(port, process, time.perf_counter() - began)
    finally:
        _end(process)


def _wait(process: subprocess.Popen[bytes], port: int, ready: str, began: float) -> None:
    while True:
        if process.poll() is not None or time.perf_counter() - began > PATIENCE:
            raise RuntimeError(f"{process.args!r} does not answer")
        try:
            _, status, _ = once(port, call(ready, port))
        except OSError:
            time.sleep(0.001)
            continue
        if status < 500:
            return
        time.sleep(0.001)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop it with all its children; some peers are started by a script."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
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
    """mockrevio itself."""
    port = port or free_port()
    command = [sys.executable, "-m", "mockrevio", "serve", "--port", str(port), *options]
    return running(command, port, ready)


def launched(
    name: str, *options: str, port: int | None = None, ready: str = "/v1/SystemStatus"
) -> AbstractContextManager[Running]:
    """One of `benchmarks.launch`."""
    port = port or free_port()
    first = ["--port", str(port)] if name == "without-faults" else [str(port)]
    command = [sys.executable, "-m", "benchmarks.launch", name, *first, *options]
    return running(command, port, ready)


def json_server(folder: Path, links: int) -> AbstractContextManager[Running]:
    """json-server with so many key links in its file."""
    path = folder / "json-server.json"
    path.write_text(json.dumps({"links": [{"id": n, **link(n)} for n in range(1, links + 1)]}), "utf-8")
    port = free_port()
    command = [str(PEERS / "node_modules/.bin/json-server"), "--quiet", "--port", str(port), str(path)]
    return running(command, port, "/links/1")


def prism(folder: Path) -> AbstractContextManager[Running]:
    """prism with a description of one endpoint."""
    path = folder / "openapi.yaml"
    path.write_text(OPENAPI, "utf-8")
    port = free_port()
    command = [str(PEERS / "node_modules/.bin/prism"), "mock", "--port", str(port), str(path)]
    return running(command, port, "/v1/SystemStatus")


def localstripe() -> AbstractContextManager[Running]:
    """localstripe, which keeps its data in memory."""
    port = free_port()
    return running([str(PEERS / "venv/bin/localstripe"), "--port", str(port), "--from-scratch"], port, "/")


def moto() -> AbstractContextManager[Running]:
    """moto's server."""
    port = free_port()
    return running([str(PEERS / "venv/bin/moto_server"), "--port", str(port)], port, "/moto-api/")


def link(number: int) -> dict[str, object]:
    """The n-th key link: no two have the same external id."""
    return {
        "integration_system_id": 4,
        "integration_entity_type_id": 2,
        "internal_id": 1001 + number % 25,
        "external_id": f"0012D{number:013d}",
    }


def write_fixture(folder: Path, links: int) -> Path:
    """A fixture with so many key links."""
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
