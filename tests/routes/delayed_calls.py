"""A server that holds calls until the test lets go of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import requests
from flask import Response

from mockrevio.app import create_app
from mockrevio.scheduling import require_thread
from mockrevio.settings import Settings
from tests.support import AUTH, Client, running

HELD = "/v1/held"


class Holding:
    """A server whose path `HELD` answers with `status` once `release` is called."""

    def __init__(self, client: Client, pool: ThreadPoolExecutor) -> None:
        self.client = client
        self.status = 200
        self._pool = pool
        self._released = threading.Event()

    def view(self) -> Response:
        """Wait to be released."""
        require_thread()
        assert self._released.wait(20)
        return Response("{}", self.status)

    def call(self, path: str = HELD, method: str = "GET") -> Future[requests.Response]:
        """Send a request in the background, and return once it has arrived."""
        query = {"match": {"path": path}}
        before = self.client.post("/__admin/requests/count", json=query).json()["count"]
        url = self.client.url + path
        call = self._pool.submit(requests.request, method, url, auth=AUTH, timeout=20)
        arrived = self.verify(query["match"], count={"min": before + 1}, timeout="10s")
        assert arrived.status_code == 200, arrived.text
        return call

    def verify(self, match: Any, **parts: Any) -> requests.Response:
        """Verify how many requests match."""
        return self.client.post("/__admin/requests/verify", json={"match": match, **parts})

    def verify_later(self, match: Any, **parts: Any) -> Future[requests.Response]:
        """Begin to verify in the background."""
        url = f"{self.client.url}/__admin/requests/verify"
        body = {"match": match, "timeout": "20s", **parts}
        return self._pool.submit(requests.post, url, json=body, timeout=30)

    def release(self) -> None:
        """Let all held calls go on."""
        self._released.set()


@contextmanager
def holding(**settings: Any) -> Iterator[Holding]:
    """A server with these settings that holds calls."""
    app = create_app(Settings(ephemeral=True, **settings))
    with ThreadPoolExecutor() as pool:
        try:
            with running(app) as client:
                held = Holding(client, pool)
                app.add_url_rule(HELD, view_func=held.view, methods=["GET", "POST"])
                try:
                    yield held
                finally:
                    held.release()
        finally:
            app.close()
