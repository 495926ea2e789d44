"""Who may call the admin side: no website, no name rebound to this machine, no one without the token."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from flask import request

from mockrevio.routes.admin.answers import AdminError
from mockrevio.routes.answers import foreign_origin, worlds


def guard() -> None:
    """Raise AdminError for a call from where the admin side is not open to."""
    settings = worlds().settings
    origin = foreign_origin()
    if origin is not None:
        raise AdminError(403, "foreign_origin", f"a page of {origin} may not drive this mock")
    name = _foreign_host(settings.allow_host)
    if name is not None:
        message = f"the admin side is not open to the host name {name}; allow it with --allow-host {name}"
        raise AdminError(403, "foreign_host", message)
    if settings.admin_token is not None and not _has_token(settings.admin_token):
        raise AdminError(401, "unauthorized", "send the admin token as Authorization: Bearer TOKEN")


def _foreign_host(allowed: Collection[str]) -> str | None:
    """The Host of this call, without its port, if it is neither loopback nor allowed."""
    host = request.headers.get("Host")
    if host is None:
        return None  # no browser leaves it out
    try:
        name = (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return host
    return None if _is_loopback(name) or name in {each.lower() for each in allowed} else name


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _has_token(token: str) -> bool:
    sent = request.headers.get("Authorization", "")
    return hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())
