"""`mockrevio serve`: from the settings to a server that runs until it is stopped."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, NoReturn, Protocol

from mockrevio import __version__, gc_control, real_time
from mockrevio.app import create_app
from mockrevio.cancellation import Cancelled
from mockrevio.errors import StorageError
from mockrevio.reporting import report
from mockrevio.routes.admin.guard import ADMIN_PATH
from mockrevio.server import limits
from mockrevio.server.descriptors import allow_connections
from mockrevio.server.server import Server, tls_context
from mockrevio.server.stopping import join_threads, on_stop_signals
from mockrevio.settings import Settings
from mockrevio.threads import run_in_thread

if TYPE_CHECKING:
    from mockrevio.routes.mock_app import MockApp

SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread that computes lets the event loop run; a tenth of Python's default."""


class Companion(Protocol):
    """What runs beside a server, as long as it serves."""

    def start(self, url: str) -> None:
        """Start: the server at this address is ready."""

    def stop(self) -> None:
        """End soon: the server has stopped. It may not have started."""


def serve_until_stopped(settings: Settings, companion: Companion | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then end within a second.

    The world loads in a thread, so that the server can say meanwhile that it is starting. Raises ServerError,
    FixtureError or StorageError if it cannot start, StorageError if the final checkpoint fails. If threads do
    not end in time, it does not return, but ends the process.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    tls = tls_context(settings)
    app = create_app(settings, load=False)
    server = Server.from_settings(app, settings, tls)
    stopped: list[float] = []
    """When it was told to stop."""
    errors: list[BaseException] = []

    def stop(*_: object) -> None:
        stopped.append(real_time.monotonic())
        server.request_stop()

    def load() -> None:
        try:
            app.open()
        except Cancelled:  # it was stopped meanwhile
            return
        except BaseException as error:
            errors.append(error)
            stop()
            return
        gc_control.pause.enable()
        say = app.telemetry.message
        say(_start_line(server.url, settings, app.worlds.default().origin))
        say(f"console: {server.url}{ADMIN_PATH}/")
        if settings.tls == "auto":
            say(_trust_instructions(settings))
        if companion is not None:
            companion.start(server.url)

    on_stop_signals(stop)
    allow_connections(settings.max_connections)
    server.bind()
    loading = run_in_thread(load, "mockrevio-loading")
    if loading is not threading.current_thread():
        loading.join(limits.LOADING_TIMEOUT)
    try:
        if not stopped:
            server.run(lambda: server.request_stop() if stopped else None)
    except BaseException as error:
        errors.append(error)
    if companion is not None:
        companion.stop()
    server.stop()
    on_stop_signals(signal.SIG_IGN)  # one that comes while Python exits must not seem to have killed it
    since = stopped[0] if stopped else real_time.monotonic()
    if not _close(app, errors, since + limits.EXIT_TIMEOUT):
        _exit_without_joining(errors)
    if errors:
        raise errors[0]


def _close(app: MockApp, errors: list[BaseException], deadline: float) -> bool:
    """Close the app, and wait for the end of all threads; False if that takes longer than until `deadline`.

    A StorageError is added to `errors`.
    """

    def close() -> None:
        try:
            app.close()
        except StorageError as error:
            errors.append(error)

    run_in_thread(close, "mockrevio-closing")
    return join_threads(deadline)


def _exit_without_joining(errors: list[BaseException]) -> NoReturn:
    """Exit immediately. Python itself would wait for its threads.

    One of them may be in a call that cannot be cancelled: a commit of 100,000 records, a sync of a slow
    disk. Nothing is lost. Acknowledged writes are in the log, and a line that is half written belongs to no
    acknowledged write: the next start drops it, as after `kill -9`.
    """
    if errors:
        report(str(errors[0]))
    os._exit(1 if errors else 0)


def _trust_instructions(settings: Settings) -> str:
    from mockrevio.server.tls import trust_instructions

    if settings.tls_ca_out is None:
        return "no client trusts this server yet: pass --tls-ca-out FILE to write the certificate they need"
    return trust_instructions(settings.tls_ca_out)


def _start_line(url: str, settings: Settings, origin: str | None) -> str:
    """The line that says where the server is, and where its data are and came from."""
    data = "data in memory" if settings.ephemeral else f"data in {settings.data}{os.sep}"
    return f"mockrevio {__version__} on {url}/v1 ({data}, {origin or 'of unknown origin'})"
