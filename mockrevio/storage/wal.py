"""The write-ahead log: one JSON line per committed change, appended before the change is answered."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mockrevio.errors import DataUnwritable
from mockrevio.storage.datafile import damaged, sync_folder

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class WriteAheadLog:
    """The log of one world. Not thread-safe but for `sync`: the database calls it under its lock.

    A line is `{"seq": 7, "changes": [["put", "key_links", 1, {…}]]}`. Sequence numbers count up by
    one without end; the data file says through which one it already holds.
    """

    def __init__(self, path: Path, *, durable: bool) -> None:
        self.path = path
        self.seq = 0
        self.size = 0
        self._durable = durable
        self._synced = 0
        self._sync_lock = threading.Lock()
        self._broken: str | None = None
        self._descriptor = self._open()

    def _open(self) -> int:
        try:
            return os.open(self.path, _FLAGS, 0o666)
        except OSError as error:
            raise DataUnwritable(f"{self.path} cannot be opened: {error.strerror or error}") from None

    def recover(self, folded: int, warn: Callable[[str], None]) -> Iterator[list[Any]]:
        """The changes of every line after sequence number `folded`, in order.

        A last line that was not finished is dropped, with a warning: its write was never answered.
        Raises DataDamaged for anything else that is no line of this log.
        """
        self.seq = folded
        good = 0
        lines = io.BytesIO(self.path.read_bytes()).readlines()
        for number, line in enumerate(lines, start=1):
            entry = _entry(line)
            if entry is None:
                if number < len(lines):
                    raise damaged(self.path, f"at line {number} (byte {good}): no line of the log")
                warn(f"{self.path}: the last line was not finished and is dropped ({len(line)} bytes)")
                os.ftruncate(self._descriptor, good)
                break
            seq, changes = entry
            if seq > folded:
                if seq != self.seq + 1:
                    gap = f"change {seq} where {self.seq + 1} was expected; is the data file its own?"
                    raise damaged(self.path, f"at line {number}: {gap}")
                self.seq = seq
                yield changes
            good += len(line)
        self.size = good
        self._synced = self.seq

    def append(self, changes: Sequence[Sequence[Any]]) -> None:
        """Write one line; once this returns, the operating system has it.

        Raises DataUnwritable, with the log as it was before, if it cannot be written.
        """
        if self._broken:
            raise DataUnwritable(self._broken)
        entry = {"seq": self.seq + 1, "changes": changes}
        line = json.dumps(entry, separators=(",", ":")).encode("ascii") + b"\n"
        try:
            _write_all(self._descriptor, line)
        except OSError as error:
            self._take_back(error)
            raise DataUnwritable(f"{self.path} cannot be written: {error.strerror or error}") from None
        self.seq += 1
        self.size += len(line)

    def _take_back(self, error: OSError) -> None:
        """Cut off a line that was written in part, so that later lines do not follow half a one."""
        try:
            os.ftruncate(self._descriptor, self.size)
        except OSError as second:
            self._broken = (
                f"{self.path} could not be written ({error.strerror}) nor mended ({second.strerror}); "
                "stop mockrevio, make room, and start it again"
            )

    def sync(self) -> None:
        """With durability fsync: return once every line appended so far is on the disk.

        Writers that wait together are served by one fsync.
        """
        if not self._durable:
            return
        wanted = self.seq
        with self._sync_lock:
            if self._synced >= wanted:
                return
            reached = self.seq
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                raise DataUnwritable(f"{self.path} cannot be synced: {error.strerror or error}") from None
            self._synced = reached

    def forget(self, end: int) -> None:
        """Drop the first `end` bytes, whose changes the data file now holds."""
        with self._sync_lock:
            if end == self.size:
                os.ftruncate(self._descriptor, 0)
            else:
                self._keep_from(end)
            self.size -= end

    def _keep_from(self, end: int) -> None:
        unfinished = self.path.with_name(self.path.name + ".tmp")
        with self.path.open("rb") as old, unfinished.open("wb") as new:
            old.seek(end)
            new.write(old.read())
            new.flush()
            if self._durable:
                os.fsync(new.fileno())
        os.close(self._descriptor)  # Windows renames no file that is open
        try:
            unfinished.replace(self.path)
        finally:
            self._descriptor = self._open()
        sync_folder(self.path.parent)

    def close(self) -> None:
        """Close the file; nothing is pending, since every line was written when it was appended."""
        os.close(self._descriptor)


def _entry(line: bytes) -> tuple[int, list[Any]] | None:
    """Sequence number and changes of a line, or None if it is none."""
    if not line.endswith(b"\n"):
        return None
    try:
        entry = json.loads(line)
        seq, changes = entry["seq"], entry["changes"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (seq, changes) if type(seq) is int and isinstance(changes, list) else None


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
