"""The admin side, `/__admin`: for tests and people who look after the mock. Rev.io has nothing of it."""

from __future__ import annotations

from flask import Blueprint

from mockrevio.routes.admin import entities, lifecycle
from mockrevio.routes.admin.answers import error_answer
from mockrevio.routes.admin.guard import PATH, guard

blueprint = Blueprint("admin", __name__, url_prefix=PATH)
blueprint.before_app_request(guard)  # of the app, since a path that leads nowhere belongs to no blueprint
blueprint.register_blueprint(lifecycle.blueprint)
blueprint.register_blueprint(entities.blueprint)

__all__ = ["blueprint", "error_answer"]
