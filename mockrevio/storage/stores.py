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

from mockrevio.storage.datafile import Malformed, Tables, damaged, next_ids_from, read_tables, write_tables
from mockrevio.storage.replay import Check, replay
from mockrevio.storage.tables import Change
from mockrevio.storage.wal import WriteAheadLog

BOOKKEEPING = "mockrevio"
"""The table that holds what storage must remember about itself: `next_ids`, `folded`, a log position, and
`crc`, their checksum."""

LONGEST_BOOKKEEPING = 64 * 1024
"""Bytes at the end of a data file within which that table stands: it is written last."""

SMALLEST_FOLD = 4 * 1024 * 1024
"""Bytes: a log below this is not worth folding, however small the data file."""


class Mark(NamedTuple):
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

    def outgrown(self) -> bool:
        """Whether the log is due to be folded into the data file."""
        return False

    def postpone(self) -> None:
        """Folding failed: ask again later."""

    def mark(self) -> Mark:
        """The end of the log as it is now."""
        return Mark(0, 0)

    def write_file(self, tables: Tables, next_ids: Mapping[str, int], mark: Mark) -> None:
        """Write the data file, which holds every change up to `mark`."""

    def rest_aside(self, mark: Mark) -> AbstractContextManager[None]:
        """Within this, `forget` is quick; to be entered and left beside the writers."""
        del mark
        return nullcontext()

    def forget(self, mark: Mark) -> None:
        """Drop the log up to `mark`."""

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

    def __init__(self, path: Path, *, durable: bool, warn: Callable[[str], None]) -> None:
        self._path = path
        self._warn = warn
        self._log = WriteAheadLog(path.with_suffix(".jsonl"), durable=durable)
        self._due = SMALLEST_FOLD

    def recover(self, check: Check) -> tuple[Tables, dict[str, int]]:
        tables, folded, next_ids = self._read_file(check)
        for line, changes in self._log.recover(folded, self._warn):
            try:
                next_ids = replay(changes, tables, next_ids, check)
            except Malformed as error:
                raise damaged(self._log.path, f"at line {line}: {error}") from None
        self._plan_fold()
        self._log.open()  # only now, so that files which cannot be trusted stay as they are
        return tables, next_ids

    def _read_file(self, check: Check) -> tuple[Tables, int, dict[str, int]]:
        """The data file's tables, through which change it holds the log, and its next ids."""
        tables = read_tables(self._path) or {}
        bookkeeping = self._bookkeeping(tables.pop(BOOKKEEPING, {1: {}}))  # a file of stock TinyDB's has none
        wrong = check(tables)
        if wrong:
            raise damaged(self._path, f"at {wrong}")
        folded = bookkeeping.get("folded", 0)
        if type(folded) is not int or folded < 0:
            raise damaged(self._path, f"at {BOOKKEEPING}.1.folded: a whole number was expected")
        try:
            return tables, folded, next_ids_from(bookkeeping.get("next_ids", {}))
        except Malformed as error:
            raise damaged(self._path, f"at {BOOKKEEPING}.1.{error}") from None

    def _bookkeeping(self, table: dict[int, dict[str, Any]]) -> dict[str, Any]:
        """What storage noted about itself; DataDamaged if it was altered: the log would be misread."""
        found = table.get(1)
        if found is None or len(table) > 1 or not found.keys() <= {"folded", "next_ids", "crc"}:
            raise damaged(self._path, f"at {BOOKKEEPING}: that is mockrevio's own; it holds something else")
        noted = {name: value for name, value in found.items() if name != "crc"}
        if found.get("crc") not in (None, _checksum(noted)):
            raise damaged(self._path, f"at {BOOKKEEPING}.1: it was altered, since its checksum does not fit")
        return noted

    def append(self, changes: Sequence[Change]) -> None:
        self._log.append(changes)

    def sync(self) -> None:
        self._log.sync()

    def outgrown(self) -> bool:
        return self._log.size > self._due

    def _plan_fold(self) -> None:
        size = self._path.stat().st_size if self._path.exists() else 0
        self._due = max(SMALLEST_FOLD, size)

    def postpone(self) -> None:
        self._due = max(SMALLEST_FOLD, 2 * self._log.size)

    def mark(self) -> Mark:
        return Mark(self._log.seq, self._log.size)

    def write_file(self, tables: Tables, next_ids: Mapping[str, int], mark: Mark) -> None:
        noted = {"folded": mark.seq, "next_ids": dict(next_ids)}
        bookkeeping = {BOOKKEEPING: {1: {**noted, "crc": _checksum(noted)}}}
        write_tables(self._path, {**tables, **bookkeeping})

    def rest_aside(self, mark: Mark) -> AbstractContextManager[None]:
        return self._log.rest_aside(mark.size)

    def forget(self, mark: Mark) -> None:
        self._log.forget(mark.size)
        self._plan_fold()

    def discard(self) -> None:
        self._log.close()
        with suppress(OSError):
            self._log.path.unlink()

    def close(self) -> None:
        self._log.close()


def is_own(path: Path) -> bool:
    """Whether a file is a log or a data file of mockrevio's, not one that happens to lie there."""
    if path.suffix != ".json":
        return path.suffix == ".jsonl"
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - LONGEST_BOOKKEEPING, 0))
            return f'"{BOOKKEEPING}": {{'.encode() in file.read()
    except OSError:
        return False


def _checksum(noted: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(noted, sort_keys=True).encode())
