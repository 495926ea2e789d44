"""The API's paths as Rev.io spells them, and what is made of other spellings."""

from __future__ import annotations

from difflib import get_close_matches

from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.resources import (
    ENTITIES,
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
)

_ENDPOINTS = (INTEGRATION_SYSTEM, INTEGRATION_ENTITY_TYPE, INTEGRATION_KEY_LINK, *ENTITIES.values())
_PATHS = {f"/v1/{path}".lower(): f"/v1/{path}" for path in ("SystemStatus", *(e.path for e in _ENDPOINTS))}


def record_path_tolerances(path: str) -> None:
    """Note which tolerance a path needs: C for another case, A for a trailing slash."""
    endpoint = _endpoint(path)
    if _PATHS.get(endpoint.lower(), endpoint) != endpoint:
        record_behaviour("path.ignores_case")
    if path.endswith("/"):
        record_behaviour("path.trailing_slash")


def suggest_path(path: str) -> str:
    """What a caller may have meant by a path that leads nowhere."""
    close = get_close_matches(_endpoint(path).lower(), _PATHS, n=1)
    return f"the closest is {_PATHS[close[0]]}" if close else f"there are {', '.join(_PATHS.values())}"


def _endpoint(path: str) -> str:
    return "/".join(path.split("/")[:3])
