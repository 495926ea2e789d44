"""The web console at `/__admin/`, which uses only the admin API, and the reference at `/__admin/docs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from mockrevio.revio.addresses import API_PATH
from mockrevio.routes.admin.guard import ADMIN_PATH
from mockrevio.routes.console.options import console_options
from mockrevio.routes.responses import json_response

blueprint = Blueprint(
    "console", __name__, url_prefix=ADMIN_PATH, static_folder="static", static_url_path="/static"
)

_OWN = ("script-src", "style-src", "font-src", "connect-src", "img-src")
_POLICY = "; ".join(["default-src 'none'", *(f"{kind} 'self'" for kind in _OWN)])


def redirect_browser(environ: Mapping[str, Any], path: str) -> Response | None:
    """A redirect to the console if a person opens the address of the mock, or that of its API, in a browser.

    None for everything else: a client that follows no links must get what Rev.io would respond.
    """
    if path not in ("/", API_PATH) or environ["REQUEST_METHOD"] != "GET":
        return None
    if environ.get("HTTP_SEC_FETCH_MODE") != "navigate" or "text/html" not in environ.get("HTTP_ACCEPT", ""):
        return None
    location = f"{environ.get('SCRIPT_NAME', '')}{ADMIN_PATH}/"
    return Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})


@blueprint.get("/")
def page() -> Response:
    """The page contains no data; it asks the user for the admin token if one is set."""
    return blueprint.send_static_file("console.html")


@blueprint.get("/docs")
def reference() -> Response:
    """The page that shows both OpenAPI documents. It contains no data."""
    return blueprint.send_static_file("reference/reference.html")


@blueprint.get("/static/options.json")
def options() -> Response:
    """The choices in the page's forms: a part of the page, like its scripts."""
    return json_response(console_options())


@blueprint.after_request
def protect(response: Response) -> Response:
    """Block scripts from other sites and framing, and make browsers and proxies revalidate the page."""
    response.headers["Content-Security-Policy"] = f"{_POLICY}; frame-ancestors 'none'; form-action 'none'"
    response.headers["Cache-Control"] = "no-cache"
    return response
