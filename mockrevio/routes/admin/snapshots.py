"""Snapshots: save, restore, compare and delete them."""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.routes.admin.responses import current_world, json_response

blueprint = Blueprint("snapshots", __name__, url_prefix="/snapshots")


@blueprint.get("")
def listing() -> Response:
    """The names of all snapshots."""
    names = current_world().snapshots.names()
    return json_response({"count": len(names), "snapshots": names})


@blueprint.put("/<name>")
def save(name: str) -> Response:
    """Save the world under this name, replacing any earlier snapshot of this name."""
    current_world().save_snapshot(name)
    return json_response({"ok": True, "snapshot": name})


@blueprint.get("/<name>")
def get_one(name: str) -> Response:
    """One snapshot as a fixture document."""
    return json_response(current_world().snapshots.load(name))


@blueprint.post("/<name>/restore")
def restore(name: str) -> Response:
    """Restore the world from a snapshot."""
    current_world().restore_snapshot(name)
    return json_response({"ok": True, "snapshot": name})


@blueprint.get("/<name>/diff")
def diff(name: str) -> Response:
    """What was added, changed and removed since the snapshot."""
    return json_response(current_world().diff_snapshot(name))


@blueprint.delete("/<name>")
def remove(name: str) -> Response:
    """Delete a snapshot."""
    current_world().snapshots.remove(name)
    return json_response({"ok": True})
