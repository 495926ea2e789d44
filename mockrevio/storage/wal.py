"""The write-ahead log: one JSON line per committed change, appended before the change is answered."""

from __future__ import annotations

import io
import json
import os
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from mockrevio.errors import DataUnwritable
from mockrevio.storage.datafile import damage_error
from mockrevio.storage.files import fsync_folder

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
_CLOSED = -1
"""No descriptor: using it fails, where a number that was closed may be another file's by then."""

PIECE_SIZE = 1 << 20
"""Bytes: what is longer is written, and copied, in pieces, since it may be hundreds of megabytes."""

_CRC = re.compile(rb',"crc":[0-9]+}\n\Z')


_NO_COPY = (-1, -1)
"""From where to where the log was copied aside, where it was not."""


class WriteAheadLog:
    """The log of one world: `recover` it, `open` it, then append. The database calls all but `sync`
    under its lock.

    A line is `{"seq": 7, "changes": [["put", "key_links", 1, {…}]], "crc": 2774311}`. Sequence numbers
    count up by one without end; the data file says through which one it already holds. The checksum is
    that of what stands before it, and tells an altered line; a line without one is taken as it is.
    """

    def __init__(self, path: Path, *, fsync: bool) -> None:
        self.path = path
        self.seq = 0
        self.size = 0
        self._fsync = fsync
        self._synced = 0
        self._sync_lock = threading.Lock()
        self._broken: str | None = None
        self._temporary = path.with_name(path.name + ".tmp")
        self._copied = _NO_COPY
        self._descriptor = _CLOSED

    def recover(self, folded: int, warn: Callable[[str], None]) -> Iterator[tuple[int, list[Any]]]:
        """Line number and changes of every line after sequence number `folded`, in order.

        A last line that was not finished is left out, with a warning: its write was never answered.
        Raises DataDamaged for anything else that is no line of this log. Changes nothing.
        """
        self.seq = self._synced = folded
        self.size = 0
        for number, line in enumerate(io.BytesIO(self._read()), start=1):
            if not line.endswith(b"\n"):
                warn(f"{self.path}: the last line was not finished and is dropped ({len(line)} bytes)")
                return
            seq, changes = self._entry(line, number)
            if seq > folded:
                if seq != self.seq + 1:
                    gap = f"change {seq} where {self.seq + 1} was expected; is the data file its own?"
                    raise damage_error(self.path, f"at line {number}: {gap}")
                self.seq = self._synced = seq
                yield number, changes
            self.size += len(line)

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise DataUnwritable(f"{self.path} cannot be read: {error.strerror or error}") from None

    def _entry(self, line: bytes, number: int) -> tuple[int, list[Any]]:
        where = f"at line {number} (byte {self.size})"
        try:
            entry = json.loads(line)
            seq, changes, crc = entry.pop("seq"), entry.pop("changes"), entry.pop("crc", None)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise damage_error(self.path, f"{where}: no line of the log") from None
        if entry or type(seq) is not int or not isinstance(changes, list):
            raise damage_error(self.path, f"{where}: no line of the log")
        if crc is not None and crc != zlib.crc32(_CRC.sub(b"", line)):
            raise damage_error(self.path, f"{where}: it was altered, since its checksum does not fit")
        return seq, changes

    def open(self) -> None:
        """Make ready to append after the last whole line that `recover` found."""
        try:
            self._descriptor = os.open(self.path, _FLAGS, 0o666)
            os.ftruncate(self._descriptor, self.size)
        except OSError as error:
            self.close()
            raise DataUnwritable(f"{self.path} cannot be opened: {error.strerror or error}") from None

    def append(self, changes: Sequence[Sequence[Any]]) -> None:
        """Write one line; once this returns, the operating system has it.

        Raises DataUnwritable, with the log as it was before, if it cannot be written.
        """
        if self._broken:
            raise DataUnwritable(self._broken)
        pieces = _pieces(self.seq + 1, changes)
        size = sum(map(len, pieces))
        try:
            for piece in pieces:
                _write_all(self._descriptor, piece)
        except OSError as error:
            self._roll_back(error)
            raise DataUnwritable(f"{self.path} cannot be written: {error.strerror or error}") from None
        self.seq += 1
        self.size += size

    def _roll_back(self, error: OSError) -> None:
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

        Writers that wait together are served by one fsync. After one that failed nothing is known of
        what the disk holds, and a later one would not tell: no write is taken until a restart.
        """
        if not self._fsync:
            return
        wanted = self.seq
        with self._sync_lock:
            if self._synced >= wanted:
                return
            reached = self.seq
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                raise self._mark_broken(error) from None
            self._synced = reached

    def _mark_broken(self, error: OSError) -> DataUnwritable:
        self._broken = (
            f"{self.path} could not be brought to the disk ({error.strerror or error}): whether the "
            "latest writes outlast a power cut is unknown. Stop mockrevio and start it again"
        )
        return DataUnwritable(self._broken)

    @contextmanager
    def copying_tail(self, end: int) -> Iterator[None]:
        """Within this, `truncate_before(end)` has next to nothing to do: what stands after the first `end` bytes was
        copied before, and what was forgotten is taken off the disk afterwards, beside the writers.

        Raises DataUnwritable if the disk refuses.
        """
        size = self.size  # of whole lines; what a writer is adding comes after them
        old_descriptor = None
        try:
            if end < size:
                if os.name != "nt":  # Windows renames no file that is open
                    old_descriptor = os.dup(self._descriptor)
                self._copy(end, size, "wb")
                self._copied = (end, size)
            yield
        except OSError as error:
            raise self._truncate_error(error) from None
        finally:
            self._copied = _NO_COPY  # whatever became of it, it is of no use to a later fold
            with suppress(OSError):
                self._temporary.unlink(missing_ok=True)
            if old_descriptor is not None:
                os.close(old_descriptor)

    def _copy(self, start: int, stop: int, mode: Literal["wb", "ab"]) -> None:
        try:
            with self.path.open("rb") as old, self._temporary.open(mode) as new:
                old.seek(start)
                while start < stop and (piece := old.read(min(PIECE_SIZE, stop - start))):
                    new.write(piece)
                    start += len(piece)
                new.flush()
                # Whether or not that is asked for: if not now, the disk would be waited for at the rename.
                os.fsync(new.fileno())
        except OSError:
            with suppress(OSError):
                self._temporary.unlink()
            raise

    def truncate_before(self, end: int) -> None:
        """Drop the first `end` bytes, whose changes the data file now holds; quick within `copying_tail`.

        Raises DataUnwritable if the disk refuses; the log then still has them, which does no harm.
        """
        with self._sync_lock:
            try:
                if end == self.size:
                    os.ftruncate(self._descriptor, 0)
                else:
                    self._drop_before(end)
            except OSError as error:
                raise self._truncate_error(error) from None
            self.size -= end
            if self._fsync:
                try:
                    fsync_folder(self.path.parent)
                except OSError as error:
                    raise self._mark_broken(error) from None

    def _drop_before(self, end: int) -> None:
        (start, stop), self._copied = self._copied, _NO_COPY
        if start != end:  # nobody has begun
            self._copy(end, self.size, "wb")
        elif stop < self.size:
            self._copy(stop, self.size, "ab")
        try:
            os.close(self._descriptor)  # Windows renames no file that is open
            self._descriptor = _CLOSED
            self._temporary.replace(self.path)
        finally:
            self._reopen()

    def _truncate_error(self, error: OSError) -> DataUnwritable:
        return DataUnwritable(f"{self.path} cannot be shortened: {error.strerror or error}")

    def _reopen(self) -> None:
        if self._descriptor != _CLOSED:
            return
        try:
            self._descriptor = os.open(self.path, _FLAGS, 0o666)
        except OSError as error:
            self._broken = f"{self.path} cannot be opened again ({error.strerror}); start mockrevio again"

    def close(self) -> None:
        """Close the file. Every line was written when it was appended; with durability fsync, a writer
        may yet wait for the disk, and is served here."""
        with self._sync_lock:
            descriptor, self._descriptor = self._descriptor, _CLOSED
            if descriptor == _CLOSED:
                return
            try:
                if self._fsync and self._synced < self.seq and not self._broken:
                    os.fsync(descriptor)
                    self._synced = self.seq
            except OSError as error:
                raise self._mark_broken(error) from None
            finally:
                os.close(descriptor)


_ENCODE = json.JSONEncoder(separators=(",", ":")).encode


def encode_change(change: Sequence[Any]) -> bytes:
    """A change as a line of the log has it."""
    return _ENCODE(change).encode("ascii")


def _pieces(seq: int, changes: Sequence[Sequence[Any]]) -> list[bytes]:
    """The parts of a line. A change that has itself as JSON, in an attribute `json`, is not encoded anew."""
    pieces = [b'{"seq":%d,"changes":[' % seq]
    for number, change in enumerate(changes):
        pieces += (b"," if number else b"", getattr(change, "json", None) or encode_change(change))
    pieces.append(b"]")
    if sum(map(len, pieces)) < PIECE_SIZE:  # or else a whole world's records would be copied once more
        pieces = [b"".join(pieces)]
    crc = 0
    for piece in pieces:
        crc = zlib.crc32(piece, crc)
    end = b',"crc":%d}\n' % crc
    return [pieces[0] + end] if len(pieces) == 1 else [*pieces, end]


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
