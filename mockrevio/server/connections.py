"""cheroot's classes, extended to accept what real clients send and to apply connection faults."""

from __future__ import annotations

import logging
import os
import re
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import cheroot.server
from cheroot import wsgi

from mockrevio.control.faults.effects import CONNECTION_FAULT_KEY, DELAYER_KEY, ConnectionFault
from mockrevio.server.connection_faults import carry_out
from mockrevio.server.heads import HeadReader
from mockrevio.server.hung_connections import HungConnections
from mockrevio.server.streams import make_file
from mockrevio.server.transfer import PIECE, ChunkedBody, SizedBody
from mockrevio.server.workers import Workers

LINGER_SECONDS = 2
"""How long a client may keep sending a body that was rejected unread before the connection is cut."""

FEW_WORKERS = 32
"""With fewer free workers than this, delays end early for clients that have hung up."""

LOOK_SECONDS = 0.25
"""How often a worker that delays a request checks whether to continue."""

_AT_ONCE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""SO_LINGER, on, 0 seconds: closing then sends RST and discards unsent data."""


class _RequestLine:
    """Rewrites a request line into a form that cheroot accepts; `slashes` holds what was removed.

    cheroot accepts only ASCII, but curl sends raw UTF-8. And in `//v1/Customers` (from a base URL that ends
    in a slash), cheroot takes the first part for a host name.
    """

    def __init__(self, lines: Any) -> None:
        self._lines = lines
        self.slashes = b""

    def readline(self) -> bytes:
        """Return the line, percent-encoded and with a single slash at the start of the path."""
        line: bytes = self._lines.readline()
        if not line.isascii():
            line = re.sub(rb"[\x80-\xff]", lambda found: b"%%%02X" % ord(found[0]), line)
        if doubled := re.match(rb"(\S+ )(/+)/", line):
            self.slashes = doubled[2]
            line = doubled[1] + line[doubled.end() - 1 :]
        return line


class _Request(cheroot.server.HTTPRequest):
    """One request. An unread body never corrupts the next request on the connection."""

    header_reader = HeadReader()

    def read_request_line(self) -> bool:
        """Read the request line; respond with 400 if it is malformed."""
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
        """Run the app; if the body is too large to drain, give the client time to read the response."""
        if self.chunked_read:
            self.rfile = ChunkedBody(self.conn.rfile)
        else:
            self.rfile = SizedBody(self.conn.rfile, int(self.inheaders.get(b"Content-Length", 0)))
            # HTTP/1.0 has no chunked encoding, so the end of such a body is unknown.
            self.close_connection |= b"Transfer-Encoding" in self.inheaders
        self._drained = True
        self.conn.wfile.held = True
        try:
            self.server.gateway(self).respond()
            self.ensure_headers_sent()
            if self.chunked_write:
                self.conn.wfile.write(b"0\r\n\r\n")
        finally:
            self.conn.wfile.release()
        if not self._drained:
            self._linger()

    def send_headers(self) -> None:
        """Drain the request body first: some clients read the response only after sending all of it."""
        self._drained = self.rfile.drain()
        self.close_connection |= not self._drained
        super().send_headers()

    def _linger(self) -> None:
        """Keep reading for a while: closing with unread bytes sends RST, which can destroy the response."""
        until = time.monotonic() + LINGER_SECONDS
        with suppress(OSError):
            self.conn.socket.shutdown(socket.SHUT_WR)
            self.conn.socket.settimeout(LINGER_SECONDS)
            while time.monotonic() < until and self.conn.socket.recv(PIECE):
                pass


class _Connection(cheroot.server.HTTPConnection):
    """A connection that a worker can hand over as a hung connection, or reset."""

    RequestHandlerClass = _Request
    held = False
    linger = False
    greeted = False

    def __init__(self, server: Any, sock: Any, makefile: Any) -> None:
        super().__init__(server, sock, make_file if server.ssl_adapter is None else makefile)

    def communicate(self) -> Any:
        """Serve a request and those that follow promptly; return whether to keep the connection.

        Over TLS, does the handshake first.
        """
        try:
            while self._communicate():
                if not self.rfile.has_data() and not self.server.requests.await_next(self.socket):
                    return True
            return False
        finally:
            self.server.requests.done()

    def _communicate(self) -> Any:
        if not self.greeted:
            tls = self.server.ssl_adapter
            if tls is not None and not tls.greet(self.socket):
                return False
            self.greeted = True
        return super().communicate()  # type: ignore[no-untyped-call]  # cheroot has no types here

    def close(self) -> None:
        """Close the connection unless it is held as a hung connection."""
        if not self.held:
            self.let_go()

    def let_go(self) -> None:
        """Close the connection even if held. The worker that handed it over may not be done with it yet."""
        super().close()
        with suppress(OSError):  # unsent data is lost; without this, freeing the file would try again
            self.wfile.close()

    @property
    def gone(self) -> bool:
        """Whether the client hung up or shut down its sending side. For the connection's worker only."""
        timeout = self.socket.gettimeout()
        self.socket.settimeout(0)
        try:
            # The plain socket's method: that of a TLS socket cannot peek.
            return not socket.socket.recv(self.socket, 1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.socket.settimeout(timeout)

    def reset(self) -> None:
        """Close the connection with RST, as a machine does after a crash and restart."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.socket.close()
        self.linger = True  # cheroot then leaves the socket alone


class _CancellableDelay:
    """A delay that ends early when the server stops or, with few workers free, when the client hangs up.

    Otherwise clients that give up on slow requests and retry would soon occupy all workers.
    """

    def __init__(self, server: Cheroot, connection: _Connection) -> None:
        self._server = server
        self._connection = connection

    def wait(self, seconds: float) -> bool:
        """Wait for `seconds`; return whether the wait ended early."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._server.stopping.wait(min(left, LOOK_SECONDS)):
                return True
            if self._server.requests.spare < FEW_WORKERS and self._connection.gone:
                return True
        return False


class _Gateway(wsgi.Gateway_10):
    def get_environ(self) -> Any:
        """Set SERVER_NAME to the listening address.

        cheroot sets it to the product name, which is useless in a Location header.
        """
        environ = super().get_environ()  # type: ignore[no-untyped-call]  # cheroot has no types here
        environ["SERVER_NAME"] = self.req.server.bind_addr[0]
        environ[DELAYER_KEY] = _CancellableDelay(self.req.server, self.req.conn)
        return environ

    def respond(self) -> None:
        """Send the app's response, or apply the connection fault that the app requested."""
        response = self.req.server.wsgi_app(self.env, self.start_response)
        try:
            delivery: ConnectionFault | None = self.env.get(CONNECTION_FAULT_KEY)
            if delivery is not None:
                self.req.conn.wfile.release()  # faults write to the connection directly
                server = self.req.server
                carry_out(delivery, self.req, b"".join(response), server.keeper, self.env[DELAYER_KEY])
                return
            for chunk in filter(None, response):
                self.write(chunk)
        finally:
            if hasattr(response, "close"):
                response.close()


class Cheroot(wsgi.Server):
    """cheroot's server, without log lines about clients that hang up, which tests do all the time."""

    ConnectionClass = _Connection

    def __init__(self, *arguments: Any, workers: int, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.requests = Workers(self, workers)
        self.gateway = _Gateway
        self.keeper = HungConnections()
        self.stopping = threading.Event()

    @staticmethod
    def bind_socket(socket_: Any, bind_addr: Any) -> Any:
        """Bind the socket and close it on failure, which cheroot does not."""
        try:
            return wsgi.Server.bind_socket(socket_, bind_addr)  # type: ignore[no-untyped-call]  # no types
        except OSError:
            socket_.close()
            raise

    def process_conn(self, conn: Any) -> None:
        """Let a new connection wait for its first byte without occupying a thread or delaying a stop."""
        if conn.last_used is None:
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Log only what is above level INFO."""
        if level > logging.INFO:
            super().error_log(msg, level, traceback)
            sys.stderr.flush()
