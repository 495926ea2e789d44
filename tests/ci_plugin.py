"""A pytest plugin for CI, `-p tests.ci_plugin`: the run fails if a test was skipped or too few tests ran.

On a developer's machine, a test may be skipped because a program or a privilege is missing. In CI nothing may
be missing, because a broken installation would look like success.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

MIN_PASSED = 100
"""If fewer tests pass, pytest did not collect all of them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option for runs of some of the tests."""
    parser.addoption("--min-passed", type=int, default=MIN_PASSED, help="how many tests must pass in CI")


def ci_failures(skipped: list[str], passed: int, expected: int = MIN_PASSED) -> list[str]:
    """The reasons why a run fails in CI that pytest calls a success."""
    failures = [f"skipped, which CI does not allow: {name}" for name in skipped]
    if passed < expected:
        failures.append(f"only {passed} tests passed; CI expects at least {expected}")
    return failures


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Change the exit status of the run, before pytest prints the summary."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return  # in a pytest-xdist worker; the controller has all results
    skipped = [report.nodeid for report in reporter.stats.get("skipped", ())]
    passed = len(reporter.stats.get("passed", ()))
    failures = ci_failures(skipped, passed, session.config.getoption("--min-passed"))
    if failures and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    for failure in failures:
        reporter.write_line(f"CI: {failure}", red=True)
