"""A pytest plugin for CI, `-p tests.ci_plugin`: a skipped test fails the run, and so does a run of few tests.

On a person's machine a test may be skipped for want of a program or of rights. In CI nothing may be
missing, or a broken installation would look like success.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

FEWEST = 100
"""Fewer tests than this have not been collected as they should."""


def complaints(skipped: list[str], passed: int) -> list[str]:
    """What makes a run that pytest calls a success none in CI."""
    wrong = [f"skipped, which CI does not allow: {name}" for name in skipped]
    if passed < FEWEST:
        wrong.append(f"only {passed} tests passed; CI expects at least {FEWEST}")
    return wrong


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Turn the run's exit status, before the closing lines are written."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return  # a worker of pytest-xdist: the one who counts is the controller
    skipped = [report.nodeid for report in reporter.stats.get("skipped", ())]
    wrong = complaints(skipped, len(reporter.stats.get("passed", ())))
    if wrong and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    for line in wrong:
        reporter.write_line(f"CI: {line}", red=True)
