"""The world that the tests of searches share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockrevio.world.world import World
from tests.revio.searching import searched_world


@pytest.fixture(params=[True, False], ids=["indexed", "not indexed"])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world with a few records to search for, with indexes and without."""
    with searched_world(tmp_path, indexed=request.param) as world:
        yield world
