"""Documents that commands print: an error if standard output cannot be written, never a part of one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import CLEAN_ENVIRONMENT

COMMANDS = [("openapi",), ("openapi", "--postman"), ("fixture", "make", "AGENT:1"), ("verify",)]
FAILED = {"verify": 2}
"""The status of a command that could not do its work, where it is not 1."""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes as on Unix")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_early_is_an_error(unbuffered: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "mockrevio", "openapi"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**CLEAN_ENVIRONMENT, "PYTHONUNBUFFERED": unbuffered},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(5) == b'{\n  "'
        process.stdout.close()
        assert (process.wait(60), process.stderr.read()) == (1, b"")


def run_in_shell(redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", sys.executable, "-m", "mockrevio", *arguments],
        capture_output=True,
        text=True,
        env=CLEAN_ENVIRONMENT,
        check=False,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="devices as on Linux")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_full_disk_is_an_error(arguments: tuple[str, ...]) -> None:
    ended = run_in_shell(">/dev/full", *arguments)
    message = "mockrevio: cannot write to standard output: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (FAILED.get(arguments[0], 1), message)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell as on Unix")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_closed_output_is_an_error(arguments: tuple[str, ...]) -> None:
    ended = run_in_shell(">&-", *arguments)
    message = "mockrevio: standard output is closed; redirect it to a file: > FILE\n"
    assert (ended.returncode, ended.stderr) == (FAILED.get(arguments[0], 1), message)
