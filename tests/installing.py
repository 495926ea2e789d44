"""Building mockrevio, installing it into a new environment, and running it there, also as another user."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT


def build(folder: Path) -> tuple[Path, Path]:
    """Build the source package, and the wheel from that package, in `folder`."""
    _run_checked(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    (source,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return source, wheel


def build_wheel(source: Path, folder: Path) -> Path:
    """Build the wheel from a source folder with pip."""
    options = ("--no-deps", "--no-build-isolation", "--wheel-dir", str(folder))
    _run_checked(sys.executable, "-m", "pip", "wheel", "--quiet", *options, str(source))
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Installation:
    """Install the wheel into a new environment in `folder` that shares the dependencies of the tests."""
    venv.create(folder, symlinks=os.name != "nt")
    installation = Installation(folder)
    python = str(installation.program("python"))
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    _run_checked(*pip, "--disable-pip-version-check", "--no-deps", "--no-index", str(wheel))
    # Python ignores .pth files in folders added by a .pth file, so an editable install stays invisible.
    scheme = {"base": str(folder), "platbase": str(folder)}
    libraries = Path(sysconfig.get_path("purelib", vars=scheme))
    (libraries / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return installation


def install_alone(wheel: Path, folder: Path, *packages: str) -> Installation:
    """Install the wheel, its dependencies and these packages into a new environment, like a user's."""
    venv.create(folder, symlinks=os.name != "nt")
    installation = Installation(folder)
    python = str(installation.program("python"))
    # uv has a cache of unpacked packages, so the next environment takes a second.
    _run_checked(
        sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python, str(wheel), *packages
    )
    return installation


def _run_checked(*command: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}{result.stderr}"


@dataclass(frozen=True)
class UnprivilegedUser:
    """A user id without a name, home folder or privileges. Switching to it requires root."""

    uid: int
    gid: int = 0

    def command_prefix(self) -> list[str]:
        """The prefix that runs a command as this user.

        If Python is in a folder that other users cannot read, the user may read all files, but not write.
        """
        base = [
            shutil.which("setpriv") or "setpriv",
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            "--clear-groups",
        ]
        reading = ["--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search"]
        plain = subprocess.run([*base, sys.executable, "-c", ""], capture_output=True, check=False)
        return base if plain.returncode == 0 else [*base, *reading]


def can_switch_user() -> bool:
    """Whether the tests run as root, on a system that has setpriv."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("setpriv") is not None


@dataclass
class Running:
    """A server started from an installation."""

    process: subprocess.Popen[str]
    url: str

    def stop(self) -> int:
        """Send SIGTERM and return the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@dataclass(frozen=True)
class Installation:
    """An environment with mockrevio installed."""

    folder: Path

    def program(self, name: str) -> Path:
        """The path of a program in this environment."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin") / name

    def run(
        self,
        program: str,
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        user: UnprivilegedUser | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in this environment until it exits."""
        return subprocess.run(
            self._command(program, arguments, user),
            cwd=cwd,
            env=_minimal_environment(env),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @contextmanager
    def start(
        self,
        program: str,
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        user: UnprivilegedUser | None = None,
    ) -> Iterator[Running]:
        """Start a server, wait for its start line, and kill it at the end if it is still running."""
        process = subprocess.Popen(
            self._command(program, arguments, user),
            cwd=cwd,
            env=_minimal_environment(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            address = re.search(r"http://\S+?:\d+", process.stdout.readline())
            assert address, process.communicate(timeout=30)
            yield Running(process, address.group())
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=30)

    def _command(self, program: str, arguments: tuple[str, ...], user: UnprivilegedUser | None) -> list[str]:
        return [*(user.command_prefix() if user else ()), str(self.program(program)), *arguments]


def _minimal_environment(env: Mapping[str, str] | None) -> dict[str, str]:
    """Only `env` and the variables that Windows requires."""
    required = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return {**required, **(env or {})}
