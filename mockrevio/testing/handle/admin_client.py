"""A client of the admin API that uses only the standard library."""

from __future__ import annotations

import http.client
import json
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from mockrevio.errors import AdminCallRefused, ServerError
from mockrevio.trust import unverified_context

__tracebackhide__ = True  # a failure points at the line of the test

TIMEOUT = 90.0
"""Seconds to wait for a response; verifying requests may take a minute."""


class AdminClient:
    """The admin API of one server, scoped to the world of a client code if `client` is given.

    Pass `verify=False` to accept any TLS certificate, for a server in this process.
    """

    def __init__(
        self, base_url: str, *, client: str | None = None, token: str | None = None, verify: bool = True
    ) -> None:
        self._verify = verify
        self.base_url = base_url.rstrip("/")
        self._parts = urlsplit(self.base_url)
        self._client = client
        self._token = token

    def with_world(self) -> Self:
        """This client, after creating the world of its client code if there is none: reading creates none."""
        if self._client is not None:
            self.call("PATCH", "settings", {})
        return self

    def get(self, path: str, **query: str) -> Any:
        """The JSON response to a GET of `/__admin/<path>`. Raises what `call` raises."""
        return self.call("GET", path, query=query)

    def call(self, method: str, path: str, body: object = None, query: dict[str, str] | None = None) -> Any:
        """Send a request to `/__admin/<path>` and return the JSON response.

        Raises AdminCallRefused for an error response, ServerError if the server does not respond or the
        response is not JSON.
        """
        parameters = {**(query or {}), **({} if self._client is None else {"client": self._client})}
        target = f"{self._parts.path}/__admin/{quote(path)}" + (
            f"?{urlencode(parameters)}" if parameters else ""
        )
        data = None if body is None else json.dumps(body).encode("ascii")
        try:
            status, text = self._send(method, target, data)
        except (OSError, http.client.HTTPException) as error:
            raise ServerError(f"{self.base_url} does not respond to {method} {target}: {error!r}") from error
        try:
            response = json.loads(text)
        except ValueError:
            raise ServerError(
                f"{self.base_url} responded to {method} {target} with {status} and a body that is not JSON"
            ) from None
        if status >= 400:
            raise AdminCallRefused(status, response if isinstance(response, dict) else {})
        return response

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme != "https":
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        context = None if self._verify else unverified_context()
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
