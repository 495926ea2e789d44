"""cheroot's parts, made to take what real clients send, and to deliver answers as faults have it."""

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
"""How long a client may go on sending a body that is refused unread, before its connection is cut."""

FEW_WORKERS = 32
"""With fewer to spare, no worker waits any longer for a call whose client has gone."""

LOOK_SECONDS = 0.25
"""How often a worker that holds a call back looks whether it should go on doing so."""

_AT_ONCE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""SO_LINGER, on, for no time: closing then sends RST, and what was not sent yet is thrown away."""


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
        line: bytes = self._lines.readline()
        if not line.isascii():
            line = re.sub(rb"[\x80-\xff]", lambda found: b"%%%02X" % ord(found[0]), line)
        if doubled := re.match(rb"(\S+ )(/+)/", line):
            self.slashes = doubled[2]
            line = doubled[1] + line[doubled.end() - 1 :]
        return line


class _Request(cheroot.server.HTTPRequest):
    """One call. A body that nobody read never spoils the next call on its connection."""

    header_reader = HeadReader()

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
    """A connection that a worker may leave to the keeper, or reset."""

    RequestHandlerClass = _Request
    held = False
    linger = False
    greeted = False

    def __init__(self, server: Any, sock: Any, makefile: Any) -> None:
        super().__init__(server, sock, make_file if server.ssl_adapter is None else makefile)

    def communicate(self) -> Any:
        """Answer a call, over TLS after the handshake, and those that follow at once; whether it is kept."""
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
        """Close it, unless it is the keeper's."""
        if not self.held:
            self.let_go()

    def let_go(self) -> None:
        """Close it, as the keeper does. The worker that handed it over may still be on its way out."""
        super().close()
        with suppress(
            OSError
        ):  # what could not be sent is lost, and need not be tried again when it is freed
            self.wfile.close()

    @property
    def gone(self) -> bool:
        """Whether the client hung up, or at least says nothing more. For the worker that has it."""
        timeout = self.socket.gettimeout()
        self.socket.settimeout(0)
        try:
            # The plain socket's method also where TLS lies above, whose own cannot peek.
            return not socket.socket.recv(self.socket, 1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.socket.settimeout(timeout)

    def reset(self) -> None:
        """Close it with RST, as a machine that crashed and came back would."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.socket.close()
        self.linger = True  # cheroot then leaves the socket alone


class _CancellableDelay:
    """Holds a call back: not once the server stops, nor, when workers grow few, once its client is gone.

    Otherwise clients that give up early on slow calls, and try again, would soon use up all workers.
    """

    def __init__(self, server: Cheroot, connection: _Connection) -> None:
        self._server = server
        self._connection = connection

    def wait(self, seconds: float) -> bool:
        """Wait; whether that ended early."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._server.stopping.wait(min(left, LOOK_SECONDS)):
                return True
            if self._server.requests.spare < FEW_WORKERS and self._connection.gone:
                return True
        return False


class _Gateway(wsgi.Gateway_10):
    def get_environ(self) -> Any:
        """Where the server listens; cheroot gives its product name instead, no address for a Location."""
        environ = super().get_environ()  # type: ignore[no-untyped-call]  # cheroot has no types here
        environ["SERVER_NAME"] = self.req.server.bind_addr[0]
        environ[DELAYER_KEY] = _CancellableDelay(self.req.server, self.req.conn)
        return environ

    def respond(self) -> None:
        """Answer as usual, or by the delivery that the app asked for."""
        response = self.req.server.wsgi_app(self.env, self.start_response)
        try:
            delivery: ConnectionFault | None = self.env.get(CONNECTION_FAULT_KEY)
            if delivery is not None:
                self.req.conn.wfile.release()  # a fault has its own way of sending
                server = self.req.server
                carry_out(delivery, self.req, b"".join(response), server.keeper, self.env[DELAYER_KEY])
                return
            for chunk in filter(None, response):
                self.write(chunk)
        finally:
            if hasattr(response, "close"):
                response.close()


class Cheroot(wsgi.Server):
    """cheroot, quiet about clients that go away: tests do that all the time."""

    ConnectionClass = _Connection

    def __init__(self, *arguments: Any, workers: int, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.requests = Workers(self, workers)
        self.gateway = _Gateway
        self.keeper = HungConnections()
        self.stopping = threading.Event()

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
