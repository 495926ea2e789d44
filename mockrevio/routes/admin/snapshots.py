"""Named states of a world: keep, go back to, compare with, throw away."""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.routes.admin.responses import answer, world

blueprint = Blueprint("snapshots", __name__, url_prefix="/snapshots")


@blueprint.get("")
def listing() -> Response:
    """The names of all snapshots."""
    names = world().snapshots.names()
    return answer({"count": len(names), "snapshots": names})


@blueprint.put("/<name>")
def save(name: str) -> Response:
    """Keep the world as it is under this name, in place of what had the name before."""
    world().save_snapshot(name)
    return answer({"ok": True, "snapshot": name})


@blueprint.get("/<name>")
def one(name: str) -> Response:
    """A snapshot, as the fixture document that it is."""
    return answer(world().snapshots.load(name))


@blueprint.post("/<name>/restore")
def restore(name: str) -> Response:
    """Make the world what it was."""
    world().restore_snapshot(name)
    return answer({"ok": True, "snapshot": name})


@blueprint.get("/<name>/diff")
def diff(name: str) -> Response:
    """What has been added, changed and removed since."""
    return answer(world().changes_since(name))


@blueprint.delete("/<name>")
def remove(name: str) -> Response:
    """Throw a snapshot away."""
    world().snapshots.remove(name)
    return answer({"ok": True})
