"""Guards of the admin API against web pages on other sites, DNS rebinding and missing tokens."""

from __future__ import annotations

import hmac

from flask import request

from mockrevio.revio.wire.auth import split_authorization
from mockrevio.routes.admin.responses import AdminError
from mockrevio.routes.current_worlds import worlds
from mockrevio.routes.origins import foreign_host, foreign_page
from mockrevio.settings.hosts import is_address

ADMIN_PATH = "/__admin"
PROBE_PATHS = frozenset({f"{ADMIN_PATH}/health", f"{ADMIN_PATH}/ready"})
"""The health probes: they respond immediately, and without the guards."""
PUBLIC_ENDPOINTS = frozenset(
    {"console.page", "console.options", "console.static", "console.reference", "admin.openapi_document"}
)
"""Endpoints without the admin token, which a browser cannot send when it loads a page. None returns data."""


def check_access() -> None:
    """Raise AdminError if this request may not use the admin API, even if its path does not exist."""
    is_probe = request.path in PROBE_PATHS and request.method in ("GET", "HEAD")
    refusal = None if is_probe else _refusal()
    if refusal is not None:
        raise refusal


def is_trusted() -> bool:
    """Whether this request, a probe, passes the guards too, so that it may see more than a bare status."""
    return _refusal() is None


def _refusal() -> AdminError | None:
    settings = worlds().settings
    foreign_header = foreign_page(request.environ)
    if foreign_header is not None and not _opens_console():
        message = f"web pages of other origins may not use the admin API ({foreign_header})"
        return AdminError(403, "foreign_origin", message)
    # An IP address in the Host header is safe: DNS rebinding needs a name.
    name = foreign_host(request.environ, (*settings.allow_host, *filter(is_address, (settings.host,))))
    if name is not None:
        return AdminError(403, "foreign_host", f"the admin API does not accept {_advice(name)}")
    if (
        request.endpoint in PUBLIC_ENDPOINTS
        or request.path == ADMIN_PATH  # which leads to the console
        or settings.admin_token is None
        or _has_token(settings.admin_token)
    ):
        return None
    return AdminError(401, "unauthorized", "send the admin token as Authorization: Bearer TOKEN")


def _advice(name: str) -> str:
    if not name:
        return "an empty Host header; send the host name that you call, such as localhost"
    return f"the host name {name}; allow it with --allow-host {name}"


def _opens_console() -> bool:
    """Whether the user follows a link to the console, so that it opens as a top-level page."""
    headers = request.headers
    return (
        request.path in (ADMIN_PATH, f"{ADMIN_PATH}/", f"{ADMIN_PATH}/docs")
        and request.method == "GET"
        and "Origin" not in headers
        and (headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest")) == ("navigate", "document")
    )


def _has_token(token: str) -> bool:
    scheme, credentials = split_authorization(request.headers.get("Authorization", ""))
    # WSGI decodes headers as Latin-1. HTTP strips spaces around them, so spaces around a token never count.
    matches = hmac.compare_digest(credentials.encode("latin-1", "replace"), token.strip().encode())
    return matches and scheme == "bearer"
