"""The HTTP server: cheroot, with one thread per request in progress. See docs/server.md for the reasons."""

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
"""How many requests can be in progress at once: a test may delay hundreds of them for seconds."""

BACKLOG = 1024
"""How many connections can wait to be accepted."""

STOP_SECONDS = 5
"""How long requests in progress may take to finish when the server stops."""

LOADING_SECONDS = 0.25
"""How long requests wait for the app to load. Most starts are faster than that, so no client gets a 503."""

LARGEST_HEAD = 64 * 1024
"""Maximum bytes of a request line and its headers; more gets a 414 or 413."""

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS context for HTTPS, or None for plain HTTP. Raises SettingError for invalid settings."""
    if settings.tls == "off" and not (settings.tls_cert or settings.tls_key or settings.tls_ca_out):
        return None
    from mockrevio.server.tls import make_context

    return make_context(settings)


class Server:
    """Serves a WSGI app from a background thread. `start` binds the port."""

    def __init__(self, app: WsgiApp, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Prepare to serve `app` on this address, over HTTPS if there is a TLS context."""
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
        # Idle connections are cheap, and a test suite may keep hundreds of them open.
        self._server.keep_alive_conn_limit = None  # type: ignore[assignment]  # None is cheroot's "no limit"
        # How long a stop waits for the accept loop to notice it, in seconds.
        self._server.expiration_interval = 0.1
        self._loaded: threading.Event | None = None
        self._thread = threading.Thread(target=self._serve, name="mockrevio-server", daemon=True)

    def start(self, loaded: threading.Event | None = None) -> None:
        """Bind the port and start serving. Raises ServerError if the address cannot be bound.

        Requests that arrive before `loaded` is set wait up to LOADING_SECONDS for it, then go to the app.
        """
        self._loaded = loaded
        host, port = self._server.bind_addr
        try:
            self._server.prepare()
        except OSError as error:
            cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
            raise ServerError(
                f"cannot listen on {host} port {port}: {cause.strerror or error}. "
                "Choose another --host or --port; --port 0 picks a free port"
            ) from None
        self._thread.start()

    def _serve(self) -> None:
        if self._loaded is not None:
            self._loaded.wait(LOADING_SECONDS)
        self._server.serve()

    @property
    def port(self) -> int:
        """The port that is bound."""
        return int(cast("tuple[str, int]", self._server.bind_addr)[1])

    @property
    def url(self) -> str:
        """The server's URL for clients on this machine, such as `http://127.0.0.1:7384`."""
        host = str(cast("tuple[str, int]", self._server.bind_addr)[0])
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared, not bound)
        name = f"[{host}]" if ":" in host else host
        return f"{self._scheme}://{name}:{self.port}"

    @property
    def held(self) -> int:
        """How many connections hang."""
        return self._server.keeper.count

    def stop(self) -> None:
        """Stop accepting connections, finish requests in progress, and close. Does nothing if not running."""
        self._server.stopping.set()  # ends all delays
        self._server.stop()
        self._server.keeper.close()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)
