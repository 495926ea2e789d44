"""A real HTTP server around the app: cheroot, one thread per call in progress. docs/server.md says why."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, cast

import cheroot.server
from cheroot import wsgi

from mockrevio import __version__
from mockrevio.app import create_app
from mockrevio.errors import ServerError
from mockrevio.settings import Settings
from mockrevio.wire.transfer import PIECE, ChunkedBody, SizedBody

THREADS = 256
"""How many calls are worked on at once: a test may well hold two hundred of them back for seconds."""

BACKLOG = 1024
"""How many connections may wait to be accepted."""

STOP_SECONDS = 5
"""How long calls in progress may take to end when the server stops."""

LARGEST_HEAD = 64 * 1024
"""Bytes of a request line and its headers; more is refused with 414 or 413."""

LINGER_SECONDS = 2
"""How long a client may go on sending a body that is refused unread, before its connection is cut."""

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Server:
    """Serves a WSGI app from a thread of its own. The port is bound from `start` on."""

    def __init__(self, app: WsgiApp, host: str, port: int) -> None:
        self._server = _Cheroot(
            (host, port),
            app,
            numthreads=THREADS,
            server_name=f"mockrevio/{__version__}",
            request_queue_size=BACKLOG,
            shutdown_timeout=STOP_SECONDS,
        )
        self._server.max_request_header_size = LARGEST_HEAD
        # Connections are cheap, and a test suite may keep hundreds of them alive.
        self._server.keep_alive_conn_limit = None  # type: ignore[assignment]  # None is cheroot's "no limit"
        # How long a stop waits for the loop that accepts connections to look up.
        self._server.expiration_interval = 0.1
        self._thread = threading.Thread(target=self._server.serve, name="mockrevio-server", daemon=True)

    def start(self) -> None:
        """Bind the port and answer from now on; ServerError if the address cannot be had."""
        host, port = self._server.bind_addr
        try:
            self._server.prepare()
        except OSError as error:
            cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
            raise ServerError(
                f"cannot listen on {host} port {port}: {cause.strerror or error}. "
                "Choose another with --port (0 picks a free one)"
            ) from None
        self._thread.start()

    @property
    def port(self) -> int:
        """The port really bound."""
        return int(cast("tuple[str, int]", self._server.bind_addr)[1])

    @property
    def url(self) -> str:
        """The server's address as a client on this machine writes it: `http://127.0.0.1:7384`."""
        host = str(cast("tuple[str, int]", self._server.bind_addr)[0])
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared, not bound)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def stop(self) -> None:
        """Accept nothing new, let calls in progress end, and close. Harmless when nothing runs."""
        self._server.stop()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)


class _Headers(cheroot.server.HeaderReader):
    """Headers in the spelling that cheroot compares them with: it does so letter by letter."""

    def __call__(self, rfile: Any, hdict: Any = None) -> Any:
        """Read them; a ValueError is answered with 400."""
        headers = super().__call__(rfile, hdict)
        if not headers.get(b"Content-Length", b"0").isdigit():
            raise ValueError("Malformed Content-Length Header.")
        options = [each.strip() for each in headers.get(b"Connection", b"").lower().split(b",")]
        for option, spelling in ((b"keep-alive", b"Keep-Alive"), (b"close", b"close")):
            if option in options:
                headers[b"Connection"] = spelling
        if b"Expect" in headers:
            headers[b"Expect"] = headers[b"Expect"].lower()
        return headers


class _RequestLine:
    """A request line in the form that cheroot can take, and what was taken off it for that.

    cheroot knows ASCII alone, where curl sends raw UTF-8; and it takes the first part of `//v1/Customers`
    (a base address that ends in a slash) for the name of a host.
    """

    def __init__(self, lines: Any) -> None:
        self._lines = lines
        self.slashes = b""

    def readline(self) -> bytes:
        """The line, without doubled slashes at the path's beginning and escaped."""
        line = re.sub(rb"[\x80-\xff]", lambda found: b"%%%02X" % ord(found[0]), self._lines.readline())
        if doubled := re.match(rb"(\S+ )(/+)/", line):
            self.slashes = doubled[2]
            line = doubled[1] + line[doubled.end() - 1 :]
        return line


