"""A way to run verify."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract_tools.verify.runs import Verify


@pytest.fixture
def verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verify:
    """Run verify in this process."""
    return Verify(tmp_path, capsys)
