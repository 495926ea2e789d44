"""The state that a reset restores: the fixture as tables, and a record of where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mockrevio.revio.resources import Record
from mockrevio.seeding.fixtures import Fixture, WorldState
from mockrevio.storage import Image

METADATA = "world"
"""The table whose only record names the fixture that the data came from, and holds the world's settings."""


class Baseline:
    """The state that a new world starts with and that `reset` restores. All worlds share it."""

    def __init__(self, fixture: Fixture, now: str) -> None:
        """`now` is the creation date of key links without one in the fixture, also after every reset."""
        self.names = fixture.names
        self.digest = fixture.digest
        self.state: WorldState = fixture.state.with_link_dates(now)

    def metadata(self, settings: Mapping[str, Any], patched: Mapping[str, Any]) -> dict[int, Record]:
        """The metadata table of a world with these settings from the fixture and these patched over them."""
        provenance = {"fixture": list(self.names), "digest": self.digest}
        return {1: {**provenance, "settings": dict(settings), "patched": dict(patched)}}

    @cached_property
    def image(self) -> Image:
        """The change that replaces the contents of a database with this state."""
        tables = {**self.state.tables, METADATA: self.metadata(self.state.settings, {})}
        return Image.of(tables, self.state.next_ids)
