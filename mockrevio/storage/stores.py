"""The TinyDB storages of a live database: one with a data file and a log, one that stores nothing."""

from __future__ import annotations

import json
import zlib
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, NamedTuple

from tinydb.storages import Storage

from mockrevio.errors import DataUnwritable
from mockrevio.storage.checkpoint_counts import CheckpointCounts
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

BOOKKEEPING = "mockrevio"
"""The table for storage's own bookkeeping: `next_ids`, `checkpoint` (the sequence number of the last logged
change that the data file contains), and `crc`, the checksum of both."""

MIN_CHECKPOINT_SIZE = 8 * 1024 * 1024
"""Bytes. A smaller log is not worth a checkpoint, even if the data file is small: reading it takes 0.5 s."""


FileVersion = tuple[int, int]
"""The size of a file and the time of its last change in nanoseconds."""


class LogPosition(NamedTuple):
    """A position in the log: the sequence number of the line that ends there, and the bytes up to there."""

    seq: int
    size: int


class Store(Storage):
    """The storage interface of a live database. It replaces TinyDB's `read` and `write` of the whole file."""

    def read(self) -> dict[str, dict[str, Any]] | None:
        raise NotImplementedError("a live database keeps its tables in memory")

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        raise NotImplementedError("a live database appends changes to its log; it never rewrites the file")

    checkpoints: CheckpointCounts
    """How often the data file was written."""

    @abstractmethod
    def recover(self, check: Check) -> tuple[Tables, dict[str, int]]:
        """Return the tables as of the last acknowledged write, and the next id of each."""

    @abstractmethod
    def append(self, changes: Sequence[Change]) -> None:
        """Log changes. Raises DataUnwritable, with nothing logged, on failure."""

    syncs = False
    """Whether `sync` has anything to do."""

    def sync(self) -> None:
        """Return once the appended changes are as durable as configured."""

    def checkpoint_due(self) -> bool:
        """Return whether the log should be checkpointed."""
        return False

    def postpone_checkpoint(self) -> None:
        """Make the next checkpoint due later, after one failed."""

    def position(self) -> LogPosition:
        """Return the current end of the log."""
        return LogPosition(0, 0)

    def write_file(self, tables: Tables, next_ids: Mapping[str, int], position: LogPosition) -> None:
        """Write the data file, which contains every change up to `position`."""

    def copying_tail(self, position: LogPosition) -> AbstractContextManager[None]:
        """Make `truncate_before` fast inside this block. Enter and exit it without holding the lock."""
        del position
        return nullcontext()

    def truncate_before(self, position: LogPosition) -> None:
        """Drop the log up to `position`."""

    def discard(self) -> None:
        """Delete the log of a database that could not be initialized."""


class EphemeralStore(Store):
    """Stores nothing."""

    def __init__(self) -> None:
        self.checkpoints = CheckpointCounts()

    def recover(self, check: Check) -> tuple[Tables, dict[str, int]]:
        del check
        return {}, {}

    def append(self, changes: Sequence[Change]) -> None:
        pass


