"""The headers with which one request asks the mock for a fault. Rev.io has no such headers."""

from __future__ import annotations

from typing import Any

from mockrevio.control.faults.headers import FAULT_HEADER, LATENCY_HEADER
from mockrevio.control.faults.presets import PRESETS
from mockrevio.quantities import Latency

_EXAMPLES = (
    "status=503",
    "connection=reset",
    "status=500; phase=after_commit",
    *(f"preset={n}" for n in PRESETS),
)

MOCK_REQUEST_HEADERS: list[dict[str, Any]] = [
    {
        "name": FAULT_HEADER,
        "in": "header",
        "description": "A fault for this request alone: a status, a preset, or a broken connection.",
        "schema": {"type": "string", "examples": [*_EXAMPLES]},
    },
    {
        "name": LATENCY_HEADER,
        "in": "header",
        "description": f"A delay for this request alone: {Latency.FORMAT}.",
        "schema": {"type": "string", "examples": ["500ms", "100ms..800ms"]},
    },
]
"""As parameters, but not of the operations: clients that are made from these call Rev.io, too."""
