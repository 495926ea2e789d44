"""Guards of the admin API against web pages on other sites, DNS rebinding and missing tokens."""

from __future__ import annotations

import hmac

from flask import request

from mockrevio.routes.admin.responses import AdminError
from mockrevio.routes.origins import foreign_host, foreign_page
from mockrevio.routes.responses import worlds

ADMIN_PATH = "/__admin"
QUICK_PATHS = frozenset({f"{ADMIN_PATH}/health", f"{ADMIN_PATH}/ready"})
"""What responds at once whatever else the server is doing, and to everybody."""
PUBLIC_ENDPOINTS = frozenset({"console.page", "console.options", "console.static"})
"""What needs no admin token, because a browser cannot send it with a page load: nothing here has data."""


def check_access() -> None:
    """Raise AdminError if this request may not use the admin API, even if its path does not exist."""
    is_probe = request.path in QUICK_PATHS and request.method in ("GET", "HEAD")
    refusal = None if is_probe else _refusal()
    if refusal is not None:
        raise refusal


def is_trusted() -> bool:
    """Whether this request, a probe, would pass as any other, so that it may see more than a bare status."""
    return _refusal() is None


def _refusal() -> AdminError | None:
    settings = worlds().settings
    sign = foreign_page(request.environ)
    if sign is not None and not _opens_console():
        message = f"web pages of other origins may not use the admin API ({sign})"
        return AdminError(403, "foreign_origin", message)
    name = foreign_host(settings.allow_host)
    if name is not None:
        message = f"the admin API does not accept the host name {name}; allow it with --allow-host {name}"
        return AdminError(403, "foreign_host", message)
    if (
        request.endpoint in PUBLIC_ENDPOINTS
        or settings.admin_token is None
        or _has_token(settings.admin_token)
    ):
        return None
    return AdminError(401, "unauthorized", "send the admin token as Authorization: Bearer TOKEN")


def _opens_console() -> bool:
    """Whether somebody follows a link to the console, which opens as a page of its own."""
    headers = request.headers
    return (
        request.path in (ADMIN_PATH, f"{ADMIN_PATH}/")
        and request.method == "GET"
        and "Origin" not in headers
        and (headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest")) == ("navigate", "document")
    )


def _has_token(token: str) -> bool:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    # WSGI decodes headers as Latin-1. HTTP strips spaces around them, so spaces around a token never count.
    matches = hmac.compare_digest(credentials.strip().encode("latin-1", "replace"), token.strip().encode())
    return matches and scheme.lower() == "bearer"
