"""Asking a running mockrevio whether it is ready. Needs no curl, so that any container can do it."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

from mockrevio.errors import ServerError
from mockrevio.settings import Settings

PATIENCE = 3.0
"""Seconds to wait for an answer."""


def check_health(url: str | None, settings: Settings) -> str:
    """A sentence saying that the server at `url` (or where the settings put it) is ready.

    Raises ServerError, saying what is wrong, if it is not.
    """
    url = url or _address(settings)
    try:
        status, body = _get(url, settings.admin_token)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ServerError(f"{url} is not healthy: {error}") from None
    if status != 200:
        raise ServerError(f"{url} is not ready: {status} {body.get('message', '')}")
    return f"{url} is ready: mockrevio {body.get('version')}"


def _address(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 (compared)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _get(url: str, token: str | None) -> tuple[int, dict[str, object]]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("GET", "/__admin/ready", headers=headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()
