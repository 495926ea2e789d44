"""The worlds and the telemetry of the app that handles the current request."""

from __future__ import annotations

from flask import current_app

from mockrevio.telemetry.telemetry import Telemetry
from mockrevio.world.worlds import Worlds


def worlds() -> Worlds:
    """All worlds of this app."""
    all_worlds: Worlds = current_app.extensions["mockrevio"]
    return all_worlds


def telemetry() -> Telemetry:
    """What observes the calls of this app."""
    found: Telemetry = current_app.extensions["mockrevio_telemetry"]
    return found
