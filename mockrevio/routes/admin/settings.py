"""The settings that can change while the server runs, written as on the command line."""

from __future__ import annotations

from flask import Response

from mockrevio.revio.wire.envelopes import EXPLAIN_HEADER
from mockrevio.routes.admin.record_queries import reject_others, take_flag
from mockrevio.routes.admin.responses import current_world, json_body, json_response, query_values
from mockrevio.routes.current_worlds import worlds
from mockrevio.routes.responses import to_header_value
from mockrevio.settings import describe_settings


def read() -> Response:
    """All settings of the world; with `?details=true` every setting of the server, with its description."""
    values = query_values()
    with_details = take_flag(values, "details")
    reject_others(values, ("details",))
    world = current_world()
    if not with_details:
        return json_response(world.settings.world_settings())
    described = describe_settings(world.settings, world.initial_settings, worlds().settings)
    return json_response({"count": len(described), "settings": described})


def change() -> Response:
    """Change some settings, all or none: `{"latency": "1s", "quota": null}`; null sets the default.

    X-Mock-Explain names settings that now have no effect. With `?dry_run=true`, nothing changes; the response
    is the same.
    """
    values = query_values()
    dry_run = take_flag(values, "dry_run")
    reject_others(values, ("dry_run",))
    world, changes = current_world(), json_body()
    settings = world.change_settings(changes, dry_run=dry_run)
    response = json_response(settings.world_settings())
    warnings = settings.change_warnings(changes)
    if warnings:
        response.headers[EXPLAIN_HEADER] = to_header_value("; ".join(warnings))
    return response
