"""A real HTTP server around the app: cheroot, one thread per call in progress. docs/server.md says why."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from mockrevio import __version__
from mockrevio.errors import ServerError
from mockrevio.server.connections import Cheroot
from mockrevio.settings import Settings

if TYPE_CHECKING:
    import ssl

THREADS = 1024
"""How many calls are worked on at once: a test may well hold hundreds of them back for seconds."""

BACKLOG = 1024
"""How many connections may wait to be accepted."""

STOP_SECONDS = 5
"""How long calls in progress may take to end when the server stops."""

LOADING_SECONDS = 0.25
"""How long calls wait for the app to be loaded. Most starts are over by then, and nobody gets a 503."""

LARGEST_HEAD = 64 * 1024
"""Bytes of a request line and its headers; more is refused with 414 or 413."""

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """What serving HTTPS needs, or None where plain HTTP is asked for; SettingError for what cannot be."""
    if settings.tls == "off" and not (settings.tls_cert or settings.tls_key or settings.tls_ca_out):
        return None
    from mockrevio.server.tls import make_context

    return make_context(settings)


class Server:
    """Serves a WSGI app from a thread of its own. The port is bound from `start` on."""

    def __init__(self, app: WsgiApp, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Serve `app` on this address, over HTTPS if there is a TLS context."""
        self._scheme = "http" if tls is None else "https"
        self._server = Cheroot(
            (host, port),
            app,
            workers=THREADS,
            server_name=f"mockrevio/{__version__}",
            request_queue_size=BACKLOG,
            shutdown_timeout=STOP_SECONDS,
        )
        if tls is not None:
            from mockrevio.server.tls import TlsAdapter

            self._server.ssl_adapter = TlsAdapter(tls)
        self._server.max_request_header_size = LARGEST_HEAD
        # Connections are cheap, and a test suite may keep hundreds of them alive.
        self._server.keep_alive_conn_limit = None  # type: ignore[assignment]  # None is cheroot's "no limit"
        # How long a stop waits for the loop that accepts connections to look up.
        self._server.expiration_interval = 0.1
        self._loaded: threading.Event | None = None
        self._thread = threading.Thread(target=self._serve, name="mockrevio-server", daemon=True)

    def start(self, loaded: threading.Event | None = None) -> None:
        """Bind the port and answer from now on; ServerError if the address cannot be had.

        Calls that come before `loaded` is set wait for it for a moment, and are then answered in any case.
        """
        self._loaded = loaded
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

    def _serve(self) -> None:
        if self._loaded is not None:
            self._loaded.wait(LOADING_SECONDS)
        self._server.serve()

    @property
    def port(self) -> int:
        """The port really bound."""
        return int(cast("tuple[str, int]", self._server.bind_addr)[1])

    @property
    def url(self) -> str:
        """The server's address as a client on this machine writes it: `http://127.0.0.1:7384`."""
        host = str(cast("tuple[str, int]", self._server.bind_addr)[0])
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared, not bound)
        name = f"[{host}]" if ":" in host else host
        return f"{self._scheme}://{name}:{self.port}"

    @property
    def held(self) -> int:
        """How many connections hang, answered by nobody."""
        return self._server.keeper.count

    def stop(self) -> None:
        """Accept nothing new, let calls in progress end, and close. Harmless when nothing runs."""
        self._server.stopping.set()  # calls that a fault holds back end now
        self._server.stop()
        self._server.keeper.close()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)
