"""One server for the tests of the documents, reset to its fixture before each test."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mockrevio.openapi.encoding import encode
from mockrevio.openapi.revio import revio_document
from tests.openapi.common import Contract
from tests.support import Client, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    with serving() as shared:
        yield shared


@pytest.fixture
def client(server: Client) -> Client:
    assert server.post("/__admin/reset").status_code == 200
    return server


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The document of Rev.io's API, as it is printed."""
    return Contract(json.loads(encode(revio_document())))