class FileStore(Store):
    """Stores a data file such as `default.json`, and its log `default.jsonl` in the same folder."""

    def __init__(
        self,
        path: Path,
        *,
        fsync: bool,
        warn: Callable[[str], None],
        require_ownership: Callable[[], None] = lambda: None,
    ) -> None:
        """`require_ownership` raises DataUnwritable if the folder no longer belongs to this process."""
        self._path = path
        self._require_ownership = require_ownership
        self._file_version: FileVersion | None = None
        self._warn = warn
        self._log = WriteAheadLog(path.with_suffix(".jsonl"), fsync=fsync)
        self.syncs = fsync
        self.checkpoints = CheckpointCounts()
        self._checkpoint_size = MIN_CHECKPOINT_SIZE

    def recover(self, check: Check) -> tuple[Tables, dict[str, int]]:
        self._require_ownership()
        self._file_version = _file_version(self._path)
        tables, checkpoint_seq, next_ids = self._read_file(check)
        for line, changes in self._log.recover(checkpoint_seq, self._warn):
            try:
                next_ids = replay(changes, tables, next_ids, check)
            except Malformed as error:
                raise damage_error(self._log.path, f"at line {line}: {error}") from None
        self._schedule_checkpoint()
        self._log.open()  # must come last: damaged files must not be modified
        return tables, next_ids

    def _read_file(self, check: Check) -> tuple[Tables, int, dict[str, int]]:
        """Return the data file's tables, the last sequence number that it contains, and its next ids."""
        tables = read_tables(self._path) or {}
        bookkeeping = self._read_bookkeeping(
            tables.pop(BOOKKEEPING, {1: {}})
        )  # missing in files of stock TinyDB
        defect = check(tables)
        if defect:
            raise damage_error(self._path, f"at {defect}")
        checkpoint_seq = bookkeeping.get("checkpoint", 0)
        if type(checkpoint_seq) is not int or checkpoint_seq < 0:
            raise damage_error(self._path, f"at {BOOKKEEPING}.1.checkpoint: must be a whole number from 0")
        try:
            return tables, checkpoint_seq, next_ids_from(bookkeeping.get("next_ids", {}))
        except Malformed as error:
            raise damage_error(self._path, f"at {BOOKKEEPING}.1.{error}") from None

    def _read_bookkeeping(self, table: dict[int, dict[str, Any]]) -> dict[str, Any]:
        """Return storage's own bookkeeping. Raises DataDamaged if it was altered."""
        record = table.get(1)
        if record is None or len(table) > 1 or not record.keys() <= {"checkpoint", "next_ids", "crc"}:
            raise damage_error(self._path, f"at {BOOKKEEPING}: this table is reserved but has other contents")
        fields = {name: value for name, value in record.items() if name != "crc"}
        if record.get("crc") not in (None, _checksum(fields)):
            raise damage_error(self._path, f"at {BOOKKEEPING}.1: the checksum does not match")
        return fields

    def append(self, changes: Sequence[Change]) -> None:
        self._require_ownership()
        self._log.append(changes)

    def sync(self) -> None:
        self._log.sync()

    def checkpoint_due(self) -> bool:
        return self._log.size > self._checkpoint_size

    def _schedule_checkpoint(self) -> None:
        size = self._path.stat().st_size if self._path.exists() else 0
        self._checkpoint_size = max(MIN_CHECKPOINT_SIZE, size)

    def postpone_checkpoint(self) -> None:
        self._checkpoint_size = max(MIN_CHECKPOINT_SIZE, 2 * self._log.size)

    def position(self) -> LogPosition:
        return LogPosition(self._log.seq, self._log.size)

    def write_file(self, tables: Tables, next_ids: Mapping[str, int], position: LogPosition) -> None:
        fields = {"checkpoint": position.seq, "next_ids": dict(next_ids)}
        bookkeeping = {BOOKKEEPING: {1: {**fields, "crc": _checksum(fields)}}}
        self._require_unchanged()
        with self.checkpoints.timing():
            write_tables(self._path, {**tables, **bookkeeping})
        self._file_version = _file_version(self._path)

    def _require_unchanged(self) -> None:
        """Raise DataUnwritable if the data file is not as this process has read or written it: it must not
        be overwritten. One that is missing is written again, since all that was in it is in memory."""
        self._require_ownership()
        self._log.require_in_place()
        if _file_version(self._path) not in (None, self._file_version):
            raise DataUnwritable(
                f"{self._path} was changed by another program while mockrevio was running, so mockrevio does "
                f"not overwrite it. All writes since the last checkpoint are in {self._log.path.name}. Keep "
                "both files and restart mockrevio: it reads the changed file and applies the log to it."
            )

    def copying_tail(self, position: LogPosition) -> AbstractContextManager[None]:
        return self._log.copying_tail(position.size)

    def truncate_before(self, position: LogPosition) -> None:
        self._log.truncate_before(position.size)
        self._schedule_checkpoint()

    def discard(self) -> None:
        with suppress(OSError, DataUnwritable):
            self._log.require_in_place()
            self._log.close()
            self._log.path.unlink()
        self._log.close()

    def close(self) -> None:
        self._log.close()


def _file_version(path: Path) -> FileVersion | None:
    """The version of a file; None if it is missing."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _checksum(fields: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(fields, sort_keys=True).encode())
