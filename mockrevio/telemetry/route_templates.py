"""The route of a call as a template, `/v1/Customers/{customer_id}`: a bounded number of them."""

from __future__ import annotations

import re
from functools import lru_cache

from mockrevio.revio.actions import ACTIVATE, ASSIGN, DISCONNECT, TASK_ACTION
from mockrevio.revio.addresses import API_PATH
from mockrevio.revio.resources import BUILT_IN

OTHER = "other"
"""What is not among those that are counted one by one."""

MAX_PATH_LENGTH = 100
"""Longer paths are not remembered: a client can send any number of them."""

_PATHS = (
    "SystemStatus",
    *(resource.path for resource in BUILT_IN),
    *(f"{resource.path}/{{{resource.id_field}}}" for resource in BUILT_IN),
    *(action.path for action in (DISCONNECT, ASSIGN, TASK_ACTION, ACTIVATE)),
)
_TEMPLATES = {re.sub(r"\{\w+\}", "{}", path).lower(): f"{API_PATH}/{path}" for path in _PATHS}


def route_template(path: str) -> str:
    """The template of a path as the client sent it; `other` if no endpoint of Rev.io's matches."""
    return _cached(path) if len(path) <= MAX_PATH_LENGTH else _find(path)


def _find(path: str) -> str:
    # Rev.io's paths are case-insensitive, and a trailing slash is tolerated.
    below = path[len(API_PATH) + 1 :].lower().removesuffix("/")
    found = _TEMPLATES.get(below)
    if found is None:
        first, *rest = below.split("/")
        found = _TEMPLATES.get("/".join([first, "{}", *rest[1:]])) if rest else None
    return found or OTHER


_cached = lru_cache(maxsize=4096)(_find)
