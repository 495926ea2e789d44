"""What the pytest fixture costs each test that uses it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks import programs
from benchmarks.harness import Harness
from benchmarks.rows import Row, comparison, single_figure

TESTS = 300
"""How many tests use each fixture in a run."""

_SUITE = f"""
import pytest

each = pytest.mark.parametrize("number", range({TESTS}))

@each
def test_nothing(number):
    pass

@each
def test_httpserver(httpserver, number):
    pass

@each
def test_mock_revio(mock_revio, number):
    pass

def test_calls(mock_revio):
    import time, requests
    body = {{"note": "x" * 30_000}}
    with requests.Session() as session:
        session.auth = mock_revio.credentials
        for _ in range(1000):
            session.post(mock_revio.url + "/IntegrationKeyLink", json=body)
    started = time.perf_counter()
    mock_revio.check()
    print(time.perf_counter() - started)
"""

_CONFTEST = """
import json, time
import pytest

times = {}

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    started = time.perf_counter()
    try:
        return (yield)
    finally:
        times.setdefault(item.originalname, []).append(time.perf_counter() - started)

@pytest.hookimpl(wrapper=True)
def pytest_runtest_logreport(report):
    if report.when == "call" and "test_calls" in report.nodeid:
        times["check"] = [float(report.capstdout)]
    return (yield)

def pytest_sessionfinish(session):
    (session.config.rootpath / "times.json").write_text(json.dumps(times))
"""


def fixtures(bench: Harness) -> Iterator[Row]:
    """Measure, in one run of pytest, tests that use no fixture, pytest-httpserver's, and mockrevio's."""
    if not bench.peers:
        return
    folder = Path(bench.new_folder())
    (folder / "test_fixtures.py").write_text(_SUITE, "utf-8")
    (folder / "conftest.py").write_text(_CONFTEST, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    runs = [_run(folder) for _ in range(bench.runs)]
    ours, others, checks = map(list, zip(*runs, strict=True))
    yield comparison("fixture, per test", "pytest-httpserver", (ours, others), "s")
    yield single_figure("fixture, per test", median(ours) * 1000, "ms", "at most 0.3")
    yield single_figure("check after 1,000 calls of 30 KB", median(checks) * 1000, "ms", "at most 2")


def _run(folder: Path) -> tuple[float, float, float]:
    """Seconds that mockrevio's and pytest-httpserver's fixtures add to a test, and that a check takes.

    Of the tests with each fixture, nine in ten took longer: what they add is less than a busy machine adds.
    """
    command = [programs.peer("venv/bin/python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(finished.stdout + finished.stderr)
    times = json.loads((folder / "times.json").read_text("utf-8"))
    names = ("test_nothing", "test_mock_revio", "test_httpserver")
    nothing, ours, other = (sorted(times[name])[TESTS // 10] for name in names)
    return ours - nothing, other - nothing, times["check"][0]
