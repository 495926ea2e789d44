"""The TinyDB storages of a live database: one that keeps a data file and a log, one that keeps nothing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tinydb.storages import Storage

from mockrevio.storage.datafile import Tables, damaged, read_tables, write_tables
from mockrevio.storage.tables import Change
from mockrevio.storage.wal import WriteAheadLog

BOOKKEEPING = "mockrevio"
"""The table that holds what storage must remember about itself: `next_ids`, and `folded`, a log position."""

Check = Callable[[Tables], str | None]
"""Says where recovered tables are unusable and why, or None."""

SMALLEST_FOLD = 4 * 1024 * 1024
"""Bytes: a log below this is not worth folding, however small the data file."""


class Mark(NamedTuple):
    """A position in the log: the last change before it, and where its line ends."""

    seq: int
    size: int


class Store(Storage):
    """What a live database asks of its storage, beside TinyDB's `read`, `write` and `close`."""

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

    def forget(self, mark: Mark) -> None:
        """Drop the log up to `mark`."""


class EphemeralStore(Store):
    """Keeps nothing."""

    def recover(self, check: Check) -> tuple[Tables, dict[str, int]]:
        del check
        return {}, {}

    def append(self, changes: Sequence[Change]) -> None:
        pass

    def read(self) -> dict[str, dict[str, Any]] | None:
        return None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        pass


class FileStore(Store):
    """A data file `world.json` and its log `world.jsonl` beside it."""

    def __init__(self, path: Path, *, durable: bool, warn: Callable[[str], None]) -> None:
        self._path = path
        self._warn = warn
        self._log = WriteAheadLog(path.with_suffix(".jsonl"), durable=durable)
        self._due = SMALLEST_FOLD

    def recover(self, check: Check) -> tuple[Tables, dict[str, int]]:
        tables = read_tables(self._path) or {}
        bookkeeping = tables.pop(BOOKKEEPING, {}).get(1, {})
        folded, next_ids = self._checked(bookkeeping)
        for changes in self._log.recover(folded, self._warn):
            next_ids = _replay(changes, tables, next_ids)
        wrong = check(tables)
        if wrong:
            raise damaged(self._path, f"at {wrong}")
        self._plan_fold()
        return tables, next_ids

    def _checked(self, bookkeeping: Mapping[str, Any]) -> tuple[int, dict[str, int]]:
        """The bookkeeping of a data file; a file that stock TinyDB wrote has none."""
        folded, next_ids = bookkeeping.get("folded", 0), bookkeeping.get("next_ids", {})
        if type(folded) is not int or not isinstance(next_ids, dict):
            raise damaged(self._path, f"at {BOOKKEEPING}.1: folded and next_ids were expected")
        if not all(type(number) is int for number in next_ids.values()):
            raise damaged(self._path, f"at {BOOKKEEPING}.1.next_ids: whole numbers were expected")
        return folded, dict(next_ids)

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
        bookkeeping = {BOOKKEEPING: {1: {"folded": mark.seq, "next_ids": dict(next_ids)}}}
        write_tables(self._path, {**tables, **bookkeeping})

    def forget(self, mark: Mark) -> None:
        self._log.forget(mark.size)
        self._plan_fold()

    def close(self) -> None:
        self._log.close()

    def read(self) -> dict[str, dict[str, Any]] | None:
        """The data file as TinyDB has it, by the text of the ids."""
        tables = read_tables(self._path)
        if tables is None:
            return None
        return {name: {str(key): value for key, value in table.items()} for name, table in tables.items()}

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        raise NotImplementedError("a live database commits changes and folds; it does not rewrite the file")


def _replay(changes: Sequence[Any], tables: Tables, next_ids: dict[str, int]) -> dict[str, int]:
    """Do to plain tables what a logged change did to the live ones."""
    for kind, *rest in changes:
        if kind == "put":
            name, document_id, document = rest
            tables.setdefault(name, {})[document_id] = document
            next_ids[name] = max(next_ids.get(name, 1), document_id + 1)
        elif kind == "delete":
            name, document_id = rest
            tables[name].pop(document_id)
        else:
            replacing, next_ids = rest
            tables.clear()
            for name, documents in replacing.items():
                # JSON has made text of the ids.
                tables[name] = {int(key): document for key, document in documents.items()}
    return next_ids
