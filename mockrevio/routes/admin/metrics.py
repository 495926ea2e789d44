"""Metrics for Prometheus."""

from __future__ import annotations

from flask import Response, request

from mockrevio.routes.admin.responses import require_loaded
from mockrevio.routes.current_worlds import telemetry, worlds


def metrics() -> Response:
    """The metrics of the whole process, in the format that the `Accept` header prefers."""
    require_loaded()
    from mockrevio.telemetry.metrics import render_metrics

    body, content_type = render_metrics(worlds(), telemetry(), request.headers.get("Accept", ""))
    return Response(body, content_type=content_type)
