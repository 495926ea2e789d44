"""Programs that some tests need in addition to Python."""

from __future__ import annotations

import shutil

import pytest

ALTERNATIVES = {"chromium": ("chromium", "google-chrome")}


def find(program: str) -> str | None:
    """The path of a program, or None."""
    return next(filter(None, map(shutil.which, ALTERNATIVES.get(program, (program,)))), None)


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip a test if one of the programs is missing. In CI, where all are installed, a skipped test fails."""
    missing = [program for program in programs if find(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")
