"""A mock behind a proxy that validates."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockrevio.contract.validation.validation import Validation
from tests.contract_tools.record.common import proxying
from tests.contract_tools.validation.common import Checked
from tests.support import Client, serving


@pytest.fixture(scope="module")
def mock() -> Iterator[Client]:
    with serving() as client:
        yield client


@pytest.fixture
def checked(mock: Client) -> Iterator[Checked]:
    validation = Validation(None)
    with proxying(mock.url, validation) as client:
        yield Checked(client, validation)
