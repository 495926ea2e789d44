"""Starting and stopping a measured server, and the data it starts with."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.client import NUMBER, Connection, Request

ROOT = Path(__file__).resolve().parent.parent

LINKS = "/v1/IntegrationKeyLink"
STATUS = "/v1/SystemStatus"

START_TIMEOUT = 60.0
"""How many seconds a server may take to start."""


def link(number: int) -> dict[str, object]:
    """Return the n-th key link; each has a different external id."""
    return {
        "integration_system_id": 4,
        "integration_entity_type_id": 2,
        "internal_id": 1001 + number % 25,
        "external_id": f"0012D{number:013d}",
    }


FIRST_MINUTE = datetime.fromisoformat("2020-01-01")


def dated_link(number: int) -> dict[str, object]:
    """Return the n-th key link, created in the n-th minute of 2020."""
    return {**link(number), "created_date": (FIRST_MINUTE + timedelta(minutes=number)).isoformat()}


SEARCH = Request(f"{LINKS}?external_id=0012D{NUMBER}")
"""Searches for the n-th link by external id."""

CREATE = Request(LINKS, json.dumps({**link(0), "external_id": f"0012D{NUMBER}"}))
"""Creates a link with the n-th external id."""


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
def running(command: Sequence[str], port: int, ready: str, home: Path | None = None) -> Iterator[Running]:
    """Start a server, wait until `GET ready` returns a status below 500, and stop the server at the end.

    `home` is a home folder for servers that write there.
    """
    environment = {**os.environ, **({"HOME": str(home)} if home else {})}
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
            with closing(Connection(port)) as connection:
                status, _ = connection.send(Request(ready).encode(port))
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


def mockrevio(*options: str) -> AbstractContextManager[Running]:
    """Run mockrevio."""
    port = free_port()
    command = [sys.executable, "-m", "mockrevio", "serve", "--port", str(port), *options]
    return running(command, port, STATUS)


def launched(name: str, *options: str, ready: str = STATUS) -> AbstractContextManager[Running]:
    """Run one of the servers in `benchmarks.launch`."""
    port = free_port()
    port_options = ["--port", str(port)] if name == "without-faults" else [str(port)]
    command = [sys.executable, "-m", "benchmarks.launch", name, *port_options, *options]
    return running(command, port, ready)
