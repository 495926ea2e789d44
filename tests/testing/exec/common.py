"""Starting `mockrevio exec` in tests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.command_line import CLEAN_ENVIRONMENT, run

EXEC = (sys.executable, "-m", "mockrevio", "exec")

PRINT_ENVIRONMENT = (sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))")
"""A command that prints its environment."""


def environment_of(
    *options: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> dict[str, str]:
    """The environment that `mockrevio exec` with these options gives to a command."""
    ended = run("exec", *options, "--", *PRINT_ENVIRONMENT, env=env, cwd=cwd)
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))


@contextmanager
def running_exec(
    *options: str, program: str, cwd: Path | None = None, wrapper: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[str]]:
    """`mockrevio exec` without a terminal, once its command, a Python program, has printed "ready"."""
    process = subprocess.Popen(
        [*wrapper, *EXEC, *options, "--", sys.executable, "-u", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=CLEAN_ENVIRONMENT,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == "ready\n", line + process.communicate(timeout=30)[1]
        yield process
    finally:
        process.kill()
        process.communicate()
