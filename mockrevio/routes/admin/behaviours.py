"""The rules that mockrevio imitates, with their evidence and usage counts."""

from __future__ import annotations

from flask import Response

from mockrevio.revio.behaviours import BEHAVIOURS, EVIDENCE
from mockrevio.revio.sources import Source
from mockrevio.routes.admin.responses import current_world, json_response


def listing() -> Response:
    """Every rule with its evidence label, its source, and how often it decided a response since the reset."""
    behaviours = [
        {**rule, "source": source.text, "source_url": source.url}
        for rule in current_world().calls.behaviour_counts.as_json()
        for source in [Source.of(BEHAVIOURS[str(rule["name"])])]
    ]
    return json_response({"evidence": EVIDENCE, "count": len(behaviours), "behaviours": behaviours})
