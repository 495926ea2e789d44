"""The worlds of the app that handles the current request."""

from __future__ import annotations

from flask import current_app

from mockrevio.world.worlds import Worlds


def worlds() -> Worlds:
    """All worlds of this app."""
    all_worlds: Worlds = current_app.extensions["mockrevio"]
    return all_worlds
