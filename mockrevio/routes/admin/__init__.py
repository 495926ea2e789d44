"""The admin side, `/__admin`: for tests and people who look after the mock. Rev.io has nothing of it."""

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
from mockrevio.routes.admin.guard import PATH, guard
from mockrevio.routes.admin.responses import error_answer, refuse_unknown

blueprint = Blueprint("admin", __name__, url_prefix=PATH)
blueprint.before_request(refuse_unknown)
for _part in (
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
    blueprint.register_blueprint(_part.blueprint)

__all__ = ["blueprint", "error_answer", "guard"]
