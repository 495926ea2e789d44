"""The console: a page for people, at `/__admin/`. All that it shows and does goes through the admin calls."""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.routes.admin.guard import ADMIN_PATH
from mockrevio.routes.console.options import console_options
from mockrevio.routes.responses import json_response

blueprint = Blueprint(
    "console", __name__, url_prefix=ADMIN_PATH, static_folder="static", static_url_path="/static"
)

_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"


@blueprint.get("/")
def page() -> Response:
    """The page itself holds no data; it asks for the admin token where there is one."""
    return blueprint.send_static_file("console.html")


@blueprint.get("/static/options.json")
def options() -> Response:
    """The choices in the page's forms: a part of the page, like its scripts."""
    return json_response(console_options())


@blueprint.after_request
def protect(response: Response) -> Response:
    """Nothing from elsewhere runs in the page, no other site frames it, no proxy keeps an old one."""
    response.headers["Content-Security-Policy"] = f"{_POLICY}; frame-ancestors 'none'; form-action 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-cache"
    return response
