"""A mock whose clock stands still, and a receiver of its webhooks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockrevio import MockRevio
from tests.receivers import Receiver, receiving
from tests.revio.webhooks.common import CLOCK


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def other() -> Iterator[Receiver]:
    """Another receiver."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def mock() -> Iterator[MockRevio]:
    """A mock without records."""
    with MockRevio(fixture="empty", clock=CLOCK) as mock:
        yield mock
