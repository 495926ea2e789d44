"""One server for the lives of all programs, reset to its fixture before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.common import Clock, RevIo
from tests.support import Client, serving


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Client]:
    """The shared server, with the default fixture."""
    with serving() as client:
        yield client


@pytest.fixture
def server(shared_server: Client) -> Client:
    """The shared server, just reset."""
    assert shared_server.post("/__admin/reset").status_code == 200
    return shared_server


@pytest.fixture
def clock(server: Client) -> Clock:
    """The clock of the shared server, frozen."""
    return Clock(server, "2026-03-02T08:00:00.000")


@pytest.fixture
def revio(server: Client, clock: Clock) -> RevIo:
    """A program's client of the shared server, which waits by the server's clock."""
    return RevIo(server, wait=clock.wait)
