"""The admin API, `/__admin`, which controls the mock. Rev.io has no such routes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from flask import Blueprint, Response
from werkzeug.routing import BaseConverter

from mockrevio.openapi.admin.operations import OPERATIONS
from mockrevio.routes.admin.guard import ADMIN_PATH, PROBE_PATHS, check_access
from mockrevio.routes.admin.responses import MAX_BODY_SIZE, handle_error, reject_unknown_input

__all__ = [
    "CONVERTERS",
    "MAX_BODY_SIZE",
    "PROBE_PATHS",
    "blueprint",
    "check_access",
    "handle_error",
]


@cache
def _lazy_view(name: str) -> Callable[..., Response]:
    """A view that imports its module when it is first called: a server starts sooner without."""
    module, _, function = name.partition(".")

    def view(**arguments: Any) -> Response:
        response: Response = getattr(import_module(f"{__name__}.{module}"), function)(**arguments)
        return response

    return view


def _segment_converters() -> dict[str, type[BaseConverter]]:
    """Converters of parameters that stand where other paths have a word, by the name of the parameter.

    The parameter is none of these words: so a method that such a path does not have gets a 405, and not the
    route with the parameter.
    """
    words: dict[str, list[str]] = {}
    for path in sorted({operation.path for operation in OPERATIONS}):
        start, _, word = path.rpartition("/")
        if word.isalpha():
            words.setdefault(f"{start}/", []).append(word)
    converters = {}
    for operation in OPERATIONS:
        start, _, rest = operation.path.partition("{")
        if rest and start in words:
            name = rest.partition("}")[0]
            regex = f"(?!(?:{'|'.join(words[start])})$)[^/]+"
            converters[name] = type(name, (BaseConverter,), {"regex": regex, "part_isolating": True})
    return converters


def _rule(path: str) -> str:
    """The URL rule of a path."""
    return re.sub(
        r"\{(\w+)\}",
        lambda match: f"<{match[1]}:{match[1]}>" if match[1] in CONVERTERS else f"<{match[1]}>",
        path,
    )


CONVERTERS = _segment_converters()
"""What the URL map of the app needs besides its own converters."""

blueprint = Blueprint("admin", __name__, url_prefix=ADMIN_PATH)
blueprint.before_request(reject_unknown_input)
for _operation in OPERATIONS:
    _view = _lazy_view(_operation.view)
    blueprint.add_url_rule(_rule(_operation.path), _operation.endpoint, _view, methods=[_operation.method])
