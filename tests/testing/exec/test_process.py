"""`mockrevio exec` in a shell, a terminal and a CI job: signals reach the command, once."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command_line import CLEAN_ENVIRONMENT
from tests.testing.exec.common import EXEC, running_exec

REPORT_SIGNALS = """
import os, signal, sys, time, urllib.request

def report(number, _):
    health = urllib.request.urlopen(os.environ["MOCKREVIO_ADMIN_URL"] + "/health")  # the mock is still there
    print(signal.Signals(number).name, health.status)

for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"):
    signal.signal(getattr(signal, name), report)
print("ready")
"""
UNTIL_STDIN_ENDS = "sys.stdin.read(); sys.exit(7)"

IN_TERMINAL = (
    sys.executable,
    "-c",
    "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))",
)
"""Runs a command in a terminal, whose keys come from standard input."""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"])
def test_a_signal_is_passed_on_and_the_command_decides_what_it_means(name: str, tmp_path: Path) -> None:
    with running_exec(
        "--save-state", "state.json", program=REPORT_SIGNALS + UNTIL_STDIN_ENDS, cwd=tmp_path
    ) as running:
        assert running.stdout is not None
        for _ in range(2):
            running.send_signal(getattr(signal, name))
            assert running.stdout.readline() == f"{name} 200\n"
        output, errors = running.communicate(timeout=30)
    assert (output, errors, running.returncode) == ("", "", 7)
    assert json.loads((tmp_path / "state.json").read_text("utf-8"))["schema"] == 1


@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", -signal.SIGINT)])
def test_a_command_that_a_signal_ends_has_its_status(name: str, status: int, tmp_path: Path) -> None:
    program = "import signal, time; signal.signal(2, signal.SIG_DFL); print('ready'); time.sleep(60)"
    with running_exec("--log", "log.json", program=program, cwd=tmp_path) as running:
        running.send_signal(getattr(signal, name))
        output, errors = running.communicate(timeout=30)
    assert (output, errors, running.returncode) == ("", "", status)
    assert (tmp_path / "log.json").exists()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="lists threads with /proc")
def test_a_signal_that_reaches_a_thread_of_the_server_is_passed_on() -> None:
    with running_exec(program=REPORT_SIGNALS + UNTIL_STDIN_ENDS) as running:
        assert running.stdout is not None
        [thread] = {int(task.name) for task in Path(f"/proc/{running.pid}/task").iterdir()} - {running.pid}
        for _ in range(3):
            assert ctypes.CDLL(None).tgkill(running.pid, thread, signal.SIGUSR1) == 0
            assert running.stdout.readline() == "SIGUSR1 200\n"


def test_signals_that_are_ignored_stay_ignored() -> None:
    with running_exec(
        program="import signal, sys; print('ready'); sys.stdin.read(); print(signal.getsignal(1))",
        wrapper=("nohup",),
    ) as running:
        running.send_signal(signal.SIGHUP)
        output, errors = running.communicate(timeout=30)
    assert (output, errors, running.returncode) == ("1\n", "", 0)


def test_ctrl_c_reaches_the_command_once_each_time_it_is_pressed() -> None:
    program = REPORT_SIGNALS + "input(); sys.exit(7)"
    running = subprocess.Popen(
        [*IN_TERMINAL, *EXEC, "--", sys.executable, "-u", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=CLEAN_ENVIRONMENT,
        start_new_session=True,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    lines = [running.stdout.readline()]
    for key in ("\x03", "\x03", "\x1c"):
        running.stdin.write(key)
        running.stdin.flush()
        lines.append(running.stdout.readline())
    time.sleep(0.3)  # for a second copy of the signal, if there were one
    running.stdin.write("\n")
    rest, _ = running.communicate(timeout=30)
    assert [line.strip().removeprefix("^C").removeprefix("^\\") for line in lines] == [
        "ready",
        "SIGINT 200",
        "SIGINT 200",
        "SIGQUIT 200",
    ]
    assert "SIG" not in rest
    assert running.returncode == 7


def test_ctrl_z_stops_both_and_both_continue() -> None:
    program = "import sys; print('ready'); print(sys.stdin.readline())"
    with running_exec(program=program) as running:
        assert running.stdin is not None
        os.killpg(running.pid, signal.SIGTSTP)
        running.stdin.write("line\n")
        running.stdin.flush()
        os.killpg(running.pid, signal.SIGCONT)
        output, _ = running.communicate(timeout=30)
    assert (output.strip(), running.returncode) == ("line", 0)


def test_open_files_are_passed_on() -> None:
    """Such as those of `make -j` and of the shell's `<(command)`."""
    reading, writing = os.pipe()
    ended = subprocess.run(
        [*EXEC, "--", sys.executable, "-c", f"import os; os.write({writing}, b'hello')"],
        pass_fds=[writing],
        env=CLEAN_ENVIRONMENT,
        timeout=60,
        check=False,
    )
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert (ended.returncode, pipe.read()) == (0, b"hello")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_before_the_command_runs_ends_it_without_a_trace(name: str, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*EXEC, "--fixture", "demo", "--", "sleep", "60"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**CLEAN_ENVIRONMENT, "TMPDIR": str(tmp_path)},
    )
    try:
        while not any(tmp_path.iterdir()):
            assert process.poll() is None, process.communicate()
            time.sleep(0.001)
        for _ in range(3):  # as from an impatient user
            process.send_signal(getattr(signal, name))
            time.sleep(0.005)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    number = getattr(signal, name)
    assert (output, errors) == (b"", b"")
    assert process.returncode == (-number if number == signal.SIGINT else 128 + number)
    assert [*tmp_path.iterdir()] == []
