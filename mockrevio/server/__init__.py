"""The HTTP server that runs the app."""

from mockrevio.server.run import serve_until_stopped
from mockrevio.server.server import Server, tls_context

__all__ = ["Server", "serve_until_stopped", "tls_context"]
