"""One server for all tests of the routes, reset before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import Client, serving


@pytest.fixture(scope="session")
def admin_server() -> Iterator[Client]:
    """A client of the server that the tests share."""
    with serving() as shared:
        yield shared


@pytest.fixture
def client(admin_server: Client) -> Client:
    """A client of the shared server, with its world reset."""
    assert admin_server.post("/__admin/reset").status_code == 200
    return admin_server
