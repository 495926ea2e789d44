"""How the calls of a handle reach the admin API: within this process, or by HTTP."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

from mockrevio.errors import ServerError
from mockrevio.scheduling import WsgiApp
from mockrevio.testing.handle.call_threads import CallThreads
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
    """Sends requests over connections of their own, and never through a proxy.

    Pass `verify=False` to accept any TLS certificate, for a server in this process.
    """

    def __init__(self, base_url: str, *, verify: bool = True) -> None:
        self.base_url = base_url.rstrip("/")
        self._verify = verify
        self._parts = urlsplit(self.base_url)

    def send(
        self, method: str, target: str, data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Send a request, and return status and body of the response."""
        connection = self._connection()
        try:
            connection.request(method, f"{self._parts.path}{target}", data, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise ServerError(f"{self.base_url} does not respond to {method} {target}: {error!r}") from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme != "https":
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        context = None if self._verify else unverified_context()
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=context)


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
