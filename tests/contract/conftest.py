"""One server for all tests of the wire; each test finds it as its fixture describes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.raw import Raw
from tests.support import Client, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Client]:
    """The server that the tests share. It leaves every setting as it is by default."""
    with serving() as found:
        yield found


@pytest.fixture
def client(server: Client) -> Client:
    """A client of the shared server, whose world is as it was at the start."""
    assert server.post("/__admin/reset").status_code == 200
    return server


@pytest.fixture
def raw(client: Client) -> Iterator[Raw]:
    """A connection to the shared server on which a test decides about every byte."""
    with Raw(client.url) as connection:
        yield connection
