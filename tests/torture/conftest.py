"""How much torture: `--torture short`, as in `make test`, or `--torture long`, as `make torture` has it."""

from __future__ import annotations

import pytest

from tests.torture.common import HowMuch


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--torture", choices=["short", "long"], default="short", help="how much torture there is"
    )


@pytest.fixture(scope="session")
def how_much(request: pytest.FixtureRequest) -> HowMuch:
    """How much of something this run does."""
    # Not known where pytest was started for all tests: it looks here too late for options, then.
    return HowMuch(long=request.config.getoption("--torture", default="short") == "long")
