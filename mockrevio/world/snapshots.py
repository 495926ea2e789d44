"""Snapshots: named states of a world, stored as fixture documents."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from mockrevio import real_time
from mockrevio.documents import dump_chunks, format_value, parse_document
from mockrevio.errors import (
    DataClosed,
    DataDamaged,
    DataUnwritable,
    DocumentError,
    FixtureError,
    Mistake,
    SnapshotsFull,
    UnknownSnapshot,
)
from mockrevio.regular_files import read_regular_file
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding.fixtures import WorldState, parse_state
from mockrevio.storage.files import create_folder, unusable_error, write_atomically

NAME_FORM = (
    "1 to 64 lowercase letters, digits, dots, dashes or underscores, without a leading dot; names that "
    "Windows reserves, such as con, are not allowed"
)
_NAME = re.compile(r"(?!(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$))[a-z0-9_-][a-z0-9._-]{0,63}", re.ASCII)


MAX_MEMORY = 256 * 1024 * 1024
"""Bytes of all snapshots in memory, in all worlds together."""


class SnapshotMemory:
    """The memory for snapshots that are not stored in a folder. All worlds share it. Thread-safe."""

    def __init__(self) -> None:
        self._limit = self._free = MAX_MEMORY
        self._lock = threading.Lock()

    def store(self, pieces: Iterator[str], replaced: int) -> bytes:
        """Store a snapshot, which replaces one of `replaced` bytes.

        Raises SnapshotsFull, without reading the rest of `pieces`, as soon as it is too large.
        """
        data = bytearray()
        for piece in pieces:
            data += piece.encode()
            if len(data) > self._free + replaced:
                raise self._full_error()
        with self._lock:
            if len(data) > self._free + replaced:
                raise self._full_error()
            self._free += replaced - len(data)
        return bytes(data)

    def release(self, size: int) -> None:
        """Free the memory of a snapshot of this size."""
        with self._lock:
            self._free += size

    def _full_error(self) -> SnapshotsFull:
        return SnapshotsFull(
            f"this snapshot exceeds the limit of {self._limit / (1 << 20):g} MiB for all snapshots in "
            "memory; delete others, or start mockrevio with --data to store them in files"
        )


class SnapshotDetails(NamedTuple):
    """What a listing shows of one snapshot."""

    name: str
    saved_at: datetime
    """In real time: the mock clock may be frozen."""
    size: int
    """Bytes of its document."""

    def as_json(self) -> dict[str, Any]:
        """The details as the admin API returns them."""
        return {"name": self.name, "saved_at": format_date(self.saved_at), "size": self.size}


class Snapshots:
    """The snapshots of one world: files in a folder, or in `memory` if `folder` is None."""

    def __init__(
        self,
        folder: Path | None,
        memory: SnapshotMemory | None = None,
        require_ownership: Callable[[], None] = lambda: None,
    ) -> None:
        """`require_ownership` raises DataUnwritable if the folder no longer belongs to this process."""
        self._folder = folder
        self._require_ownership = require_ownership
        self._memory = memory or SnapshotMemory()
        self._in_memory: dict[str, bytes] = {}
        self._saved_at: dict[str, datetime] = {}
        self._write_lock = threading.Lock()
        self._closed = False
        self.version = 0
        """Increases whenever a snapshot is saved or deleted."""

    def names(self) -> list[str]:
        """The names of all snapshots."""
        if self._folder is None:
            return sorted(self._in_memory)
        return sorted(path.stem for path in self._folder.glob("*.json") if _NAME.fullmatch(path.stem))

    def details(self) -> list[SnapshotDetails]:
        """When each snapshot was saved, and its size. Reads no snapshot."""
        found = (self._details_of(name) for name in self.names())
        return [details for details in found if details is not None]

    def _details_of(self, name: str) -> SnapshotDetails | None:
        """The details of a snapshot; None if it has just been deleted."""
        if self._folder is None:
            data, saved_at = self._in_memory.get(name), self._saved_at.get(name)
            return None if data is None or saved_at is None else SnapshotDetails(name, saved_at, len(data))
        try:
            status = self._path(name).stat()
        except FileNotFoundError:
            return None
        return SnapshotDetails(name, datetime.fromtimestamp(status.st_mtime, UTC), status.st_size)

    def save(self, name: str, create_document: Callable[[], Mapping[str, Any]]) -> None:
        """Save the document that `create_document` returns, replacing any snapshot of this name.

        Raises DocumentError if the name is invalid, DataClosed if the world is closed, and DataUnwritable if
        the disk rejects the write, or SnapshotsFull if the memory does; the old snapshot is then kept.
        """
        if not _NAME.fullmatch(name):
            raise DocumentError([Mistake("name", f"{format_value(name)} is not allowed; use {NAME_FORM}")])
        with self._write_lock:  # covers `create_document`, so that an older state never replaces a newer one
            if self._closed:
                raise DataClosed("this world is closed: it was deleted, or the server is stopping")
            self._write(name, dump_chunks(create_document()))
            self.version += 1

    def _write(self, name: str, pieces: Iterator[str]) -> None:
        if self._folder is None:
            data = self._memory.store(pieces, len(self._in_memory.get(name, b"")))
            self._saved_at[name] = real_time.utc_now()
            self._in_memory[name] = data
            return
        self._require_ownership()
        try:
            create_folder(self._folder)
        except OSError as error:
            raise unusable_error(self._folder, "created", error) from None
        write_atomically(self._folder / f"{name}.json", pieces)

    def load(self, name: str) -> dict[str, Any]:
        """The document of a snapshot.

        Raises UnknownSnapshot if none has this name, DataDamaged if its file is not a JSON object.
        """
        try:
            document = parse_document(self._read(name), f"snapshot {name}")
        except DocumentError as error:
            raise _damage_error(name, error) from None
        if not isinstance(document, dict):
            raise _damage_error(name, "it is not a JSON object")
        return document

    def parse_state(self, name: str) -> WorldState:
        """The state in a snapshot.

        Raises UnknownSnapshot if none has this name, DataDamaged if its file is not a fixture document.
        """
        try:
            return parse_state(self.load(name))
        except FixtureError as error:
            raise _damage_error(name, error) from None

    def _read(self, name: str) -> bytes:
        self._require_name(name)
        try:
            return read_regular_file(self._path(name)) if self._folder else self._in_memory[name]
        except (FileNotFoundError, KeyError):  # deleted since `_require_name`
            raise self._unknown_error(name) from None
        except OSError as error:
            raise _damage_error(name, f"it cannot be read: {error.strerror or error}") from None

    def remove(self, name: str) -> None:
        """Delete a snapshot.

        Raises UnknownSnapshot if none has this name, DataUnwritable if the file cannot be deleted.
        """
        self._require_name(name)
        self._require_ownership()
        try:
            if self._folder is None:
                with self._write_lock:
                    self._release(self._in_memory.pop(name))
            else:
                self._path(name).unlink()
        except (FileNotFoundError, KeyError):
            raise self._unknown_error(name) from None
        except OSError as error:
            raise DataUnwritable(f"snapshot {name} cannot be deleted: {error.strerror}") from None
        with self._write_lock:
            self.version += 1

    def close(self) -> None:
        """Accept no more snapshots."""
        with self._write_lock:
            self._release(*self._in_memory.values())
            self._closed = True

    def _release(self, *snapshots: bytes) -> None:
        if not self._closed:  # or all were given back
            self._memory.release(sum(map(len, snapshots)))

    def _path(self, name: str) -> Path:
        if self._folder is None:
            raise RuntimeError("snapshots in memory have no path")
        return self._folder / f"{name}.json"

    def _require_name(self, name: str) -> None:
        if name not in self.names():
            raise self._unknown_error(name)

    def _unknown_error(self, name: str) -> UnknownSnapshot:
        known = ", ".join(self.names()) or "none"
        return UnknownSnapshot(f"unknown snapshot {format_value(name)}; known snapshots: {known}")


def _damage_error(name: str, reason: object) -> DataDamaged:
    return DataDamaged(f"snapshot {name} is damaged: {reason}")
