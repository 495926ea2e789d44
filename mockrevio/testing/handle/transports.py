"""How the calls of a handle reach the admin API: within this process, or by HTTP."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

from mockrevio.errors import ServerError
from mockrevio.real_sockets import Socket, getaddrinfo
from mockrevio.scheduling import WsgiApp
from mockrevio.testing.handle.call_threads import CallThreads
from mockrevio.threads import threads_are_greenlets
from mockrevio.trust import unverified_context

__tracebackhide__ = True  # a failure points at the line of the test

TIMEOUT = 90.0
"""Seconds to wait for a response; verifying requests may take a minute."""


class Transport(Protocol):
    """A way to a server."""

    base_url: str
    """The server's address, without a slash at the end."""

    def send(
        self, method: str, target: str, data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Send a request, and return status and body of the response. Raises ServerError."""


class HttpTransport:
    """Sends requests over connections of its own, never through a proxy.

    It uses neither `http.client` nor the `socket.socket` of the moment, which libraries replace to record,
    answer or forbid the calls of the code under test. Pass `verify=False` to accept any TLS certificate, for
    a server in this process.
    """

    def __init__(self, base_url: str, *, verify: bool = True) -> None:
        self.base_url = base_url.rstrip("/")
        self._verify = verify
        parts = urlsplit(self.base_url)
        self._secure = parts.scheme == "https"
        self._path = parts.path
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._secure else 80)

    def send(
        self, method: str, target: str, data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Send a request, and return status and body of the response."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        all_headers = {
            "Host": f"{host}:{self._port}",
            "Connection": "close",
            "Content-Length": str(len(data or b"")),
            **headers,
        }
        lines = [f"{name}: {text}\r\n" for name, text in all_headers.items()]
        head = f"{method} {self._path}{target} HTTP/1.1\r\n{''.join(lines)}\r\n"
        try:
            with self._connect() as connection:
                connection.sendall(head.encode("latin-1") + (data or b""))
                response = HTTPResponse(connection, method=method)
                response.begin()
                return response.status, response.read()
        except (OSError, HTTPException) as error:
            raise ServerError(f"{self.base_url} does not respond to {method} {target}: {error!r}") from error

    def _connect(self) -> socket.socket:
        connection = self._open()
        if not self._secure:
            return connection
        import ssl

        context = ssl.create_default_context() if self._verify else unverified_context()
        return context.wrap_socket(connection, server_hostname=self._host)

    def _open(self) -> socket.socket:
        if threads_are_greenlets():  # a socket of Python's own would stop all of them
            return socket.create_connection((self._host, self._port), TIMEOUT)
        failure = OSError(f"{self._host} has no address")
        for family, kind, protocol, _, address in getaddrinfo(self._host, self._port, 0, socket.SOCK_STREAM):
            connection: socket.socket = Socket(family, kind, protocol)
            connection.settimeout(TIMEOUT)
            try:
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure


class InProcessTransport:
    """Calls the app of a server in this process directly.

    What replaces Python's sockets or HTTP clients in a test, to record or to forbid calls, does not concern
    these. The app runs in another thread than the test: an exception that a signal raises in the main thread,
    as a timeout of pytest-timeout does, must not break off a write in the middle.
    """

    def __init__(self, app: WsgiApp, base_url: str) -> None:
        self.base_url = base_url
        self._app = app
        self._threads = CallThreads()
        parts = urlsplit(base_url)
        self._environ = {
            "SCRIPT_NAME": "",
            "SERVER_NAME": parts.hostname or "",
            "SERVER_PORT": str(parts.port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/json",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }

    def send(
        self, method: str, target: str, data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Send a request, and return status and body of the response."""
        path, _, query = target.partition("?")
        environ = {
            **self._environ,
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(data or b"")),
            "wsgi.input": BytesIO(data or b""),
            "wsgi.errors": sys.stderr,
            **{f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()},
        }
        return self._threads.run(lambda: self._call(environ))

    def _call(self, environ: dict[str, Any]) -> tuple[int, bytes]:
        statuses: list[str] = []
        response = self._app(environ, lambda status, *_: statuses.append(status))
        try:
            body = b"".join(response)
        finally:
            close = getattr(response, "close", None)
            if close is not None:
                close()
        return int(statuses[-1].partition(" ")[0]), body

    def close(self) -> None:
        """Let the threads end."""
        self._threads.close()
