"""The Node package, `clients/node`: built where it is, once for all tests that need it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from tests.examples.pages import environment
from tests.support import ROOT

PACKAGE = ROOT / "clients" / "node"
_INSTALLED = PACKAGE / "node_modules" / ".package-lock.json"


def npm(*arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run npm in the package."""
    return subprocess.run(
        ["npm", *arguments],
        cwd=PACKAGE,
        env={**environment(), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@contextmanager
def built_package() -> Iterator[Path]:
    """The package with its development dependencies, compiled. Other tests wait until this one is done."""
    waiting = ROOT / ".pytest_cache" / "node-client.lock"
    waiting.parent.mkdir(exist_ok=True)
    with FileLock(waiting):
        lock = PACKAGE / "package-lock.json"
        if not _INSTALLED.exists() or _INSTALLED.stat().st_mtime < lock.stat().st_mtime:
            _succeed("ci")
        if _built_at() < max(path.stat().st_mtime for path in _sources()):
            _succeed("run", "build")
        yield PACKAGE


def _sources() -> Iterator[Path]:
    """What the compiler reads."""
    yield _INSTALLED
    yield from (PACKAGE / name for name in ("package.json", "tsconfig.json"))
    yield from PACKAGE.glob("src/*.ts")


def _built_at() -> float:
    """When the last build ended: it writes the files in any order."""
    return min((path.stat().st_mtime for path in PACKAGE.glob("dist/*.js")), default=0)


def _succeed(*arguments: str) -> None:
    ended = npm(*arguments)
    assert ended.returncode == 0, f"npm {' '.join(arguments)}\n{ended.stdout}\n{ended.stderr}"


def install_package(project: Path) -> None:
    """Put the package into a project's node_modules, as `npm install` does."""
    installed = project / "node_modules" / "@mockrevio" / "client"
    with built_package() as package:
        shutil.copytree(package / "dist", installed / "dist")
        shutil.copy(package / "package.json", installed)
