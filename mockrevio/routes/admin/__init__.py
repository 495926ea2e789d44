"""The admin API, `/__admin`, which controls the mock. Rev.io has no such routes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from flask import Blueprint, Response

from mockrevio.openapi.admin.operations import OPERATIONS
from mockrevio.routes.admin.guard import ADMIN_PATH, PROBE_PATHS, check_access
from mockrevio.routes.admin.responses import MAX_BODY_SIZE, handle_error, reject_unknown_input

__all__ = ["MAX_BODY_SIZE", "PROBE_PATHS", "blueprint", "check_access", "handle_error"]


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
for _operation in OPERATIONS:
    _rule = _operation.path.replace("{", "<").replace("}", ">")
    _view = _lazy_view(_operation.view)
    blueprint.add_url_rule(_rule, _operation.endpoint, _view, methods=[_operation.method])
