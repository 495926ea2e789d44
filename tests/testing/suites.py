"""Suites of users that use the pytest plugin."""

from __future__ import annotations

import pytest

from tests.programs import PYTEST_OF_A_USER

CREATE = """
import requests

def create(revio, external_id="a", internal_id=1015):
    link = {"integration_system_id": 4, "integration_entity_type_id": 2,
            "internal_id": internal_id, "external_id": external_id}
    return requests.post(revio.url + "/IntegrationKeyLink", json=link, auth=revio.credentials, timeout=10)

def get(revio, path="SystemStatus"):
    return requests.get(f"{revio.url}/{path}", auth=revio.credentials, timeout=10)
"""

_OPTIONS = (*PYTEST_OF_A_USER.split(), "-p", "no:cacheprovider", "-n0")


def prepare(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite whose tests can import functions that call a mock."""
    pytester.makepyfile(create=CREATE)
    pytester.syspathinsert()
    return pytester


def run(suite: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the suite in this process: for most suites, starting another one takes longer than the tests."""
    return suite.runpytest_inprocess(*_OPTIONS, *arguments)


def run_alone(suite: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the suite in a process of its own, as a user does."""
    return suite.runpytest_subprocess(*_OPTIONS, *arguments)
