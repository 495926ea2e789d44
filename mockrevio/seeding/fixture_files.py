"""The files of fixtures: where they are, what is in them, and whether they have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mockrevio import real_time
from mockrevio.errors import FixtureError, Mistake
from mockrevio.regular_files import NotRegular, read_regular_file

TIME_STEP = 2.0
"""Seconds: the largest step in which a file system keeps the time of a change."""


def shipped_folder() -> Path:
    """The folder of the shipped fixtures: in the installed package, or at the top level of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "fixtures"
    return inside if inside.is_dir() else package.parent / "fixtures"


def shipped_names() -> list[str]:
    """The names of the fixtures that are included in mockrevio."""
    return sorted(path.stem for path in shipped_folder().glob("*.json"))


def names_in(folder: Path, names: Iterable[str]) -> list[str]:
    """Names of fixtures with those of files made relative to a folder."""
    shipped = shipped_names()
    return [name if name in shipped else str(folder / name) for name in names]


class FileVersion(NamedTuple):
    """The version of a file: if it has changed, the contents may have changed too."""

    modified: int
    size: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> FileVersion | None:
        """The version of a file; None if it cannot be looked at."""
        try:
            status = path.stat()
        except OSError:
            return None
        return cls(status.st_mtime_ns, status.st_size, status.st_ino)

    @property
    def recent(self) -> bool:
        """Whether the file was modified so recently that its next change may leave the same version."""
        return real_time.seconds_since_epoch() - self.modified / 1e9 < TIME_STEP


FileVersions = tuple[FileVersion | None, ...]


class FixtureSource(NamedTuple):
    """The contents of one fixture. `name` is as the user gave it, for messages."""

    name: str
    data: bytes
    is_shipped: bool


class FixtureFiles:
    """The files that one or more fixtures, by name or path, are read from.

    Paths are relative to the current folder of now, whenever they are read.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        shipped = shipped_names()
        self.edited = {name: Path(name).absolute() for name in names if name not in shipped}
        """The files that may change while a server runs, by the name that the user gave."""

    def versions(self) -> FileVersions:
        """The versions of the files that may change. Call it before reading, so that no change is missed."""
        return tuple(FileVersion.of(path) for path in self.edited.values())

    def read(self) -> list[FixtureSource]:
        """The contents of all files, in order. Raises FixtureError if one cannot be read."""
        return [self._read(name) for name in self.names]

    def _read(self, name: str) -> FixtureSource:
        path = self.edited.get(name) or shipped_folder() / f"{name}.json"
        try:
            return FixtureSource(name, read_regular_file(path), name not in self.edited)
        except OSError as error:
            shipped = ", ".join(shipped_names())
            reason = error.strerror or error
            why = ", since a reset reads it again," if isinstance(error, NotRegular) else ""
            message = f"cannot be read: {reason}; pass a file{why} or one of the included fixtures: {shipped}"
            raise FixtureError([Mistake(name, message)]) from None


def digest_of(sources: Sequence[FixtureSource]) -> str:
    """A text that changes when the contents of any file do."""
    return hashlib.sha256(b"\0".join(source.data for source in sources)).hexdigest()
