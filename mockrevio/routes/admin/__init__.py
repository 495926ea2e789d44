"""The admin API, `/__admin`, which controls the mock. Rev.io has no such routes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from flask import Blueprint, Response

from mockrevio.routes.admin.guard import ADMIN_PATH, PROBE_PATHS, check_access
from mockrevio.routes.admin.responses import MAX_BODY_SIZE, handle_error, reject_unknown_input

ROUTES = (
    # Method, path below /__admin, and the function here that responds.
    ("GET", "/health", "lifecycle.health"),
    ("GET", "/ready", "lifecycle.ready"),
    ("GET", "/check", "checks.check"),
    ("POST", "/check", "checks.check_strictly"),
    ("POST", "/reset", "lifecycle.reset"),
    ("GET", "/state", "lifecycle.state"),
    ("PUT", "/state", "lifecycle.replace_state"),
    ("GET", "/entities", "entities.counts"),
    ("GET", "/entities/<name>", "entities.listing"),
    ("POST", "/entities/<name>", "entities.add"),
    ("DELETE", "/entities/<name>", "entities.clear"),
    ("GET", "/entities/<name>/<entity_id>", "entities.get_one"),
    ("PUT", "/entities/<name>/<entity_id>", "entities.put"),
    ("DELETE", "/entities/<name>/<entity_id>", "entities.remove"),
    ("GET", "/key_links", "key_links.listing"),
    ("POST", "/key_links", "key_links.add"),
    ("GET", "/faults", "faults.listing"),
    ("POST", "/faults", "faults.arm"),
    ("DELETE", "/faults", "faults.clear"),
    ("GET", "/faults/<fault_id>", "faults.get_one"),
    ("PUT", "/faults/<fault_id>", "faults.replace"),
    ("DELETE", "/faults/<fault_id>", "faults.disarm"),
    ("GET", "/requests", "requests.listing"),
    ("DELETE", "/requests", "requests.clear"),
    ("POST", "/requests/count", "requests.count"),
    ("POST", "/requests/verify", "requests.verify"),
    ("GET", "/snapshots", "snapshots.listing"),
    ("PUT", "/snapshots/<name>", "snapshots.save"),
    ("GET", "/snapshots/<name>", "snapshots.get_one"),
    ("POST", "/snapshots/<name>/restore", "snapshots.restore"),
    ("GET", "/snapshots/<name>/diff", "snapshots.diff"),
    ("DELETE", "/snapshots/<name>", "snapshots.remove"),
    ("GET", "/settings", "settings.read"),
    ("PATCH", "/settings", "settings.change"),
    ("GET", "/clock", "clock.read"),
    ("PUT", "/clock", "clock.change"),
    ("GET", "/worlds", "worlds.listing"),
    ("DELETE", "/worlds", "worlds.remove"),
    ("DELETE", "/worlds/<client>", "worlds.remove"),
    ("GET", "/behaviours", "behaviours.listing"),
    ("GET", "/webhooks", "webhooks.listing"),
    ("POST", "/webhooks/receivers", "webhooks.add_receiver"),
    ("POST", "/webhooks/verify", "webhooks.verify"),
    ("POST", "/webhooks/<delivery_id>/redeliver", "webhooks.redeliver"),
)

__all__ = ["MAX_BODY_SIZE", "PROBE_PATHS", "ROUTES", "blueprint", "check_access", "handle_error"]


@cache
def _lazy_view(name: str) -> Callable[..., Response]:
    """A view that imports its module when it is first called: a server starts sooner without."""
    module, _, function = name.partition(".")

    def view(**arguments: Any) -> Response:
        response: Response = getattr(import_module(f"{__name__}.{module}"), function)(**arguments)
        return response

    return view


blueprint = Blueprint("admin", __name__, url_prefix=ADMIN_PATH)
blueprint.before_request(reject_unknown_input)
for _method, _path, _name in ROUTES:
    blueprint.add_url_rule(_path, _name.replace(".", "_"), _lazy_view(_name), methods=[_method])
