"""The choices in the console's forms, from the same tables that the server uses."""

from __future__ import annotations

from typing import Any

from mockrevio.control.faults.effects import CONNECTION_FAULTS
from mockrevio.control.faults.matching import MATCHER_PARTS
from mockrevio.control.faults.presets import PRESETS
from mockrevio.control.faults.specification import PHASES
from mockrevio.revio.webhooks.delivery_faults import DELIVERY_FAULTS
from mockrevio.revio.webhooks.log import STATUSES
from mockrevio.routes.console.fault_switches import SWITCHES
from mockrevio.settings import declared_settings

_DELAYS = {
    "two seconds late": {"latency": "2s"},
    "body sent over five seconds": {"drip": {"chunks": 10, "over": "5s"}},
}


def console_options() -> dict[str, Any]:
    """What the forms offer: settings that can be changed while the server runs, effects of a fault rule by
    group, the parts of a rule, and the states of a delivery."""
    return {
        "settings": _settings(),
        "effects": _effects(),
        "faults": _faults(),
        "deliveries": {"statuses": list(STATUSES)},
    }


def _settings() -> dict[str, Any]:
    return {
        name: {
            "description": metadata["help"],
            "accepts": metadata["kind"].allowed,
            "choices": metadata["kind"].choices,
            "repeatable": metadata["repeatable"],
        }
        for name, _, metadata in declared_settings()
        if metadata["scope"] == "world"
    }


def _effects() -> dict[str, Any]:
    responses = {
        f"{preset.respond('array').status} {preset.description}": {"preset": name}
        for name, preset in PRESETS.items()
    }
    connections = {description: {"connection": kind} for kind, description in CONNECTION_FAULTS.items()}
    return {"responses": responses, "connections": connections, "delays": _DELAYS}


def _faults() -> dict[str, Any]:
    """The parts of a fault rule, and the switches, each with its rule."""
    return {
        "presets": [
            {"name": name, "status": preset.respond("array").status, "description": preset.description}
            for name, preset in PRESETS.items()
        ],
        "connections": [{"name": name, "description": text} for name, text in CONNECTION_FAULTS.items()],
        "deliveries": [{"name": name, "description": text} for name, text in DELIVERY_FAULTS.items()],
        "phases": list(PHASES),
        "match": list(MATCHER_PARTS),
        "switches": [switch._asdict() for switch in SWITCHES],
    }
