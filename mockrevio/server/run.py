"""`mockrevio serve`: start a server from settings and run it until it is stopped."""

from __future__ import annotations

import gc
import os
import signal
import threading

from mockrevio import __version__
from mockrevio.app import create_app
from mockrevio.server.server import Server, tls_context
from mockrevio.settings import Settings


def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM, then finish requests in progress and fold the log into the data file.

    Raises ServerError, FixtureError or a StorageError if the server cannot start.
    """
    stopped = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stopped.set())
    tls = tls_context(settings)
    app = create_app(settings, load=False)
    server = Server(app, settings.host, settings.port, tls)
    loaded = threading.Event()
    server.start(loaded)
    try:
        app.open()
        loaded.set()
        gc.freeze()  # what exists now lives until the end: exclude it from garbage collection
        gc.enable()
        print(_start_line(server.url, settings), flush=True)
        if settings.tls == "auto":
            print(_say_trust(settings), flush=True)
        while not stopped.wait(0.5):  # on Windows, signals do not interrupt a wait without a timeout
            pass
    finally:
        loaded.set()
        server.stop()
        app.close()


def _say_trust(settings: Settings) -> str:
    from mockrevio.server.tls import say_how_to_trust

    if settings.tls_ca_out is None:
        return "no client trusts this server yet: pass --tls-ca-out FILE to write the certificate they need"
    return say_how_to_trust(settings.tls_ca_out)


def _start_line(url: str, settings: Settings) -> str:
    data = "data in memory" if settings.ephemeral else f"data in {settings.data}{os.sep}"
    return f"mockrevio {__version__} on {url}/v1 ({data}, fixture {', '.join(settings.fixture)})"
