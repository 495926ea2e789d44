"""Named states of a world: keep, go back to, compare with, throw away."""

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
    """Keep the world as it is under this name, in place of what had the name before."""
    current_world().save_snapshot(name)
    return json_response({"ok": True, "snapshot": name})


@blueprint.get("/<name>")
def get_one(name: str) -> Response:
    """A snapshot, as the fixture document that it is."""
    return json_response(current_world().snapshots.load(name))


@blueprint.post("/<name>/restore")
def restore(name: str) -> Response:
    """Make the world what it was."""
    current_world().restore_snapshot(name)
    return json_response({"ok": True, "snapshot": name})


@blueprint.get("/<name>/diff")
def diff(name: str) -> Response:
    """What has been added, changed and removed since."""
    return json_response(current_world().diff_snapshot(name))


@blueprint.delete("/<name>")
def remove(name: str) -> Response:
    """Throw a snapshot away."""
    current_world().snapshots.remove(name)
    return json_response({"ok": True})
