"""Programs that some tests need in addition to Python."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

PYTEST_OF_A_USER = "-p no:anyio -p no:faker -p no:hypothesispytest"
"""Options of a pytest that a test starts, to leave out plugins that only this environment has: importing them
takes as long as everything else together."""

ALTERNATIVES = {
    "chromium": ("chromium", "google-chrome"),
    "nginx": ("nginx", "/usr/sbin/nginx"),  # where Debian has it, which is not in the PATH of most users
}


def find(program: str) -> str | None:
    """The path of a program, or None. What `make` installs is next to Python, which need not be on PATH."""
    names = ALTERNATIVES.get(program, (program,))
    here = str(Path(sys.executable).parent)
    return next(filter(None, (shutil.which(name) or shutil.which(name, path=here) for name in names)), None)


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip a test if one of the programs is missing. In CI, where all are installed, a skipped test fails."""
    missing = [program for program in programs if find(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")
