"""Snapshots: save, restore, compare and delete them."""

from __future__ import annotations

from flask import Response

from mockrevio.routes.admin.responses import current_world, json_response


def listing() -> Response:
    """The names of all snapshots."""
    names = current_world().snapshots.names()
    return json_response({"count": len(names), "snapshots": names})


def save(name: str) -> Response:
    """Save the world under this name, replacing any earlier snapshot of this name."""
    current_world().save_snapshot(name)
    return json_response({"ok": True, "snapshot": name})


def get_one(name: str) -> Response:
    """One snapshot as a fixture document."""
    return json_response(current_world().snapshots.load(name))


def restore(name: str) -> Response:
    """Restore the world from a snapshot."""
    current_world().restore_snapshot(name)
    return json_response({"ok": True, "snapshot": name})


def diff(name: str) -> Response:
    """What was added, changed and removed since the snapshot."""
    return json_response(current_world().diff_snapshot(name))


def remove(name: str) -> Response:
    """Delete a snapshot."""
    current_world().snapshots.remove(name)
    return json_response({"ok": True})
