"""In CI nothing may be left out: a skipped test, or a run of few tests, is a failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci_plugin import FEWEST
from tests.support import ROOT

MANY = f"import pytest\n@pytest.mark.parametrize('n', range({FEWEST}))\ndef test_fine(n): pass\n"
SKIPPED = "\n@pytest.mark.skip(reason='no docker')\ndef test_left_out(): pass\n"


@pytest.mark.parametrize(
    ("workers", "tests", "status", "message"),
    [
        ("0", MANY, 0, None),
        ("2", MANY + SKIPPED, 1, "CI: skipped, which CI does not allow: test_it.py::test_left_out"),
        ("0", "def test_lonely(): pass\n", 1, f"CI: only 1 tests passed; CI expects at least {FEWEST}"),
    ],
    ids=["all", "skipped", "few"],
)
def test_a_run_succeeds_in_ci_only_if_everything_ran(
    workers: str, tests: str, status: int, message: str | None, tmp_path: Path
) -> None:
    (tmp_path / "test_it.py").write_text(tests, "utf-8")
    options = ["-p", "tests.ci_plugin", "-p", "no:cacheprovider", "-n", workers, "--rootdir", str(tmp_path)]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path / "test_it.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == status, ended.stdout + ended.stderr
    assert ("CI: " in ended.stdout) is (message is not None)
    assert (message or "") in ended.stdout


def test_the_script_is_executable_and_loads_the_plugin() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "-p tests.ci_plugin" in script.read_text("utf-8")
