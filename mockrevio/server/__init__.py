"""An HTTP server around the app: an event loop, and a pool of threads for what may block."""

from mockrevio.server.run import serve_until_stopped
from mockrevio.server.server import Server, tls_context

__all__ = ["Server", "serve_until_stopped", "tls_context"]
