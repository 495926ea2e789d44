"""Pytest fixtures for many tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import Client, serving


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a new ephemeral server with the default fixture."""
    with serving() as session:
        yield session
