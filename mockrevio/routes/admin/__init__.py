"""The admin API, `/__admin`, which controls the mock. Rev.io has no such routes."""

from __future__ import annotations

from flask import Blueprint

from mockrevio.routes.admin import (
    behaviours,
    clock,
    entities,
    faults,
    key_links,
    lifecycle,
    requests,
    settings,
    snapshots,
    worlds,
)
from mockrevio.routes.admin.guard import ADMIN_PATH, check_access
from mockrevio.routes.admin.responses import MAX_BODY_SIZE, handle_error, reject_unknown_input

blueprint = Blueprint("admin", __name__, url_prefix=ADMIN_PATH)
blueprint.before_request(reject_unknown_input)
for _module in (
    lifecycle,
    entities,
    key_links,
    faults,
    requests,
    snapshots,
    settings,
    clock,
    worlds,
    behaviours,
):
    blueprint.register_blueprint(_module.blueprint)

QUICK_PATHS = frozenset({f"{ADMIN_PATH}/health", f"{ADMIN_PATH}/ready"})
"""What responds at once whatever else the server is doing."""

__all__ = ["MAX_BODY_SIZE", "QUICK_PATHS", "blueprint", "check_access", "handle_error"]
