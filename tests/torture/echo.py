"""mockrevio's HTTP server with an app that says what it was called with: `python -m tests.torture.echo`.

Prints its address. Every response is a JSON list: how many calls the app has had, and method, path, query
and body of this one. The body is null if it broke off.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from mockrevio.errors import ApiError
from mockrevio.server import Server


class Echo:
    """Responds with what it was called with."""

    cooperative = True

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.calls += 1
        status = "200 OK"
        try:
            body = environ["wsgi.input"].read().decode("latin-1")
        except ApiError:
            body, status = None, "400 Bad Request"
        start_response(status, [])
        seen = [environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"], body]
        return [json.dumps([self.calls, *seen]).encode()]

    def body_limit(self, path: str) -> int:
        """How many bytes of a body are wanted at this path."""
        del path
        return 100_000


if __name__ == "__main__":
    server = Server(Echo(), "127.0.0.1", 0)
    server.bind()
    print(server.url, flush=True)
    server.run(lambda: None)
