"""The server that a `MockRevio` runs in its own process."""

from __future__ import annotations

from typing import NamedTuple, Self

from mockrevio.app import create_app
from mockrevio.routes.mock_app import MockApp
from mockrevio.server import Server, tls_context
from mockrevio.settings import Settings

__tracebackhide__ = True  # a failure points at the line of the test


class LocalServer(NamedTuple):
    """A running server and its app."""

    app: MockApp
    server: Server

    @classmethod
    def start(cls, settings: Settings, client: str) -> Self:
        """Start a server with these settings, and with the world of a client code.

        Raises ServerError, FixtureError or StorageError.
        """
        tls = tls_context(settings)
        app = create_app(settings)
        server = Server.from_settings(app, settings, tls)
        try:
            app.worlds.for_client(client)  # reading creates no world
            server.start()
        except BaseException:
            app.close()
            raise
        return cls(app, server)

    @property
    def url(self) -> str:
        """The address of the server."""
        return self.server.url

    def stop(self) -> None:
        """Stop the server, then close the app."""
        self.server.stop()
        self.app.close()
