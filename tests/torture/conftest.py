"""The `--torture` option (`make test` uses `short`, `make torture` uses `long`), and a shared server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import Process
from tests.torture.common import Scale, server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--torture", choices=["short", "long"], default="short", help="how long the torture tests run"
    )


@pytest.fixture(scope="session")
def how_much(request: pytest.FixtureRequest) -> Scale:
    """Picks the amounts for this run."""
    # If pytest was started for all tests, it has read this conftest too late to register the option.
    return Scale(long=request.config.getoption("--torture", default="short") == "long")


@pytest.fixture(scope="module")
def shared_server() -> Iterator[Process]:
    """One server for all tests of a module. At the end it must be alive and have reported no errors."""
    with server("--ephemeral") as running:
        running.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
        yield running
        assert running.process.poll() is None
        assert running.stop() == 0
        assert running.errors == []
