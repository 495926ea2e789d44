"""The TinyDB storages of a live database: one that keeps a data file and a log, one that keeps nothing."""

from __future__ import annotations

import json
import zlib
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, NamedTuple

from tinydb.storages import Storage

from mockrevio.storage.datafile import (
    Malformed,
    Tables,
    damage_error,
    next_ids_from,
    read_tables,
    write_tables,
)
from mockrevio.storage.replay import Check, replay
from mockrevio.storage.tables import Change
from mockrevio.storage.wal import WriteAheadLog

METADATA = "mockrevio"
"""The table that holds what storage must remember about itself: `next_ids`, `folded`, a log position, and
`crc`, their checksum."""

MAX_METADATA_SIZE = 64 * 1024
"""Bytes at the end of a data file within which that table stands: it is written last."""

MIN_FOLD_SIZE = 4 * 1024 * 1024
"""Bytes: a log below this is not worth folding, however small the data file."""


class LogPosition(NamedTuple):
    """A position in the log: the last change before it, and where its line ends."""

    seq: int
    size: int


class Store(Storage):
    """What a live database asks of its storage, instead of TinyDB's `read` and `write` of everything."""

    def read(self) -> dict[str, dict[str, Any]] | None:
        raise NotImplementedError("the tables of a live database are in memory")

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        raise NotImplementedError("a live database commits changes and folds; it does not rewrite the file")

    @abstractmethod
    def recover(self, check: Check) -> tuple[Tables, dict[str, int]]:
        """The tables as the last answered write left them, and the next id of each."""

    @abstractmethod
    def append(self, changes: Sequence[Change]) -> None:
        """Log changes; DataUnwritable if that fails, and then nothing was logged."""

    def sync(self) -> None:
        """Return once what was appended is as durable as the user asked for."""

    def fold_due(self) -> bool:
        """Whether the log is due to be folded into the data file."""
        return False

    def postpone_fold(self) -> None:
        """Folding failed: ask again later."""

    def position(self) -> LogPosition:
        """The end of the log as it is now."""
        return LogPosition(0, 0)

    def write_file(self, tables: Tables, next_ids: Mapping[str, int], position: LogPosition) -> None:
        """Write the data file, which holds every change up to `position`."""

    def copying_tail(self, position: LogPosition) -> AbstractContextManager[None]:
        """Within this, `truncate_before` is quick; to be entered and left beside the writers."""
        del position
        return nullcontext()

    def truncate_before(self, position: LogPosition) -> None:
        """Drop the log up to `position`."""

    def discard(self) -> None:
        """Leave no file behind of a database that could not begin."""


class EphemeralStore(Store):
    """Keeps nothing."""

    def recover(self, check: Check) -> tuple[Tables, dict[str, int]]:
        del check
        return {}, {}

    def append(self, changes: Sequence[Change]) -> None:
        pass


class FileStore(Store):
    """A data file `world.json` and its log `world.jsonl` beside it."""

    def __init__(self, path: Path, *, fsync: bool, warn: Callable[[str], None]) -> None:
        self._path = path
        self._warn = warn
        self._log = WriteAheadLog(path.with_suffix(".jsonl"), fsync=fsync)
        self._fold_size = MIN_FOLD_SIZE

    def recover(self, check: Check) -> tuple[Tables, dict[str, int]]:
        tables, folded, next_ids = self._read_file(check)
        for line, changes in self._log.recover(folded, self._warn):
            try:
                next_ids = replay(changes, tables, next_ids, check)
            except Malformed as error:
                raise damage_error(self._log.path, f"at line {line}: {error}") from None
        self._schedule_fold()
        self._log.open()  # only now, so that files which cannot be trusted stay as they are
        return tables, next_ids

    def _read_file(self, check: Check) -> tuple[Tables, int, dict[str, int]]:
        """The data file's tables, through which change it holds the log, and its next ids."""
        tables = read_tables(self._path) or {}
        metadata = self._read_metadata(tables.pop(METADATA, {1: {}}))  # a file of stock TinyDB's has none
        wrong = check(tables)
        if wrong:
            raise damage_error(self._path, f"at {wrong}")
        folded = metadata.get("folded", 0)
        if type(folded) is not int or folded < 0:
            raise damage_error(self._path, f"at {METADATA}.1.folded: a whole number was expected")
        try:
            return tables, folded, next_ids_from(metadata.get("next_ids", {}))
        except Malformed as error:
            raise damage_error(self._path, f"at {METADATA}.1.{error}") from None

    def _read_metadata(self, table: dict[int, dict[str, Any]]) -> dict[str, Any]:
        """What storage noted about itself; DataDamaged if it was altered: the log would be misread."""
        found = table.get(1)
        if found is None or len(table) > 1 or not found.keys() <= {"folded", "next_ids", "crc"}:
            raise damage_error(self._path, f"at {METADATA}: that is mockrevio's own; it holds something else")
        fields = {name: value for name, value in found.items() if name != "crc"}
        if found.get("crc") not in (None, _checksum(fields)):
            raise damage_error(
                self._path, f"at {METADATA}.1: it was altered, since its checksum does not fit"
            )
        return fields

    def append(self, changes: Sequence[Change]) -> None:
        self._log.append(changes)

    def sync(self) -> None:
        self._log.sync()

    def fold_due(self) -> bool:
        return self._log.size > self._fold_size

    def _schedule_fold(self) -> None:
        size = self._path.stat().st_size if self._path.exists() else 0
        self._fold_size = max(MIN_FOLD_SIZE, size)

    def postpone_fold(self) -> None:
        self._fold_size = max(MIN_FOLD_SIZE, 2 * self._log.size)

    def position(self) -> LogPosition:
        return LogPosition(self._log.seq, self._log.size)

    def write_file(self, tables: Tables, next_ids: Mapping[str, int], position: LogPosition) -> None:
        fields = {"folded": position.seq, "next_ids": dict(next_ids)}
        metadata = {METADATA: {1: {**fields, "crc": _checksum(fields)}}}
        write_tables(self._path, {**tables, **metadata})

    def copying_tail(self, position: LogPosition) -> AbstractContextManager[None]:
        return self._log.copying_tail(position.size)

    def truncate_before(self, position: LogPosition) -> None:
        self._log.truncate_before(position.size)
        self._schedule_fold()

    def discard(self) -> None:
        self._log.close()
        with suppress(OSError):
            self._log.path.unlink()

    def close(self) -> None:
        self._log.close()


def is_mockrevio_file(path: Path) -> bool:
    """Whether a file is a log or a data file of mockrevio's, not one that happens to lie there."""
    if path.suffix != ".json":
        return path.suffix == ".jsonl"
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - MAX_METADATA_SIZE, 0))
            return f'"{METADATA}": {{'.encode() in file.read()
    except OSError:
        return False


def _checksum(fields: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(fields, sort_keys=True).encode())
