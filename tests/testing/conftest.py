"""One `MockRevio` for a module's tests, reset for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockrevio import MockRevio


@pytest.fixture(scope="module")
def shared() -> Iterator[MockRevio]:
    """One server for the module; use `revio` in tests."""
    with MockRevio() as revio:
        yield revio


@pytest.fixture
def revio(shared: MockRevio) -> MockRevio:
    """A mock Rev.io whose world is clean."""
    shared.reset()
    return shared
