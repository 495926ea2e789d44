"""The settings that can change while the server runs, written as on the command line."""

from __future__ import annotations

from flask import Response

from mockrevio.routes.admin.responses import current_world, json_body, json_response


def read() -> Response:
    """All settings of the world."""
    return json_response(current_world().settings.world_settings())


def change() -> Response:
    """Change some settings, all or none: `{"latency": "1s", "quota": null}`; null sets the default."""
    current_world().change_settings(json_body())
    return json_response(current_world().settings.world_settings())
