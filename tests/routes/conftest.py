"""One server for all tests of the admin side; each test finds it as its fixture describes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import Client, serving


@pytest.fixture(scope="session")
def admin_server() -> Iterator[Client]:
    """The server that the tests share."""
    with serving() as found:
        yield found


@pytest.fixture
def client(admin_server: Client) -> Client:
    """A client of the shared server, whose world is as it was at the start."""
    assert admin_server.post("/__admin/reset").status_code == 200
    return admin_server
