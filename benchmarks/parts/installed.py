"""What having mockrevio installed costs the test suites that do not use it."""

from __future__ import annotations

import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.harness import Harness
from benchmarks.rows import Row, comparison, single_figure
from benchmarks.servers import ROOT

RUNS_PER_RUN = 2
"""Short processes vary a lot, so they are measured more often."""


def imports(bench: Harness) -> Iterator[Row]:
    """Measure a process that imports pytest and mockrevio's plugin, against one that imports pytest alone."""
    commands = {
        "mockrevio": [sys.executable, "-c", "import pytest, mockrevio.testing.pytest_plugin"],
        "pytest": [sys.executable, "-c", "import pytest"],
    }
    times = bench.interleaved(
        {name: partial(_time, command) for name, command in commands.items()}, runs=bench.runs * RUNS_PER_RUN
    )
    runs = (times["mockrevio"], times["pytest"])
    yield comparison("import of the pytest plugin", "pytest alone", runs, "s", "at most 1.2")


def pytest_runs(bench: Harness) -> Iterator[Row]:
    """Measure a pytest run with one empty test, in an environment with mockrevio and in one without.

    Faker, on which mockrevio depends, has a pytest plugin that every run loads, unless it is turned off.
    """
    suite = Path(bench.new_folder())
    (suite / "test_nothing.py").write_text("def test_nothing(): pass\n", "utf-8")
    with_it, without = _environment(bench, "pytest", str(ROOT)), _environment(bench, "pytest")
    run = ["-m", "pytest", "-q", "-p", "no:cacheprovider", str(suite)]
    commands = {
        "without mockrevio": [without, *run],
        "Faker's plugin off": [with_it, *run, "-p", "no:faker"],
        "Faker's plugin on": [with_it, *run],
    }
    times = bench.interleaved(
        {name: partial(_time, command) for name, command in commands.items()}, runs=bench.runs * RUNS_PER_RUN
    )
    without_it = times["without mockrevio"]
    for name in ("Faker's plugin off", "Faker's plugin on"):
        measure = f"pytest run that does not use it, {name}"
        yield comparison(measure, "not installed", (times[name], without_it), "s")
    cost = median(run - other for run, other in zip(times["Faker's plugin off"], without_it, strict=True))
    yield single_figure("what mockrevio adds to such a run, Faker's plugin off", cost, "s", "at most 0.1")


def _environment(bench: Harness, *packages: str) -> str:
    """Install packages into a new virtual environment, and return its Python."""
    folder = Path(bench.new_folder())
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def _time(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started
