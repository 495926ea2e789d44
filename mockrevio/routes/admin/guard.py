"""Guards of the admin API against web pages on other sites, DNS rebinding and missing tokens."""

from __future__ import annotations

import hmac

from flask import request

from mockrevio.routes.admin.responses import AdminError
from mockrevio.routes.origins import foreign_host, foreign_origin
from mockrevio.routes.responses import worlds

ADMIN_PATH = "/__admin"
PUBLIC_ENDPOINTS = frozenset({"console.page", "console.options", "console.static"})
"""What needs no admin token, because a browser cannot send it with a page load: nothing here has data."""


def check_access() -> None:
    """Raise AdminError if this request may not use the admin API, even if its path does not exist."""
    settings = worlds().settings
    origin = foreign_origin()
    if origin is not None:
        raise AdminError(403, "foreign_origin", f"web pages from origin {origin!r} may not use the admin API")
    name = foreign_host(settings.allow_host)
    if name is not None:
        message = f"the admin API does not accept the host name {name}; allow it with --allow-host {name}"
        raise AdminError(403, "foreign_host", message)
    if request.endpoint in PUBLIC_ENDPOINTS:
        return
    if settings.admin_token is not None and not _has_token(settings.admin_token):
        raise AdminError(401, "unauthorized", "send the admin token as Authorization: Bearer TOKEN")


def _has_token(token: str) -> bool:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    # WSGI decodes headers as Latin-1. HTTP strips spaces around them, so spaces around a token never count.
    matches = hmac.compare_digest(credentials.strip().encode("latin-1", "replace"), token.strip().encode())
    return matches and scheme == "Bearer"
