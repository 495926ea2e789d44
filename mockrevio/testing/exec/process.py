"""Running a command in the foreground: its signals, and its exit status."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NamedTuple, NoReturn

from mockrevio.reporting import report

NOT_EXECUTABLE, NOT_FOUND = 126, 127
"""Exit statuses that shells use for a command that cannot be run, and for one that does not exist."""

_KEYS = ("SIGINT", "SIGQUIT", "SIGBREAK")
"""Signals of Ctrl-C and the like. The terminal sends them to all processes in the foreground."""

_STEP = 0.05
"""Seconds after which the main thread looks for signals that have reached other threads."""

_PASSED_ON = (*_KEYS, "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")


class Ended(NamedTuple):
    """How a command ended: with a status, or -n if signal n killed it. Did it run at all?"""

    status: int
    ran: bool = True


def run_command(command: Sequence[str], environment: Mapping[str, str]) -> Ended:
    """Run a command until it ends, and pass signals on to it.

    It shares the terminal, the process group, standard streams and open files with this process, as a command
    of a shell script does. From here on, no signal ends this process: it waits for the command and cleans up.
    """
    relay = _SignalRelay()
    relay.install()
    try:
        process = subprocess.Popen(  # noqa: S603 (running it is what the user asks for)
            [_resolve(command[0]), *command[1:]], env=environment, close_fds=False
        )
    except OSError as error:
        return _explain(command[0], error)
    relay.start(process)
    return Ended(_wait(process))


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process in short steps.

    A signal may reach a thread of the server. Only the main thread handles it, the next time that it runs.
    """
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=_STEP)


class _SignalRelay:
    """Passes the signals that this process gets on to a command."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def install(self) -> None:
        """Handle signals from now on, except those that are ignored (nohup): the command ignores them too."""
        for name in _PASSED_ON:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._handle)

    def start(self, process: subprocess.Popen[bytes]) -> None:
        """Pass signals on to this process, those included that came while it was starting."""
        self._process = process
        for number in self._early:
            process.send_signal(number)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if signal.Signals(number).name in _KEYS and _in_foreground():
            return  # the command has got it too, and decides what it means
        if self._process is None:
            self._early.append(number)
        else:
            self._process.send_signal(number)


def _in_foreground() -> bool:
    """Whether the terminal sends signals to this process, and with it to the command."""
    if os.name == "nt":
        return True
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _resolve(program: str) -> str:
    """The program to start. Windows itself looks only for .exe, but npm, for one, is npm.cmd."""
    return (shutil.which(program) or program) if os.name == "nt" else program


def _explain(program: str, error: OSError) -> Ended:
    """Report why a command cannot be run, and return the status that a shell has for it."""
    if isinstance(error, FileNotFoundError):
        found = shutil.which(program)
        if found is None:
            report(f"{program}: command not found. Install it, or pass its path")
            return Ended(NOT_FOUND, ran=False)
        report(f"{found}: cannot be run: its first line names an interpreter that does not exist")
        return Ended(NOT_EXECUTABLE, ran=False)
    report(f"{program}: cannot be run: {error.strerror or error}")
    return Ended(NOT_EXECUTABLE, ran=False)


_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""The signals that end this process until a command runs."""


def unwind_on_signals() -> None:
    """Until a command runs, let the first signal unwind this process, so that files are removed."""
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _unwind)


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Let signals wait for the end of this block, so that nothing is left half made; not on Windows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _unwind(number: int, _: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # a second one would interrupt that
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


def end_like(status: int) -> NoReturn:
    """End this process with the status of a command, or with 128 + n if the status is -n: signal n killed it.

    If that was Ctrl-C, this process dies of it as well: a shell then leaves the loop that both are in.
    """
    if status == -signal.SIGINT:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    sys.exit(status if status >= 0 else 128 - status)
