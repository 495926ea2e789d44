"""One `MockRevio` per module, reset before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockrevio import MockRevio


@pytest.fixture(scope="module")
def shared() -> Iterator[MockRevio]:
    """The server of the module; use `revio` in tests."""
    with MockRevio() as revio:
        yield revio


@pytest.fixture
def revio(shared: MockRevio) -> MockRevio:
    """A mock Rev.io with a clean world."""
    shared.reset()
    return shared
