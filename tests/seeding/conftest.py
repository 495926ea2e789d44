"""A generated document, shared by all tests; they must not change it."""

from __future__ import annotations

import pytest

from mockrevio.revio.resources import ENTITIES
from mockrevio.seeding.generator import make_document
from tests.seeding.common import Document


@pytest.fixture(scope="session")
def generated() -> Document:
    """60 records of each entity type and 120 key links."""
    return make_document(dict.fromkeys(ENTITIES, 60), key_links=120, seed=7)
