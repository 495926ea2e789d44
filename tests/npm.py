"""Packages of npm that tests use, as a lock file names them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from filelock import FileLock

from tests.support import ROOT


def installed_packages(folder: Path) -> Path:
    """The `node_modules` of a folder, installed as its `package-lock.json` says."""
    waiting = ROOT / ".pytest_cache" / f"npm-{folder.parent.name}.lock"
    waiting.parent.mkdir(exist_ok=True)
    packages = folder / "node_modules"
    installed = packages / ".package-lock.json"
    with FileLock(waiting):
        if (
            not installed.exists()
            or installed.stat().st_mtime < (folder / "package-lock.json").stat().st_mtime
        ):
            ended = subprocess.run(
                ["npm", "ci", "--no-audit", "--no-fund"],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    return packages
