"""A client of the admin API that uses only the standard library."""

from __future__ import annotations

import json
from typing import Any, Self
from urllib.parse import quote, urlencode

from mockrevio.errors import AdminCallRefused, ServerError
from mockrevio.testing.handle.transports import Transport

__tracebackhide__ = True  # a failure points at the line of the test

Record = dict[str, Any]


class AdminClient:
    """The admin API of one server, scoped to the world of a client code if `client` is given."""

    def __init__(self, transport: Transport, *, client: str | None = None, token: str | None = None) -> None:
        self.transport = transport
        self._client = client
        self._token = token

    def over(self, transport: Transport) -> AdminClient:
        """A client of the same world by another transport."""
        return AdminClient(transport, client=self._client, token=self._token)

    def with_world(self) -> Self:
        """This client, after creating the world of its client code if there is none: reading creates none."""
        if self._client is not None:
            self.call("PATCH", "settings", {})
        return self

    def get(self, path: str, **query: str) -> Any:
        """The JSON response to a GET of `/__admin/<path>`. Raises what `call` raises."""
        return self.call("GET", path, query=query)

    def verify(self, path: str, query: Record) -> AdminCallRefused | None:
        """Ask `/__admin/<path>/verify`, and return why the verification failed; None if it did not.

        Raises what `call` raises for anything else.
        """
        try:
            self.call("POST", f"{path}/verify", query)
        except AdminCallRefused as error:
            if error.code not in ("not_verified", "not_provable"):
                raise
            return error
        return None

    def call(self, method: str, path: str, body: object = None, query: dict[str, str] | None = None) -> Any:
        """Send a request to `/__admin/<path>` and return the JSON response.

        Raises AdminCallRefused for an error response, ServerError if the server does not respond or the
        response is not JSON.
        """
        parameters = {**(query or {}), **({} if self._client is None else {"client": self._client})}
        target = f"/__admin/{quote(path)}" + (f"?{urlencode(parameters)}" if parameters else "")
        data = None if body is None else json.dumps(body).encode("ascii")
        headers = {"Content-Type": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        status, text = self.transport.send(method, target, data, headers)
        try:
            response = json.loads(text)
        except ValueError:
            raise ServerError(
                f"{self.transport.base_url} responded to {method} {target} with {status} and a body that is "
                "not JSON"
            ) from None
        if status >= 400:
            from mockrevio.testing.handle.advice import explanation_in_python  # errors only

            body = response if isinstance(response, dict) else {}
            raise AdminCallRefused(status, {**body, "message": explanation_in_python(body, "message")})
        return response
