"""What mockrevio imitates, how sure we are of each rule, and how often it decided an answer."""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.revio.behaviours import EVIDENCE
from mockrevio.routes.admin.responses import current_world, json_response

blueprint = Blueprint("behaviours", __name__, url_prefix="/behaviours")


@blueprint.get("")
def listing() -> Response:
    """Every rule with its evidence label, and how often it decided something since the last reset."""
    found = current_world().behaviour_counts.as_json()
    return json_response({"evidence": EVIDENCE, "count": len(found), "behaviours": found})
