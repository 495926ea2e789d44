"""In CI, a run fails if a test was skipped or too few tests passed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci_plugin import MIN_PASSED
from tests.programs import PYTEST_OF_A_USER
from tests.support import ROOT

ENOUGH = f"import pytest\n@pytest.mark.parametrize('n', range({MIN_PASSED}))\ndef test_fine(n): pass\n"
SKIPPED = "\n@pytest.mark.skip(reason='no docker')\ndef test_skipped(): pass\n"


@pytest.mark.parametrize(
    ("workers", "tests", "status", "message"),
    [
        ("0", ENOUGH, 0, None),
        ("2", ENOUGH + SKIPPED, 1, "CI: skipped, which CI does not allow: test_suite.py::test_skipped"),
        ("0", "def test_alone(): pass\n", 1, f"CI: only 1 tests passed; CI expects at least {MIN_PASSED}"),
    ],
    ids=["all", "skipped", "few"],
)
def test_a_ci_run_succeeds_only_if_enough_tests_ran_and_none_was_skipped(
    workers: str, tests: str, status: int, message: str | None, tmp_path: Path
) -> None:
    (tmp_path / "test_suite.py").write_text(tests, "utf-8")
    options = ["-p", "tests.ci_plugin", "-p", "no:cacheprovider", "-n", workers, "--rootdir", str(tmp_path)]
    options += PYTEST_OF_A_USER.split()
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path / "test_suite.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == status, result.stdout + result.stderr
    assert ("CI: " in result.stdout) is (message is not None)
    assert (message or "") in result.stdout


def test_the_script_is_executable_and_loads_the_plugin() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "-p tests.ci_plugin" in script.read_text("utf-8")
