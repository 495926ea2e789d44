"""The files that `mockrevio exec` writes when its command has ended, and its other output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import CLEAN_ENVIRONMENT, run
from tests.testing.exec.common import EXEC


def test_standard_output_keeps_what_the_command_wrote_before_the_log(tmp_path: Path) -> None:
    file = tmp_path / "output"
    with file.open("wb") as output:
        command = [*EXEC, "--log", "/dev/stdout", "--", sys.executable, "-c", "print('results')"]
        subprocess.run(command, stdout=output, env=CLEAN_ENVIRONMENT, check=True, timeout=60)
    results, log = file.read_text("utf-8").split("\n", 1)
    assert results == "results"
    assert json.loads(log)["requests"] == []


@pytest.mark.parametrize("option", ["--log", "--save-state"])
def test_a_dash_is_not_a_file(option: str, tmp_path: Path) -> None:
    ended = run("exec", option, "-", "--", sys.executable, "-c", "", cwd=tmp_path)
    assert ended.returncode == 2
    assert b"standard output is /dev/stdout" in ended.stderr
    assert [*tmp_path.iterdir()] == []


def test_closed_standard_streams_do_not_matter() -> None:
    script = f'{" ".join(EXEC)} -- sh -c "exit 5" <&- >&- 2>&-'
    assert (
        subprocess.run(["sh", "-c", script], check=False, env=CLEAN_ENVIRONMENT, timeout=60).returncode == 5
    )


def test_help_shows_the_defaults_of_exec() -> None:
    text = " ".join(run("exec", "--help").stdout.decode().split())
    assert "MOCKREVIO_PORT; default: a free one" in text
    assert "MOCKREVIO_DATA; default: none" in text
    assert "MOCKREVIO_EPHEMERAL; default: on" in text
