"""Helpers for tests: real servers, in this process or in a separate one."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from mockrevio.app import create_app
from mockrevio.scheduling import WsgiApp
from mockrevio.server import Server
from mockrevio.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
AUTH = ("tester@acme", "secret")
LINK: dict[str, Any] = {
    "integration_system_id": 4,
    "integration_entity_type_id": 2,
    "internal_id": 1015,
    "external_id": "0012D00000dAsFzQAK",
}
"""The key link of Rev.io's own worked example."""

TESTER = 1002
"""The id of the user whose login the tests use, in the included fixtures."""


class Client(requests.Session):
    """An authenticated session for one server: `client.get("/v1/Customers")`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.auth = AUTH
        self.trust_env = False  # ignore the proxy and .netrc of the user who runs the tests

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request. A path is relative to the address of the server."""
        text = url.decode() if isinstance(url, bytes) else url
        kwargs.setdefault("timeout", 30)
        return super().request(method, text if "://" in text else self.url + text, *args, **kwargs)

    def link(self, **changes: Any) -> int:
        """Create the key link of the worked example, with changes, and return its id."""
        response = self.post("/v1/IntegrationKeyLink", json={**LINK, **changes})
        assert response.status_code == 201, response.text
        return int(response.json()["id"])


@contextmanager
def serving(**options: Any) -> Iterator[Client]:
    """A server in this process with these settings, on a free port. Ephemeral unless `data` is passed."""
    if "data" not in options:
        options.setdefault("ephemeral", True)
    app = create_app(Settings(**{"explicit": frozenset(options), **options}))
    try:
        with running(app) as client:
            yield client
    finally:
        app.close()


@contextmanager
def running(app: WsgiApp) -> Iterator[Client]:
    """A server for an existing app."""
    server = Server(app, "127.0.0.1", 0)
    server.start()
    client = Client(server.url)
    try:
        yield client
    finally:
        client.close()
        server.stop()


class Process:
    """`mockrevio serve` in a separate process, with its output and a client."""

    program: tuple[str, ...] = (sys.executable, "-m", "mockrevio")
    subcommand = "serve"

    def __init__(self, *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
        command = [*self.program, self.subcommand, *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, env=env
        )
        self.errors: list[str] = []
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()
        assert self.process.stdout is not None
        self.start_line = self.process.stdout.readline()
        address = re.search(r"https?://[^\s/]+:\d+", self.start_line)
        if address is None:
            self.process.wait(30)
            self._reader.join(5)
        self.client = Client(address.group() if address else "")

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)

    def kill(self) -> None:
        """Kill the process, like `kill -9`."""
        self.process.kill()
        self._end()

    def stop(self) -> int:
        """Stop the process cleanly with SIGTERM and return its exit status."""
        self.process.terminate()
        return self._end()

    def _end(self) -> int:
        self.client.close()
        status = self.process.wait(30)
        self._reader.join(5)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return status


@contextmanager
def process(*arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> Iterator[Process]:
    """`mockrevio serve --port 0` with more arguments, killed at the end if it is still running."""
    server = Process("--port", "0", *arguments, cwd=cwd, env=env)
    try:
        yield server
    finally:
        server.kill()
