"""What the server tests share: a small Flask app, and a server that runs it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from flask import Flask

from mockrevio.scheduling import WsgiApp
from mockrevio.server import Server
from tests.support import Process

LINKS = "/v1/IntegrationKeyLink"


def sleepy_app() -> Flask:
    """An app with a quick route and one that sleeps."""
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
def running_server(app: WsgiApp, host: str = "127.0.0.1") -> Iterator[Server]:
    """A server that runs `app` on a free port."""
    server = Server(app, host, 0)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def get(url: str) -> requests.Response:
    """Send a GET request on a new connection."""
    return requests.get(url, timeout=30)


def wait_for_exit(running: Process) -> int:
    """Wait until a process exits by itself; return its exit status."""
    running.process.wait(10)
    return running.stop()
