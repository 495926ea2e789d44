"""Running the `mockrevio` command in tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CLEAN_ENVIRONMENT = {name: text for name, text in os.environ.items() if not name.startswith("MOCKREVIO_")}


def run(
    *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run `mockrevio` with these arguments until it exits. The output is bytes."""
    return subprocess.run(
        [sys.executable, "-m", "mockrevio", *arguments],
        capture_output=True,
        timeout=60,
        cwd=cwd,
        env={**CLEAN_ENVIRONMENT, **(env or {})},
        check=False,
    )


def failing_run(*arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """The error output of a run that must fail, without a traceback and without output."""
    result = run(*arguments, cwd=cwd, env=env)
    errors = result.stderr.decode()
    assert result.returncode in (1, 2), errors
    assert "Traceback" not in errors
    assert result.stdout == b""
    return errors
