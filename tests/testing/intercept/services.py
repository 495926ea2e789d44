"""What an intercepted call must not reach: a service that stands in for the real Rev.io, and proxies.

They are real servers at `localhost`, a name that the operating system resolves without any hook, so they see
a call that leaves.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import trustme

AUTHORITY = trustme.CA()


def client_context() -> ssl.SSLContext:
    """A context that trusts the service."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 50

    def __init__(self, handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.connections = 0
        self.requests: list[str] = []
        self.context = context

    def get_request(self) -> tuple[Any, Any]:
        sock, address = super().get_request()
        self.connections += 1
        return sock, address

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context is None:
            super().finish_request(request, client_address)
            return
        with self.context.wrap_socket(request, server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may go away."""


class _Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _respond(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append(f"{self.command} {self.path}")
        body = b"real"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _respond  # noqa: N815 (names that http.server requires)

    def log_message(self, *args: Any) -> None:
        """Nothing on standard error."""


class _Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_CONNECT(self) -> None:
        self.server.requests.append(f"CONNECT {self.path}")
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as upstream:
            self.send_response(200)
            self.end_headers()
            _tunnel(self.connection, upstream)
        self.close_connection = True

    def do_GET(self) -> None:
        self.server.requests.append(f"GET {self.path}")
        parts = urlsplit(self.path)
        with socket.create_connection((parts.hostname, parts.port)) as upstream:
            upstream.sendall(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
            while data := upstream.recv(65536):
                self.wfile.write(data)
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Nothing on standard error."""


def _tunnel(left: socket.socket, right: socket.socket) -> None:
    def copy(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=copy, args=(right, left), daemon=True)
    back.start()
    copy(left, right)
    back.join(10)


class Running:
    """A server with the address that clients use, and what has reached it."""

    def __init__(self, server: _Server, scheme: str) -> None:
        self._server = server
        self.port = server.server_address[1]
        self.host = f"localhost:{self.port}"
        self.url = f"{scheme}://{self.host}"

    @property
    def connections(self) -> int:
        """How many connections it has accepted."""
        return self._server.connections

    @property
    def requests(self) -> list[str]:
        """The requests so far."""
        return list(self._server.requests)


@contextmanager
def _running(server: _Server, scheme: str) -> Iterator[Running]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    with closing(server.socket):
        yield Running(server, scheme)
        server.shutdown()
        thread.join(10)


@contextmanager
def service(*, tls: bool = True) -> Iterator[Running]:
    """The real service. Its answer to everything is `real`, and it keeps connections open."""
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert("localhost").configure_cert(context)
    with _running(_Server(_Service, context), "https" if tls else "http") as running:
        yield running


@contextmanager
def proxy() -> Iterator[Running]:
    """An HTTP proxy that does as it is asked."""
    with _running(_Server(_Proxy), "http") as running:
        yield running
