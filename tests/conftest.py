"""Pytest fixtures for many tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support import Client


def pytest_configure() -> None:
    """Let tests interrupt what they start.

    In the background of a shell that is no terminal, SIGINT is ignored, and each process inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a new ephemeral server with the default fixture."""
    # Not above: the suites that `make matrix` runs without requests have this file too.
    from tests.support import serving

    with serving() as session:
        yield session
