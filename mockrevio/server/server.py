"""An HTTP/1.1 server for a WSGI app, with its own event loop, in any thread."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Self
from weakref import WeakSet

from mockrevio.errors import ServerError
from mockrevio.scheduling import WsgiApp
from mockrevio.server import limits
from mockrevio.server.binding import bind, host_in_url
from mockrevio.server.context import Context
from mockrevio.server.listener import Listener
from mockrevio.server.loop import ServerLoop
from mockrevio.server.thread import start_thread
from mockrevio.settings import Settings

if TYPE_CHECKING:
    import ssl


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """The TLS context for HTTPS; None for plain HTTP. Raises SettingError for settings that cannot work."""
    if settings.tls == "off" and settings.tls_cert is None:
        return None
    from mockrevio.server.tls import make_context

    return make_context(settings)


class Server:
    """Serves a WSGI app. `start` does so in a thread; `bind` and `run` in the calling one."""

    def __init__(
        self,
        app: WsgiApp,
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
        *,
        idle_timeout: float = Settings.idle_timeout,
        max_connections: int = Settings.max_connections,
        base_path: str = "",
    ) -> None:
        """Serve `app` at this address, over HTTPS if there is a TLS context.

        `base_path` is a prefix that the app understands in front of its paths; `url` ends with it. A
        connection without a request is closed after `idle_timeout` seconds; a further one than
        `max_connections` gets a 503.
        """
        self._app = app
        self._base_path = base_path
        self._idle_timeout = idle_timeout
        self._max_connections = max_connections
        self._address = (host, port)
        self._host_in_url = host
        self._tls = tls
        self._bound: socket.socket | None = None
        self._listener: Listener | None = None
        self._join: Callable[[], object] | None = None
        self._started = threading.Event()

    @classmethod
    def from_settings(
        cls, app: WsgiApp, settings: Settings, tls: ssl.SSLContext | None, *, port: int | None = None
    ) -> Self:
        """A server for `app` with the address, or another `port`, and the limits of these settings."""
        return cls(
            app,
            settings.host,
            settings.port if port is None else port,
            tls,
            idle_timeout=settings.idle_timeout,
            max_connections=settings.max_connections,
            base_path=settings.base_path,
        )

    def bind(self) -> None:
        """Bind the port; connections queue from now on. Raises ServerError if that fails."""
        host, _ = self._address
        self._bound = self._bind()
        self._address = (host, self._bound.getsockname()[1])
        self._host_in_url = host_in_url(host, self._bound, secure=self._tls is not None)
        context = Context(
            self._app,
            self._bound,
            secure=self._tls is not None,
            idle_timeout=self._idle_timeout,
            max_connections=self._max_connections,
        )
        self._listener = Listener(context, self._bound, self._tls)
        _servers.add(self)

    def _bind(self, *, listen: bool = True) -> socket.socket:
        host, port = self._address
        try:
            return bind(host, port, listen=listen)
        except (OSError, UnicodeError) as error:  # a name that cannot be encoded for DNS is the latter
            code = getattr(error, "errno", None) or 0
            reason = os.strerror(code) if code > 0 else getattr(error, "strerror", None)
            message = f"cannot listen on {host} port {port}: {reason or error}. {_advice(error)}"
            raise ServerError(message) from None

    def reserve(self) -> None:
        """Once stopped, keep the port: connections are refused until `stop`. Raises ServerError."""
        self._listener = None
        self._bound = self._bind(listen=False)
        _servers.add(self)

    def start(self, loaded: threading.Event | None = None) -> None:
        """Bind, and serve from a thread. Raises ServerError if binding or starting the thread fails.

        Requests that come before `loaded` is set wait for it for a moment and are then handled in any case.
        """
        self.bind()
        try:
            self._join = start_thread(lambda: self._serve(loaded))
        except ServerError:
            self.abandon()
            raise

    def _serve(self, loaded: threading.Event | None) -> None:
        if loaded is not None:
            loaded.wait(limits.LOADING_TIMEOUT)
        self.run(lambda: None)

    def run(self, started: Callable[[], None]) -> None:
        """Serve in this thread until `stop`; call `started` once connections are accepted."""
        if self._listener is None:
            raise RuntimeError("bind the server before it runs")

        def ready() -> None:
            self._started.set()
            started()

        with asyncio.Runner(loop_factory=_new_loop) as runner:
            runner.run(self._listener.serve(ready))

    @property
    def port(self) -> int:
        """The port, once bound the real one."""
        return self._address[1]

    @property
    def url(self) -> str:
        """The server's address, once bound, as a client on this machine writes it: `http://127.0.0.1:7384`.

        It ends with the base path, so that a program that calls the server directly sees the same paths as
        one that calls the proxy.
        """
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{self._host_in_url}:{self.port}{self._base_path}"

    def stop(self) -> None:
        """Accept nothing new, let responses at work go out, and close. Harmless when nothing runs."""
        bound, self._bound = self._bound, None
        if bound is None:
            return
        if self._join is not None and self._listener is not None:
            self._started.wait()
            self.request_stop()
            self._join()
        bound.close()
        _servers.discard(self)

    def request_stop(self) -> None:
        """Have `run` return soon; from any thread or a signal handler."""
        if self._listener is not None and self._started.is_set():
            try:
                self._listener.context.loop.call_soon_threadsafe(self._listener.stop)
            except RuntimeError:
                if not self._listener.context.loop.is_closed():
                    raise

    def abandon(self) -> None:
        """Close the socket and the connections in a forked child: the parent keeps serving.

        As long as a child had them, they would stay open when the parent closes them.
        """
        if self._bound is not None:
            self._bound.close()
            self._bound = None
        if self._listener is not None:
            self._listener.abandon()


def _advice(error: OSError | UnicodeError) -> str:
    """What to do about an address that cannot be bound."""
    code = getattr(error, "errno", None)
    if isinstance(error, socket.gaierror | UnicodeError) or code in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return (
            "Set --host to an address of this machine or its name, without a port: "
            "127.0.0.1 for this machine only, 0.0.0.0 to be reachable from others"
        )
    if code == errno.EADDRINUSE:
        return "Choose another --port, or stop the program that uses it; --port 0 picks a free port"
    if code == errno.EACCES:
        return "Choose a --port of 1024 or higher; --port 0 picks a free port"
    return "Choose another --host or --port; --port 0 picks a free port"


def _new_loop() -> asyncio.AbstractEventLoop:
    """The standard library's loop, whatever policy the user's program has installed."""
    if sys.platform == "win32":
        return asyncio.ProactorEventLoop()
    return ServerLoop()


_servers: WeakSet[Server] = WeakSet()


def _forked() -> None:
    for server in list(_servers):
        server.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
