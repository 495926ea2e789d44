"""Asking a running mockrevio whether it is ready. Needs no curl, so that any container can do it."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from mockrevio.errors import ServerError, SettingError
from mockrevio.quantities import DURATION_FORM, parse_duration
from mockrevio.settings import Settings
from mockrevio.trust import unverified_context

TIMEOUT = 3.0
"""Seconds to wait for an answer."""

POLL_INTERVAL = 0.1
"""Seconds until a server that was not ready is asked again."""

_LOOPBACK_OF_WILDCARD = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)


class _Target(NamedTuple):
    """Where to ask. `name` is the Host to ask for, or None for that of the address; `own` needs no proof."""

    scheme: str
    host: str
    port: int | None
    name: str | None = None
    own: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port is None else f":{self.port}")


def check_health(url: str | None, settings: Settings) -> str:
    """A sentence saying that the server at `url` (or where the settings put it) is ready.

    Raises ServerError, saying what is wrong, if it is not, SettingError for a `url` that is none.
    """
    target = _target_from_settings(settings) if url is None else _parse_url(url)
    try:
        status, body = _get(target, settings.admin_token)
    except (OSError, http.client.HTTPException) as error:
        raise ServerError(f"{target} does not answer: {_reason(error)}") from None
    except ValueError:
        raise ServerError(f"{target} answers, but is no mockrevio") from None
    if status != 200:
        raise ServerError(f"{target} is not ready: {status} {body.get('message', '')}".rstrip())
    if "version" not in body:
        raise ServerError(f"{target} answers, but is no mockrevio")
    return f"{target} is ready: mockrevio {body['version']}"


def wait_until_healthy(url: str | None, settings: Settings, wait: str) -> str:
    """As `check_health`, again and again for as long as `wait` (`30s`) says, until it is ready."""
    try:
        until = time.monotonic() + parse_duration(wait)
    except ValueError:
        raise SettingError(f"--wait: {wait!r} is not allowed; it takes {DURATION_FORM}") from None
    while True:
        try:
            return check_health(url, settings)
        except ServerError:
            if time.monotonic() > until:
                raise
        time.sleep(POLL_INTERVAL)


def _target_from_settings(settings: Settings) -> _Target:
    """Where these settings put a server. Its own name is no matter: the admin side is open to localhost."""
    if settings.port == 0:
        raise ServerError("the port is 0, so the server picked one: give its address with --url")
    host = _LOOPBACK_OF_WILDCARD.get(settings.host, settings.host)
    secure = settings.tls != "off" or settings.tls_cert is not None
    return _Target("https" if secure else "http", host, settings.port, "localhost", own=True)


def _parse_url(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return _Target(parts.scheme, parts.hostname, parts.port)
    except ValueError:  # a port that is no number, an IPv6 address without its bracket
        pass
    raise SettingError(f"--url: {url!r} is not allowed; it takes http://HOST:PORT")


def _connection(target: _Target) -> http.client.HTTPConnection:
    if target.scheme != "https":
        return http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT)
    context = unverified_context() if target.own else None
    return http.client.HTTPSConnection(target.host, target.port, timeout=TIMEOUT, context=context)


def _get(target: _Target, token: str | None) -> tuple[int, dict[str, Any]]:
    connection = _connection(target)
    try:
        headers = {"Accept": "application/json"}
        if target.name:
            headers["Host"] = target.name
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection.request("GET", "/__admin/ready", headers=headers)
        response = connection.getresponse()
        body = json.loads(response.read())
    finally:
        connection.close()
    if not isinstance(body, dict):
        raise ValueError(body)  # noqa: TRY004 (as for a body that is no JSON)
    return response.status, body


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing within {TIMEOUT:g} seconds"
    text = error.strerror if isinstance(error, OSError) else None
    return text or str(error) or type(error).__name__
