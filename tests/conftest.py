"""Fixtures that many tests use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import Client, serving


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a fresh ephemeral server with the default fixture."""
    with serving() as found:
        yield found
