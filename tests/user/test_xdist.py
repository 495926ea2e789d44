"""With pytest-xdist: each worker has its own mock."""

from __future__ import annotations

import re
from pathlib import Path

import xdist  # type: ignore[import-untyped]  # noqa: F401 (the suite below needs it)

from tests.user.common import run_suite

SUITE = """
import pytest

@pytest.mark.parametrize("number", range(20))
def test_create(mock_revio, number):
    mock_revio.links.add(1015, str(number))
    assert [link["external_id"] for link in mock_revio.links] == [str(number)]
    assert mock_revio.links[0]["integration_key_link_id"] == 1
"""


def test_each_worker_has_its_own_mock(tmp_path: Path) -> None:
    result = run_suite(tmp_path, SUITE, "-n", "2", "-p", "no:faker")
    assert re.search(r"20 passed", result.stdout), result.stdout + result.stderr
