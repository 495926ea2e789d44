"""One server for all tests of the routes, reset before each test, and one browser for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver

from tests.browsers import chromium
from tests.support import Client, serving

REBOUND = "rebound.example"
"""A host name that the browser resolves to this machine, as a website may with its own (DNS rebinding)."""


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


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), f"MAP {REBOUND} 127.0.0.1") as driver:
        yield driver
