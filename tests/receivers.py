"""A real HTTP server that receives webhooks, and tells what it got."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

CODE_HEADER = "X-Hook-Secret"


class Received(NamedTuple):
    """A request that came in; header names in lowercase."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The notification in it."""
        event: dict[str, Any] = json.loads(self.body)
        return event


class Receiver:
    """What came in, and what is answered.

    `status` is for all answers, or a function of the request, which may wait. `confirms` returns the code.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.status: int | Callable[[Received], int] = 200
        self.confirms = True
        self.headers: dict[str, str] = {}
        self.url = ""
        self._changed = threading.Condition()

    def take(self, received: Received) -> int:
        """Note a request, and return the status of the answer."""
        status = self.status
        code = status if isinstance(status, int) else status(received)
        with self._changed:
            self.received.append(received)
            self._changed.notify_all()
        return code

    def wait_for(self, count: int, timeout: float = 10) -> list[Received]:
        """Everything received, once that is as much as this."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.received) >= count, timeout), self.received
            return list(self.received)

    def confirmations(self) -> list[Received]:
        """The requests with a code."""
        return [each for each in self.received if CODE_HEADER.lower() in each.headers]

    def events(self) -> list[dict[str, Any]]:
        """The notifications."""
        return [each.event for each in self.received if each.body]

    def wait_for_events(self, count: int, timeout: float = 10) -> list[dict[str, Any]]:
        """The notifications, once there are as many as this."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.events()) >= count, timeout), self.received
            return self.events()


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(self.path, headers, body)
            self.send_response(receiver.take(received))
            if receiver.confirms and CODE_HEADER.lower() in headers:
                self.send_header(CODE_HEADER, headers[CODE_HEADER.lower()])
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

        def handle(self) -> None:
            with suppress(ConnectionError):  # the mock broke off: it was reset or stopped
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()


def eventually(holds: Callable[[], object], timeout: float = 10) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
