"""The rules that mockrevio imitates, with their evidence and usage counts."""

from __future__ import annotations

from flask import Response

from mockrevio.revio.behaviours import EVIDENCE
from mockrevio.routes.admin.responses import current_world, json_response


def listing() -> Response:
    """Every rule with its evidence label, and how often it decided a response since the last reset."""
    behaviours = current_world().calls.behaviour_counts.as_json()
    return json_response({"evidence": EVIDENCE, "count": len(behaviours), "behaviours": behaviours})
