"""What the tests of `mockrevio pull` share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract_tools.pull.common import Puller


@pytest.fixture
def puller(tmp_path: Path) -> Puller:
    return Puller(tmp_path)
