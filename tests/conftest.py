"""Pytest fixtures for many tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support import Client


def pytest_configure() -> None:
    """Let tests signal what they start.

    In the background of a shell that is no terminal, SIGINT and SIGQUIT are ignored, with nohup SIGHUP, and
    each process inherits that.
    """
    for name in ("SIGINT", "SIGQUIT", "SIGHUP", "SIGTERM", "SIGUSR1", "SIGUSR2"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a new ephemeral server with the default fixture."""
    # Not above: the suites that `make matrix` runs without requests have this file too.
    from tests.support import serving

    with serving() as session:
        yield session
