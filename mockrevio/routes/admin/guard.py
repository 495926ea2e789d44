"""Who may call the admin side: no website, no name rebound to this machine, no one without the token."""

from __future__ import annotations

import hmac

from flask import request

from mockrevio.routes.admin.responses import AdminError
from mockrevio.routes.origins import foreign_host, foreign_origin
from mockrevio.routes.responses import worlds

ADMIN_PATH = "/__admin"
PUBLIC_ENDPOINTS = frozenset({"console.page", "console.options", "console.static"})
"""What a browser may fetch without the admin token, which it cannot send: a page without any data."""


def check_access() -> None:
    """Raise AdminError for a call to the admin side, be it to a path that leads nowhere, from where it is
    not open to."""
    settings = worlds().settings
    origin = foreign_origin()
    if origin is not None:
        raise AdminError(403, "foreign_origin", f"a page of {origin} may not drive this mock")
    name = foreign_host(settings.allow_host)
    if name is not None:
        message = f"the admin side is not open to the host name {name}; allow it with --allow-host {name}"
        raise AdminError(403, "foreign_host", message)
    if request.endpoint in PUBLIC_ENDPOINTS:
        return
    if settings.admin_token is not None and not _has_token(settings.admin_token):
        raise AdminError(401, "unauthorized", "send the admin token as Authorization: Bearer TOKEN")


def _has_token(token: str) -> bool:
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    # WSGI hands headers over as Latin-1, whatever they are; blanks at their ends are no part of them.
    right = hmac.compare_digest(sent.strip().encode("latin-1", "replace"), token.strip().encode())
    return right and scheme == "Bearer"
