"""A generated document, shared by all tests; they must not change it."""

from __future__ import annotations

import pytest

from mockrevio.seeding.generator import GENERATED, make_document
from tests.seeding.common import Document, shipped_document


@pytest.fixture(scope="session")
def generated() -> Document:
    """60 records of each resource and 120 key links."""
    return make_document(dict.fromkeys(GENERATED, 60), key_links=120, seed=7)


@pytest.fixture(scope="module", params=["generated", "default", "demo"])
def document(request: pytest.FixtureRequest, generated: Document) -> Document:
    """Every document that must be coherent: one that was just generated, and the shipped ones."""
    return generated if request.param == "generated" else shipped_document(request.param)
