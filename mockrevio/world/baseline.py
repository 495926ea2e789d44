"""The state that a reset restores: the fixture as tables, and a record of where they came from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mockrevio.revio.fields import Record
from mockrevio.revio.resources import Resources
from mockrevio.seeding.fixtures import Fixture, WorldState
from mockrevio.storage import Image
from mockrevio.world.file_names import client_code_of

METADATA = "world"
"""The table whose only record names the fixture that the data came from, and holds the world's settings."""


class Baseline:
    """The state that a new world starts with and that `reset` restores. All worlds share it."""

    def __init__(self, fixture: Fixture, now: str) -> None:
        """`now` becomes the creation date of records that have none in the fixture; a reset keeps it."""
        self.names = fixture.names
        self.digest = fixture.digest
        self.state: WorldState = fixture.state.with_dates(now)

    @cached_property
    def image(self) -> Image:
        """The change that replaces the contents of a database with this state."""
        source = {"fixture": list(self.names), "digest": self.digest}
        metadata = metadata_table(source, self.state.settings, {}, self.state.resources)
        tables = {**self.state.tables, METADATA: metadata}
        return Image.of(tables, self.state.next_ids)

    def kept_data_warning(
        self, world: str, folder: Path | None, source: Mapping[str, Any], base_path: str
    ) -> str:
        """The warning that a world's data came from another fixture, or from an earlier version of this one.

        `source` is its metadata; `base_path` comes before the paths of the admin API.
        """
        origin, wanted = f"from the {describe_origin(source, ' and ')}", " and ".join(self.names)
        if source.get("fixture") == list(self.names):
            origin, wanted = f"{origin}, which has changed since", "the new contents"
        client = client_code_of(world)  # None for the shared world
        owner = "" if client is None else f" of client code {client!r}"
        query = "" if client is None else f"?client={quote(client, safe='')}"
        return (
            f"{folder}{os.sep} already contains data{owner} {origin}; it was kept. "
            f"To load {wanted} instead, POST {base_path}/__admin/reset{query}"
        )


def metadata_table(
    source: Mapping[str, Any],
    settings: Mapping[str, Any],
    patched: Mapping[str, Any],
    resources: Resources,
) -> dict[int, Record]:
    """The metadata table of a world whose data came from this source.

    `source` has the names of the fixtures as `fixture`, or the name of a `state`, and the `digest` of the
    fixture that a reset returns to.
    """
    record: Record = {**source, "settings": dict(settings), "patched": dict(patched)}
    if resources.declared:
        record["resources"] = dict(resources.declared)
    return {1: record}


def describe_origin(source: Mapping[str, Any], separator: str = ", ") -> str | None:
    """Where the data of a world came from, by its metadata; None if mockrevio did not write it."""
    if source.get("fixture"):
        return f"fixture {separator.join(source['fixture'])}"
    state: str | None = source.get("state")
    return state
