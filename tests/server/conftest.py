"""A large world to start a server with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.server.stopping import CUSTOMERS


@pytest.fixture(scope="module")
def large_state() -> dict[str, Any]:
    """A state that takes seconds to read, check and commit."""
    customers = range(1, CUSTOMERS + 1)
    link = {"integration_system_id": 4, "integration_entity_type_id": 2}
    return {
        "integration_systems": [{"integration_system_id": 4, "system_name": "SALESFORCE"}],
        "integration_entity_types": [{"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"}],
        "entities": {"CUSTOMER": [{"customer_id": each, "status": "ACTIVE"} for each in customers]},
        "key_links": [
            {"integration_key_link_id": each, **link, "internal_id": each, "external_id": str(each)}
            for each in customers
        ],
    }


@pytest.fixture(scope="module")
def large_fixture(large_state: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fixtures") / "large.json"
    path.write_text(json.dumps(large_state), "utf-8")
    return path
