"""The API's paths as Rev.io spells them, and hints for other spellings."""

from __future__ import annotations

from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.resources import BUILT_IN
from mockrevio.spelling import closest

_PATHS = {f"/v1/{path}".lower(): f"/v1/{path}" for path in ("SystemStatus", *(r.path for r in BUILT_IN))}
_COLLECTIONS = frozenset(_PATHS.values())


def record_path_leniency(path: str) -> None:
    """Record which tolerances a path relies on. C: case-insensitivity. A: a trailing slash."""
    if path in _COLLECTIONS:
        return
    endpoint = _endpoint(path)
    if _PATHS.get(endpoint.lower(), endpoint) != endpoint:
        record_behaviour("path.ignores_case")
    if path.endswith("/"):
        record_behaviour("path.trailing_slash")


def explain_unknown_path(path: str) -> str:
    """A hint for an unknown path: the closest path, if one is close, and how to have another one."""
    nearest = closest(_endpoint(path).lower(), _PATHS)
    if nearest is not None:
        return f"did you mean {_PATHS[nearest]}?"
    return "docs/entities.md lists the endpoints; the resources of a fixture may declare others"


def _endpoint(path: str) -> str:
    """The part of a path without the record's id: `/v1/Customers` of `/v1/Customers/1015`."""
    return "/".join(path.split("/")[:3])
