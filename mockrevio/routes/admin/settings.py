"""The toggles, while running, in the words of the command line."""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.routes.admin.responses import current_world, json_body, json_response

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.get("")
def read() -> Response:
    """Every setting of the world with its value."""
    return json_response(current_world().settings.world_settings())


@blueprint.patch("")
def change() -> Response:
    """Change some, all or none: `{"error_rate": "0.3:502", "latency": "1s"}`; `null` turns one off."""
    current_world().change_settings(json_body())
    return json_response(current_world().settings.world_settings())