class _Request(cheroot.server.HTTPRequest):
    """One call. A body that nobody read never spoils the next call on its connection."""

    header_reader = _Headers()

    def read_request_line(self) -> bool:
        """Read it; a client's mistake in it is answered with 400."""
        lines, self.rfile = self.rfile, _RequestLine(self.rfile)
        try:
            understood = bool(super().read_request_line())  # type: ignore[no-untyped-call]  # cheroot's stubs
            if understood:
                self.path = self.rfile.slashes + self.path
        except ValueError:
            self.simple_response("400 Bad Request", "Malformed Request-Line")
            return False
        finally:
            self.rfile = lines
        return understood

    def respond(self) -> None:
        """Have the app answer; then, if the body is too much to drain, let the client read the answer."""
        if self.chunked_read:
            self.rfile = ChunkedBody(self.conn.rfile)
        else:
            self.rfile = SizedBody(self.conn.rfile, int(self.inheaders.get(b"Content-Length", 0)))
            # HTTP/1.0 knows no chunks, so nobody can say where such a body ends.
            self.close_connection |= b"Transfer-Encoding" in self.inheaders
        self._drained = True
        self.server.gateway(self).respond()
        self.ensure_headers_sent()
        if self.chunked_write:
            self.conn.wfile.write(b"0\r\n\r\n")
        if not self._drained:
            self._linger()

    def send_headers(self) -> None:
        """Take the rest of the body off the connection before the answer: some clients read only then."""
        self._drained = self.rfile.drain()
        self.close_connection |= not self._drained
        super().send_headers()

    def _linger(self) -> None:
        """Closing on bytes that were never read resets the connection, and the answer is lost."""
        until = time.monotonic() + LINGER_SECONDS
        with suppress(OSError):
            self.conn.socket.shutdown(socket.SHUT_WR)
            self.conn.socket.settimeout(LINGER_SECONDS)
            while time.monotonic() < until and self.conn.socket.recv(PIECE):
                pass


class _Connection(cheroot.server.HTTPConnection):
    RequestHandlerClass = _Request


class _Gateway(wsgi.Gateway_10):
    def get_environ(self) -> Any:
        """Where the server listens; cheroot gives its product name instead, no address for a Location."""
        environ = super().get_environ()  # type: ignore[no-untyped-call]  # cheroot has no types here
        environ["SERVER_NAME"] = self.req.server.bind_addr[0]
        return environ


class _Cheroot(wsgi.Server):
    """cheroot, quiet about clients that go away: tests do that all the time."""

    ConnectionClass = _Connection

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.gateway = _Gateway

    @staticmethod
    def bind_socket(socket_: Any, bind_addr: Any) -> Any:
        """Bind, or else close: cheroot forgets a socket that could not be bound."""
        try:
            return wsgi.Server.bind_socket(socket_, bind_addr)  # type: ignore[no-untyped-call]  # no types
        except OSError:
            socket_.close()
            raise

    def process_conn(self, conn: Any) -> None:
        """Let a new connection wait for its first byte where it costs no thread and delays no stop."""
        if conn.last_used is None:
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Report what is worth a person's attention."""
        if level > logging.INFO:
            super().error_log(msg, level, traceback)
            sys.stderr.flush()


def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM, then let calls end and fold the log into the data file.

    Raises ServerError, FixtureError or a StorageError if it cannot start.
    """
    stopped = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stopped.set())
    app = create_app(settings, load=False)
    server = Server(app, settings.host, settings.port)
    server.start()
    try:
        app.open()
        print(_start_line(server.url, settings), flush=True)
        while not stopped.wait(0.5):  # Windows wakes no thread that waits without end
            pass
    finally:
        server.stop()
        app.close()


def _start_line(url: str, settings: Settings) -> str:
    data = "nothing kept" if settings.ephemeral else f"data in {settings.data}{os.sep}"
    return f"mockrevio {__version__} on {url}/v1 ({data}, fixture {', '.join(settings.fixture)})"
