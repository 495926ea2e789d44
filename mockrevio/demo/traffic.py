"""The calls of a story over HTTP, with nothing but the standard library."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

from mockrevio.demo.steps import Answer, Call, Client
from mockrevio.settings import Settings
from mockrevio.trust import unverified_context

TIMEOUT = 5.0
"""Seconds that the clients wait for an answer."""

_CLIENT_CODE = "acme"


class Traffic:
    """Sends calls to the server at `url`, with what its settings demand.

    If only some credentials are accepted, the clients share the first. `subscription_key` is as it is sent.
    """

    def __init__(self, url: str, settings: Settings, subscription_key: str | None = None) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._secure = parts.scheme == "https"
        self._settings = settings
        self._key = subscription_key
        credentials = settings.credentials[:1]
        self._accepted = next((f"{each.login}@{each.client}:{each.password}" for each in credentials), None)
        self._client_code = next((each.client for each in credentials), _CLIENT_CODE)

    def send(self, call: Call) -> Answer:
        """Make a call. The status is None if there was no answer: stories have lost ones."""
        target, headers = call.target, self._headers(call.client)
        if not call.client.login and self._settings.isolate_clients:
            target += f"?client={quote(self._client_code)}"
        data = None
        if call.body is not None:
            data = json.dumps(call.body).encode()
            headers["Content-Type"] = f"application/{'json-patch+json' if call.method == 'PATCH' else 'json'}"
        connection = self._connection()
        try:
            connection.request(call.method, target, data, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            return Answer(None)
        finally:
            connection.close()
        return Answer(response.status, _json(content), _seconds(response.getheader("Retry-After", "")))

    def _headers(self, client: Client) -> dict[str, str]:
        headers = {"User-Agent": client.user_agent, "Accept": "application/json"}
        if not client.login:
            headers["Host"] = "localhost"  # which the admin API always accepts
            if self._settings.admin_token is not None:
                headers["Authorization"] = f"Bearer {self._settings.admin_token}"
            return headers
        credentials = self._accepted or f"{client.login}@{self._client_code}:demo"
        headers["Authorization"] = f"Basic {base64.b64encode(credentials.encode()).decode()}"
        if self._key is not None:
            headers["Ocp-Apim-Subscription-Key"] = self._key
        return headers

    def _connection(self) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT)
        context = unverified_context()
        return http.client.HTTPSConnection(self._host, self._port, timeout=TIMEOUT, context=context)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:  # a fault may send anything
        return None


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else 0.0
