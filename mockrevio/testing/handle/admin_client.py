"""Admin calls from Python, with nothing but the standard library."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mockrevio.errors import AdminCallRefused, ServerError
from mockrevio.trust import unverified_context

__tracebackhide__ = True  # what a test did wrong is shown where the test did it

TIMEOUT = 90.0
"""Seconds to wait for an answer; a verification may itself wait for a minute."""


class AdminClient:
    """The admin side of one server, and of one world there if `client` names a client code."""

    def __init__(
        self, base_url: str, *, client: str | None = None, token: str | None = None, own: bool = False
    ) -> None:
        """`own` says that the server is in this process: its certificate needs no proof."""
        self._own = own
        self.base_url = base_url.rstrip("/")
        self._parts = urlsplit(self.base_url)
        self._client = client
        self._token = token

    def get(self, path: str, **query: str) -> Any:
        """The answer to a GET of `/__admin/<path>`."""
        return self.call("GET", path, query=query)

    def call(self, method: str, path: str, body: object = None, query: dict[str, str] | None = None) -> Any:
        """The answer to an admin call, read from JSON.

        Raises AdminCallRefused for an answer that is an error, ServerError if there is no answer.
        """
        parameters = {**(query or {}), **({} if self._client is None else {"client": self._client})}
        target = f"{self._parts.path}/__admin/{quote(path)}" + (
            f"?{urlencode(parameters)}" if parameters else ""
        )
        data = None if body is None else json.dumps(body).encode("ascii")
        try:
            status, text = self._send(method, target, data)
        except (OSError, http.client.HTTPException) as error:
            raise ServerError(f"{self.base_url} does not answer {method} {target}: {error!r}") from error
        try:
            answer = json.loads(text)
        except ValueError:
            raise ServerError(
                f"{self.base_url} answered {method} {target} with {status} and no JSON"
            ) from None
        if status >= 400:
            raise AdminCallRefused(status, answer if isinstance(answer, dict) else {})
        return answer

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme != "https":
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        context = unverified_context() if self._own else None
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=context)

    def _send(self, method: str, target: str, data: bytes | None) -> tuple[int, bytes]:
        connection = self._connection()
        headers = {"Content-Type": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request(method, target, data, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
