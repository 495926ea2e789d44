"""Cross-origin resource sharing (CORS): pages of an origin in `--allow-origin` may read Rev.io's responses.

Which requests of other pages are rejected is decided in `page_guard.py`. The admin API never allows CORS.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Response

from mockrevio.revio.wire.envelopes import BEHAVIOUR_HEADER, EXPLAIN_HEADER
from mockrevio.routes.origins import is_allowed

MAX_AGE = 600
"""Seconds for which a browser need not repeat a preflight."""

_METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
_EXPOSED = ", ".join(
    (
        "Allow",
        "Location",
        "Retry-After",
        "WWW-Authenticate",
        BEHAVIOUR_HEADER,
        EXPLAIN_HEADER,
        "X-Mock-Request-Id",
    )
)


def preflight_response(environ: Mapping[str, Any], allowed: Collection[str]) -> Response | None:
    """The response to a CORS preflight request from an allowed origin; None for any other request.

    Browsers send it without credentials. `add_cors_headers` adds the rest.
    """
    if not allowed or environ["REQUEST_METHOD"] != "OPTIONS":
        return None
    if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" not in environ or not _allowed_origin(environ, allowed):
        return None
    headers = {"Access-Control-Allow-Methods": _METHODS, "Access-Control-Max-Age": str(MAX_AGE)}
    requested = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
    if requested:
        headers["Access-Control-Allow-Headers"] = requested
    if "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK" in environ:  # of a public page, by some browsers
        headers["Access-Control-Allow-Private-Network"] = "true"
    response = Response(status=204, headers=headers)
    del response.headers["Content-Type"]
    return response


def add_cors_headers(response: Response, environ: Mapping[str, Any], allowed: Collection[str]) -> None:
    """Let pages of the allowed origins read a response.

    Credentials are allowed, so that a page may use the browser's: the user has allowed its origin.
    """
    if not allowed:
        return
    response.headers.add("Vary", "Origin")
    origin = _allowed_origin(environ, allowed)
    if origin is not None:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED


def _allowed_origin(environ: Mapping[str, Any], allowed: Collection[str]) -> str | None:
    origin: str | None = environ.get("HTTP_ORIGIN")
    return origin if origin is not None and is_allowed(origin, allowed) else None
