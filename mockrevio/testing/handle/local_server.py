"""The server that a `MockRevio` runs in its own process."""

from __future__ import annotations

import ssl
from typing import Self

from mockrevio.app import create_app
from mockrevio.routes.mock_app import MockApp
from mockrevio.server import Server, tls_context
from mockrevio.settings import Settings
from mockrevio.testing.handle.transports import HttpTransport, InProcessTransport, Transport
from mockrevio.threads import threads_are_greenlets

__tracebackhide__ = True  # a failure points at the line of the test


class LocalServer:
    """A running app and its server, which may be down for a while."""

    def __init__(self, app: MockApp, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self._app = app
        self._settings = settings
        self._tls = tls
        self._server = Server.from_settings(app, settings, tls)
        self._server.start()
        self._is_up = True
        self.url = self._server.url
        """The address of the server, also while it is down."""
        # Greenlets share locks with the server, which runs in a real thread, only by chance.
        self._in_process = None if threads_are_greenlets() else InProcessTransport(app, self.url)

    @classmethod
    def start(cls, settings: Settings, client: str) -> Self:
        """Start a server with these settings, and with the world of a client code.

        Raises ServerError, FixtureError or StorageError.
        """
        tls = tls_context(settings)
        app = create_app(settings)
        try:
            app.worlds.for_client(client)  # reading creates no world
            return cls(app, settings, tls)
        except BaseException:
            app.close()
            raise

    @property
    def transport(self) -> Transport:
        """The way of the handle's calls to the app."""
        return self._in_process or HttpTransport(self.url, verify=False)

    def down(self) -> None:
        """Close all connections and refuse further ones, but keep the port."""
        if self._is_up:
            self._is_up = False
            self._server.stop()
            self._server.reserve()

    def up(self) -> None:
        """Serve again. Raises ServerError if the port cannot be had any more."""
        if not self._is_up:
            self._server.stop()
            port = self._server.port
            self._server = Server.from_settings(self._app, self._settings, self._tls, port=port)
            self._server.start()
            self._is_up = True

    def stop(self) -> None:
        """Stop the server, then close the app."""
        try:
            self._server.stop()
        finally:
            if self._in_process is not None:
                self._in_process.close()
            self._app.close()
