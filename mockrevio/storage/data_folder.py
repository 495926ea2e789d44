"""Which files of a data folder are mockrevio's, and whether one of them is missing."""

from __future__ import annotations

from pathlib import Path

from mockrevio.errors import DataDamaged
from mockrevio.storage.stores import BOOKKEEPING

MAX_BOOKKEEPING_SIZE = 64 * 1024
"""Bytes at the end of a data file in which to look for that table, which is written last."""


def require_data_file(folder: Path, name: str) -> None:
    """Raise DataDamaged if a world's data file was lost while its log, which builds on it, remained."""
    path = folder / f"{name}.json"
    log = path.with_suffix(".jsonl")
    if not path.exists() and log.exists() and log.stat().st_size:
        raise DataDamaged(
            f"{path} is missing, but {log.name} contains changes to it. No file was changed. "
            f"Restore {path.name} from a backup; to start over, move {log.name} out of the folder."
        )


def is_mockrevio_file(path: Path) -> bool:
    """Return whether a file is a log or data file of mockrevio, as opposed to some other JSON file."""
    if path.suffix != ".json":
        return path.suffix == ".jsonl"
    if not path.is_file():  # opening a pipe could block
        return False
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - MAX_BOOKKEEPING_SIZE, 0))
            return f'"{BOOKKEEPING}": {{'.encode() in file.read()
    except OSError:
        return False
