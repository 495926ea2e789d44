"""The command line: `python -m benchmarks`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.programs import needs
from tests.support import ROOT


def bench(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    env = environment or None
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120
    )


@needs("wrk")
def test_a_part_prints_rows_and_writes_them_as_json(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    finished = bench("durability", "--runs", "1", "--seconds", "1", "--no-peers", "--json", str(path))
    (row,) = json.loads(path.read_text("utf-8"))["rows"]
    assert row["measure"] == "POST key link, 32 clients, fsync"
    assert row["ours"] > 0
    assert row["met"] in ("yes", "close", "NO")
    assert f"| at least 0.8 | {row['met']} |" in finished.stdout
    assert finished.returncode == (row["met"] == "NO"), finished.stderr


def test_a_missing_program_is_named_with_its_package() -> None:
    finished = bench("searches", "--no-peers", PATH="")
    assert finished.returncode == 1
    assert finished.stderr == "wrk is missing: install it, on Debian with `apt-get install wrk`\n"


def test_an_unknown_part_is_named() -> None:
    finished = bench("serches")
    assert finished.returncode == 2
    assert "unknown part serches; choose from start_up, cold" in finished.stderr
