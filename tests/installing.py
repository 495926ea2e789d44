"""Building mockrevio, installing it afresh, and running what was installed, perhaps as somebody else."""

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
    """The source package, and the wheel built from that package alone, in `folder`."""
    _succeed(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    (source,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return source, wheel


def build_wheel(source: Path, folder: Path) -> Path:
    """The wheel that pip builds from a folder of sources."""
    options = ("--no-deps", "--no-build-isolation", "--wheel-dir", str(folder))
    _succeed(sys.executable, "-m", "pip", "wheel", "--quiet", *options, str(source))
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Installation:
    """The wheel in a new environment in `folder`; what it depends on is taken from the tests' own."""
    venv.create(folder, symlinks=os.name != "nt")
    installation = Installation(folder)
    python = str(installation.program("python"))
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    _succeed(*pip, "--disable-pip-version-check", "--no-deps", "--no-index", str(wheel))
    # The lines of a .pth file are looked at, but not the .pth files there: an editable install stays out.
    scheme = {"base": str(folder), "platbase": str(folder)}
    libraries = Path(sysconfig.get_path("purelib", vars=scheme))
    (libraries / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return installation


def install_alone(wheel: Path, folder: Path, *packages: str) -> Installation:
    """The wheel in a new environment as a user has it: its dependencies and these packages, no more."""
    venv.create(folder, symlinks=os.name != "nt")
    installation = Installation(folder)
    python = str(installation.program("python"))
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    _succeed(*pip, "--disable-pip-version-check", str(wheel), *packages)
    return installation


def _succeed(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}{ended.stderr}"


@dataclass(frozen=True)
class Somebody:
    """A user with an id but without a name, home, or rights; needs root to become one."""

    user: int
    group: int = 0

    def command(self) -> list[str]:
        """What to put before a command so that this user runs it.

        Where Python lies in a folder that is closed to others, reading (never writing) is permitted.
        """
        base = [
            shutil.which("setpriv") or "setpriv",
            f"--reuid={self.user}",
            f"--regid={self.group}",
            "--clear-groups",
        ]
        reading = ["--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search"]
        plain = subprocess.run([*base, sys.executable, "-c", ""], capture_output=True, check=False)
        return base if plain.returncode == 0 else [*base, *reading]


def can_become_somebody() -> bool:
    """Whether the tests run as root, on a system that has setpriv."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("setpriv") is not None


@dataclass
class Running:
    """A server that was started from an installation."""

    process: subprocess.Popen[str]
    url: str

    def stop(self) -> int:
        """Send SIGTERM, and answer the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@dataclass(frozen=True)
class Installation:
    """An environment with mockrevio in it."""

    folder: Path

    def program(self, name: str) -> Path:
        """A program of this environment."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin") / name

    def run(
        self,
        program: str,
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        user: Somebody | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of this environment to its end."""
        return subprocess.run(
            self._command(program, arguments, user),
            cwd=cwd,
            env=_bare(env),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextmanager
    def start(
        self,
        program: str,
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        user: Somebody | None = None,
    ) -> Iterator[Running]:
        """Start a server, wait for its start line, and kill it at the end if it still runs."""
        process = subprocess.Popen(
            self._command(program, arguments, user),
            cwd=cwd,
            env=_bare(env),
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

    def _command(self, program: str, arguments: tuple[str, ...], user: Somebody | None) -> list[str]:
        return [*(user.command() if user else ()), str(self.program(program)), *arguments]


def _bare(env: Mapping[str, str] | None) -> dict[str, str]:
    """This environment and nothing of the tests' own but what Windows cannot do without."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return {**kept, **(env or {})}
