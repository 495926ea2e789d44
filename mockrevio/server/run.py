"""`mockrevio serve`: from the settings to a server that runs until it is stopped."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

from mockrevio import __version__, garbage
from mockrevio.app import create_app
from mockrevio.server import limits
from mockrevio.server.server import Server, tls_context
from mockrevio.settings import Settings

SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread that computes lets the event loop run; a tenth of Python's default."""


def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM, then let responses go out and fold the log into the data file.

    The world loads in a thread, so that the server can say meanwhile that it is starting. Raises ServerError,
    FixtureError or a StorageError if it cannot start.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    tls = tls_context(settings)
    app = create_app(settings, load=False)
    server = Server.from_settings(app, settings, tls)
    stopped = threading.Event()
    errors: list[BaseException] = []

    def stop(*_: object) -> None:
        stopped.set()
        server.request_stop()

    def load() -> None:
        try:
            app.open()
        except BaseException as error:
            errors.append(error)
            stop()
            return
        garbage.job.take_over()
        origin = app.worlds.default().fixture_names
        print(_start_line(server.url, settings, origin), flush=True)
        if settings.tls == "auto":
            print(_trust_instructions(settings), flush=True)

    _on_stop_signals(stop)
    server.bind()
    loading = threading.Thread(target=load, name="mockrevio-loading", daemon=True)
    loading.start()
    loading.join(limits.LOADING_TIMEOUT)
    try:
        if not stopped.is_set():
            server.run(lambda: server.request_stop() if stopped.is_set() else None)
    finally:
        server.stop()
        loading.join()
        app.close()
        _on_stop_signals(signal.SIG_IGN)  # one that comes while Python exits must not seem to have killed it
    if errors:
        raise errors[0]


def _on_stop_signals(handler: Any) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handler)


def _trust_instructions(settings: Settings) -> str:
    from mockrevio.server.tls import trust_instructions

    if settings.tls_ca_out is None:
        return "no client trusts this server yet: pass --tls-ca-out FILE to write the certificate they need"
    return trust_instructions(settings.tls_ca_out)


def _start_line(url: str, settings: Settings, origin: Sequence[str] | None) -> str:
    """The line that says where the server is, and where its data are and came from."""
    data = "data in memory" if settings.ephemeral else f"data in {settings.data}{os.sep}"
    fixture = "of unknown origin" if origin is None else f"fixture {', '.join(origin)}"
    return f"mockrevio {__version__} on {url}/v1 ({data}, {fixture})"
