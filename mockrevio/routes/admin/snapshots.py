"""Snapshots: save, restore, compare and delete them."""

from __future__ import annotations

from flask import Response

from mockrevio.routes.admin.record_queries import reject_others, take_flag
from mockrevio.routes.admin.responses import current_world, json_response, query_values
from mockrevio.routes.admin.windows import take_limit
from mockrevio.world.differences import count_changes, limit_changes


def listing() -> Response:
    """The names of all snapshots; with `?details=true` also when each was saved, and its size in bytes."""
    values = query_values()
    with_details = take_flag(values, "details")
    reject_others(values, ("details",))
    snapshots = current_world().snapshots
    if not with_details:
        names = snapshots.names()
        return json_response({"count": len(names), "snapshots": names})
    details = snapshots.details()
    return json_response(
        {
            "count": len(details),
            "snapshots": [each.name for each in details],
            "details": [each.as_json() for each in details],
        }
    )


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
    """What was added, changed and removed since the snapshot.

    `?details=true` adds the numbers by table, and the fault rules before and after if they differ. `limit`
    is how many records of each table and kind are listed.
    """
    values = query_values()
    with_details, limit = take_flag(values, "details"), take_limit(values)
    reject_others(values, ("details", "limit"))
    found = current_world().diff_snapshot(name)
    listed = found if limit is None else limit_changes(found, limit)
    if with_details:
        return json_response({**listed, "counts": count_changes(found)})
    del listed["faults"]
    return json_response(listed)


def remove(name: str) -> Response:
    """Delete a snapshot."""
    current_world().snapshots.remove(name)
    return json_response({"ok": True})
