"""What a test that used the mock should fail for, even though all of its own assertions hold."""

from __future__ import annotations

from typing import Any

from flask import Response

from mockrevio.control.request_log import LogEntry
from mockrevio.routes.admin.responses import current_world, json_response


def check() -> Response:
    """The fault rules that should have fired and have not, and the calls on which mockrevio itself failed."""
    world = current_world()
    failed = [entry for entry in world.calls.log.snapshot().entries if entry.error]
    return json_response({"faults": world.faults.unfired(), "requests": [*map(_failure, failed)]})


def _failure(entry: LogEntry) -> dict[str, Any]:
    request = entry.masked_request
    return {"id": entry.id, "method": request.method, "path": request.path, "error": entry.error}
