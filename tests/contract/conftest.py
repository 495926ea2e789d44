"""One server for all contract tests, reset to its fixture before each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.common import EXTERNAL_IDS, LINKS
from tests.contract.raw import Raw
from tests.support import Client, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Client]:
    """The shared server, with default settings."""
    with serving() as client:
        yield client


@pytest.fixture
def client(server: Client) -> Client:
    """A client of the shared server, just reset."""
    assert server.post("/__admin/reset").status_code == 200
    return server


@pytest.fixture
def raw(client: Client) -> Iterator[Raw]:
    """A raw connection to the shared server."""
    with Raw(client.url) as connection:
        yield connection


@pytest.fixture
def links(client: Client) -> list[dict[str, Any]]:
    """Eight key links with two systems, two entity types and awkward external ids."""
    for number, external_id in enumerate(EXTERNAL_IDS):
        client.link(
            external_id=external_id,
            integration_system_id=4 + number % 2,
            integration_entity_type_id=2 if number < 6 else 1,
            internal_id=1008 - number,
        )
    records: list[dict[str, Any]] = client.get(LINKS).json()["records"]
    assert len(records) == len(EXTERNAL_IDS)
    return records


@pytest.fixture(scope="module")
def switched() -> Iterator[Client]:
    """A server on which the settings for collections do not have their default values."""
    with serving(blank_search="match", page_size_over_max="reject") as client:
        yield client
