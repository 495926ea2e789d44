"""A tiny receiver of webhooks, so that the console has deliveries to show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from itertools import count
from socketserver import TCPServer

from mockrevio.threads import start_daemon

PATH = "/mockrevio-demo"
"""The path of its URL, by which a later run knows it."""

_FAILURES = 25
"""It rejects every request of this number; the mock retries the notification after 10 seconds."""


class _Handler(BaseHTTPRequestHandler):
    numbers = count(1)

    def do_POST(self) -> None:
        """Accept a notification."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(503 if next(self.numbers) % _FAILURES == 0 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@contextmanager
def receiving() -> Iterator[str]:
    """Receive notifications; the value is the URL. Raises OSError if no port is free."""
    with TCPServer(("127.0.0.1", 0), _Handler) as server:
        start_daemon(lambda: server.serve_forever(poll_interval=0.05), "mockrevio-demo-receiver")
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{PATH}"
        finally:
            server.shutdown()
