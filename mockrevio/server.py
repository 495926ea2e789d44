"""A real HTTP server around the app: cheroot, one thread per call in progress. docs/server.md says why."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, cast

from cheroot import wsgi

from mockrevio import __version__
from mockrevio.app import create_app
from mockrevio.errors import ServerError
from mockrevio.settings import Settings

THREADS = 256
"""How many calls are worked on at once: a test may well hold two hundred of them back for seconds."""

BACKLOG = 1024
"""How many connections may wait to be accepted."""

STOP_SECONDS = 5
"""How long calls in progress may take to end when the server stops."""

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Server:
    """Serves a WSGI app from a thread of its own. The port is bound from `start` on."""

    def __init__(self, app: WsgiApp, host: str, port: int) -> None:
        self._server = _Cheroot(
            (host, port),
            app,
            numthreads=THREADS,
            server_name=f"mockrevio/{__version__}",
            request_queue_size=BACKLOG,
            shutdown_timeout=STOP_SECONDS,
        )
        # Connections are cheap, and a test suite may keep hundreds of them alive.
        self._server.keep_alive_conn_limit = None  # type: ignore[assignment]  # None is cheroot's "no limit"
        # How long a stop waits for the loop that accepts connections to look up.
        self._server.expiration_interval = 0.1
        self._thread = threading.Thread(target=self._server.serve, name="mockrevio-server", daemon=True)

    def start(self) -> None:
        """Bind the port and answer from now on; ServerError if the address cannot be had."""
        host, port = self._server.bind_addr
        try:
            self._server.prepare()
        except OSError as error:
            cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
            raise ServerError(
                f"cannot listen on {host} port {port}: {cause.strerror or error}. "
                "Choose another with --port (0 picks a free one)"
            ) from None
        self._thread.start()

    @property
    def port(self) -> int:
        """The port really bound."""
        return int(cast("tuple[str, int]", self._server.bind_addr)[1])

    @property
    def url(self) -> str:
        """The server's address as a client on this machine writes it: `http://127.0.0.1:7384`."""
        host = str(cast("tuple[str, int]", self._server.bind_addr)[0])
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared, not bound)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def stop(self) -> None:
        """Accept nothing new, let calls in progress end, and close."""
        self._server.stop()
        self._thread.join(STOP_SECONDS)


class _Cheroot(wsgi.Server):
    """cheroot, quiet about clients that go away: tests do that all the time."""

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Report what is worth a person's attention."""
        if level > logging.INFO:
            super().error_log(msg, level, traceback)
            sys.stderr.flush()


def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM, then let calls end and fold the log into the data file.

    Raises ServerError, FixtureError or a StorageError if it cannot start.
    """
    stopped = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stopped.set())
    app = create_app(settings, load=False)
    server = Server(app, settings.host, settings.port)
    server.start()
    try:
        app.open()
        print(_start_line(server.url, settings), flush=True)
        while not stopped.wait(0.5):  # Windows wakes no thread that waits without end
            pass
    finally:
        server.stop()
        app.close()


def _start_line(url: str, settings: Settings) -> str:
    data = "nothing kept" if settings.ephemeral else f"data in {settings.data}{os.sep}"
    return f"mockrevio {__version__} on {url}/v1 ({data}, fixture {', '.join(settings.fixture)})"
