"""Writing what a run has found."""

from __future__ import annotations

from pathlib import Path

from mockrevio.errors import SettingError


def write_file(option: str, path: Path, text: str) -> None:
    """Write a file that an option names. Raises SettingError if that fails."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise SettingError(f"{option}: {path}: cannot be written: {error.strerror or error}") from None
