"""Pytest fixtures for many tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support import Client


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a new ephemeral server with the default fixture."""
    # Not above: the suites that `make matrix` runs without requests have this file too.
    from tests.support import serving

    with serving() as session:
        yield session
