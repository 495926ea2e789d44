"""Health, readiness, reset, and the entire world as one document."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from mockrevio import __version__, real_time
from mockrevio.documents import MAX_DOCUMENT_DEPTH
from mockrevio.routes.admin.guard import is_trusted
from mockrevio.routes.admin.record_queries import reject_others, take_flag
from mockrevio.routes.admin.responses import (
    current_world,
    json_body,
    json_response,
    query_values,
    require_loaded,
)
from mockrevio.routes.current_worlds import worlds
from mockrevio.seeding.fixtures import parse_state


def _status() -> Response:
    status: dict[str, Any] = {"ok": True}
    if is_trusted():
        status |= {
            "version": __version__,
            "port": int(request.environ.get("SERVER_PORT") or 0),
            "uptime": round(real_time.monotonic() - worlds().started, 3),
            "worlds": worlds().names(),
        }
    return json_response(status)


def health() -> Response:
    """200 as soon as the port is open. `uptime` is in seconds.

    Whoever does not pass the guards, such as a probe that calls by an address, gets `{"ok": true}` alone.
    """
    return _status()


def ready() -> Response:
    """The same as `health`, but 503 until the fixture is loaded."""
    require_loaded()
    return _status()


def reset() -> Response:
    """Reset the world to its fixture, which is read again if a file of it has been edited.

    `changed` says whether the fixture differs from the one that the world's data came from, `reliance` which
    assumed rules were relied on by the calls that are forgotten now.
    """
    world = current_world()
    reliance = world.calls.behaviour_counts.reliance()
    changed = worlds().reset(world)
    fixture = {"names": worlds().settings.fixture, "changed": changed}
    return json_response({"ok": True, "fixture": fixture, "reliance": reliance.as_json()})


def state() -> Response:
    """The entire world as one fixture document."""
    return json_response(current_world().state())


def replace_state() -> Response:
    """Replace the world with the fixture document in the body. `?dry_run=true` only checks the document."""
    values = query_values()
    dry_run = take_flag(values, "dry_run")
    reject_others(values, ("dry_run",))
    world, document = current_world(), json_body(MAX_DOCUMENT_DEPTH)
    if dry_run:
        parse_state(document)
    else:
        world.replace_state(document)
    return json_response({"ok": True})
