"""Files that are replaced whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mockrevio.errors import DataUnwritable


def write_atomically(path: Path, pieces: Iterable[str]) -> None:
    """Put a text in a file's place, so that at every moment either the old or the new one is there, whole.

    Once this returns, the disk has it. Raises DataUnwritable, and leaves the old file, if it refuses.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        fsync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise DataUnwritable(f"{path} cannot be written: {error.strerror or error}") from None


def create_folder(folder: Path) -> None:
    """Make a folder, and those above it, if need be, so that they too survive a power cut; OSError if not."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in new:
        with suppress(PermissionError):  # one may be allowed to make folders where one may not look
            fsync_folder(each.parent)


def fsync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut; Windows does so by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
