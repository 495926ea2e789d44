"""What web pages of other origins may do with Rev.io's API. They may never use the admin API.

Without `--allow-origin`, such a page can send reads, whose responses the browser hides from it, but no
writes. Pages of an allowed origin may read and write: cross-origin resource sharing (CORS).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Response

from mockrevio.errors import ApiError, Problem
from mockrevio.explanations import Explanation, set_to
from mockrevio.revio.addresses import HOSTS
from mockrevio.revio.wire.envelopes import EXPLAIN_HEADER
from mockrevio.routes.origins import foreign_host, foreign_page, is_allowed, is_from_browser
from mockrevio.settings import Settings, parse_origin

WRITE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})

MAX_AGE = 600
"""Seconds for which a browser need not repeat a preflight."""

_METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
_EXPOSED = f"Allow, Location, Retry-After, WWW-Authenticate, {EXPLAIN_HEADER}, X-Mock-Request-Id"


def reject_foreign_page(environ: Mapping[str, Any], settings: Settings, *, changes: bool) -> None:
    """Raise ApiError (403) if this request comes from a web page that may not send it.

    Pages of other origins may send no request that `changes` something. Pages under a host name that may
    have been pointed at this machine (DNS rebinding) may send none at all, because the browser would let them
    read the response.

    With `--credentials`, a page would have to know a password, so all pages pass. Without it, any credentials
    would do, for example in the URL that a form is sent to. Programs other than browsers always pass.
    """
    if not is_from_browser(environ):
        return
    origin = environ.get("HTTP_ORIGIN")
    if (settings.credentials and settings.auth != "off") or is_allowed(origin or "", settings.allow_origin):
        return
    foreign_header = foreign_page(environ) if changes else None
    if foreign_header is not None:
        fact = f"a web page of another origin may not write ({foreign_header}); "
        explain = Explanation(fact, _remedy(origin))
    elif (name := foreign_host((*settings.allow_host, *HOSTS))) is not None:
        explain = Explanation(
            f"browsers may not use the host name {name}; allow it with ", set_to("allow_host", name)
        )
    else:
        return
    raise ApiError(Problem("forbidden", "The origin of this request is not allowed.", explain=explain))


def _remedy(origin: str | None) -> Explanation:
    try:
        return Explanation("allow it with ", set_to("allow_origin", parse_origin(origin or "")))
    except ValueError:
        return Explanation(
            "to allow a page, serve it over http or https and pass its origin to ", set_to("allow_origin")
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
