"""The choices in the console's forms, from the same tables that the server uses."""

from __future__ import annotations

from typing import Any

from mockrevio.control.faults.effects import CONNECTION_FAULTS
from mockrevio.control.faults.presets import PRESETS
from mockrevio.settings import declared_settings

_DELAYS = {
    "two seconds late": {"latency": "2s"},
    "body sent over five seconds": {"drip": {"chunks": 10, "over": "5s"}},
}


def console_options() -> dict[str, Any]:
    """The settings that can be changed while the server runs, and effects for a fault rule, by group."""
    return {"settings": _settings(), "effects": _effects()}


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
