"""Removes the files of a world, all or none, even if the process is killed.

A marker file is created first. If the removal is interrupted, the next start, or the next use of the world,
finds the marker and deletes the rest.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from mockrevio.errors import DataUnwritable
from mockrevio.storage import fsync_folder
from mockrevio.world.file_names import client_code_of

_PREFIX, _SUFFIX = ".", ".removed"


def remove_files(folder: Path, name: str) -> None:
    """Delete the files of a world.

    Raises DataUnwritable if that fails; once the marker exists, the next start completes the removal.
    """
    try:
        _marker_path(folder, name).touch()
        fsync_folder(folder)
    except OSError as error:
        raise _removal_error(folder, name, error) from None
    finish_removal(folder, name)


def finish_removals(folder: Path) -> None:
    """Finish every removal that was interrupted. Raises DataUnwritable if that fails."""
    for marker in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        name = marker.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
        if client_code_of(name) is not None:
            finish_removal(folder, name)


def finish_removal(folder: Path, name: str) -> None:
    """Finish the removal of a world, if one was interrupted. Raises DataUnwritable if that fails."""
    marker = _marker_path(folder, name)
    if not marker.exists():
        return
    try:
        for suffix in (".jsonl", ".jsonl.tmp", ".json", ".json.tmp"):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)
        snapshots = folder / "snapshots" / name
        if snapshots.is_dir():
            shutil.rmtree(snapshots)
        marker.unlink()
    except OSError as error:
        raise _removal_error(folder, name, error) from None


def _removal_error(folder: Path, name: str, error: OSError) -> DataUnwritable:
    return DataUnwritable(f"{folder}: the files of world {name} cannot be deleted: {error.strerror}")


def _marker_path(folder: Path, name: str) -> Path:
    return folder / f"{_PREFIX}{name}{_SUFFIX}"
