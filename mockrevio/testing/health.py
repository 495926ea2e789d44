"""Health checks for a running mockrevio. They need no curl, so that any container can run them."""

from __future__ import annotations

import http.client
import json
import re
import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from mockrevio import real_time
from mockrevio.errors import ServerError, SettingError
from mockrevio.quantities import DURATION_FORMAT, parse_duration
from mockrevio.settings import Settings
from mockrevio.trust import unverified_context

TIMEOUT = 3.0
"""Seconds to wait for a response."""

POLL_INTERVAL = 0.1
"""Seconds between two attempts."""

_OWN_PATH = re.compile(r"(/v1|/__admin(/health|/ready)?)?/*\Z", re.IGNORECASE)
"""What addresses of the mock end with, after the base path behind a proxy."""

_LOOPBACK_OF_WILDCARD = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)


class _Target(NamedTuple):
    """The server to check.

    `base_path` comes before its paths. `host_header` replaces the Host header of the address. `verify` says
    whether to verify its certificate.
    """

    scheme: str
    host: str
    port: int | None
    base_path: str
    host_header: str | None = None
    verify: bool = True

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.base_path}"


def check_health(url: str | None, settings: Settings) -> str:
    """Check that the server at `url`, or at the address in the settings, is ready. Returns a message.

    Raises ServerError if it is not ready, SettingError if `url` is invalid.
    """
    target = _target_from_settings(settings) if url is None else _parse_url(url)
    try:
        status, body = _get(target, settings.admin_token)
    except (OSError, http.client.HTTPException) as error:
        raise ServerError(f"{target} does not respond: {_reason(error)}") from None
    except ValueError:
        raise ServerError(f"{target} responds, but is not mockrevio") from None
    if status != 200:
        raise ServerError(f"{target} is not ready: {status} {body.get('message', '')}".rstrip())
    if "version" in body:
        return f"{target} is ready: mockrevio {body['version']}"
    # Whoever may not use the admin API, for want of the token or an allowed name, gets a bare status.
    if body.get("ok") is True or body.get("status") == "ok":
        return f"{target} is ready"
    raise ServerError(f"{target} responds, but is not mockrevio")


def wait_until_healthy(url: str | None, settings: Settings, wait: str) -> str:
    """Repeat `check_health` until the server is ready, for at most `wait` (`30s`).

    Raises what `check_health` raises, and SettingError if `wait` is not a duration.
    """
    try:
        deadline = real_time.monotonic() + parse_duration(wait)
    except ValueError:
        raise SettingError(f"--wait: must be {DURATION_FORMAT}, not {wait!r}") from None
    while True:
        try:
            return check_health(url, settings)
        except ServerError:
            if real_time.monotonic() > deadline:
                raise
        time.sleep(POLL_INTERVAL)


def _target_from_settings(settings: Settings) -> _Target:
    """The server that these settings describe. The Host is localhost, which the admin API always accepts."""
    if settings.port == 0:
        raise ServerError("with port 0, the server picks its own port; pass its address with --url")
    host = _LOOPBACK_OF_WILDCARD.get(settings.host, settings.host)
    secure = settings.tls != "off" or settings.tls_cert is not None
    scheme = "https" if secure else "http"
    return _Target(scheme, host, settings.port, settings.base_path, "localhost", verify=False)


def _parse_url(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            base_path = _OWN_PATH.sub("", parts.path)
            return _Target(parts.scheme, parts.hostname, parts.port, base_path)
    except ValueError:  # a port that is not a number, an IPv6 address without a closing bracket
        pass
    raise SettingError(f"--url: must be http://HOST:PORT, not {url!r}")


def _connection(target: _Target) -> http.client.HTTPConnection:
    if target.scheme != "https":
        return http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT)
    context = None if target.verify else unverified_context()
    return http.client.HTTPSConnection(target.host, target.port, timeout=TIMEOUT, context=context)


def _get(target: _Target, token: str | None) -> tuple[int, dict[str, Any]]:
    connection = _connection(target)
    try:
        headers = {"Accept": "application/json"}
        if target.host_header:
            headers["Host"] = target.host_header
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection.request("GET", f"{target.base_path}/__admin/ready", headers=headers)
        response = connection.getresponse()
        body = json.loads(response.read())
    finally:
        connection.close()
    if not isinstance(body, dict):
        raise ValueError(body)  # noqa: TRY004 (as for a body that is not JSON)
    return response.status, body


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no response within {TIMEOUT:g} seconds"
    text = error.strerror if isinstance(error, OSError) else None
    return text or str(error) or type(error).__name__
