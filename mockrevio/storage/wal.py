"""The write-ahead log: one JSON line per committed change, written before the change is acknowledged."""

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

from mockrevio.cancellation import cancellable
from mockrevio.errors import DataUnwritable
from mockrevio.fairness import CHUNK_SIZE, yield_to_threads
from mockrevio.regular_files import read_regular_file
from mockrevio.storage import files
from mockrevio.storage.datafile import damage_error
from mockrevio.storage.files import file_identity, fsync_folder, unusable_error, write_all
from mockrevio.storage.log_lines import encode_line

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
_CLOSED = -1
"""Replaces a closed descriptor, whose number the system may give to another file. Using it fails."""

_CRC = re.compile(rb',"crc":[0-9]+}\n\Z')
_NO_COPY = (-1, -1)
"""The copied range while no part of the log has been copied."""


class WriteAheadLog:
    """The log of one world: `recover` it, `open` it, then `append` to it.

    The database holds its lock while it calls `append` and `truncate_before`.

    A line is `{"seq": 7, "changes": [["put", "key_links", 1, {…}]], "crc": 2774311}`. Sequence numbers
    increase by one and never restart; the data file records the last one that it contains. The checksum
    covers everything before it in the line and detects altered lines. A line without one is not verified.
    """

    def __init__(self, path: Path, *, fsync: bool) -> None:
        self.path = path
        self._path_text = str(path)
        self.seq = 0
        self.size = 0
        self._fsync = fsync
        self._synced_seq = 0
        self._sync_lock = threading.Lock()
        self._broken_reason: str | None = None
        self._temporary = path.with_name(path.name + ".tmp")
        self._copied_range = _NO_COPY
        self._descriptor = _CLOSED
        self._identity: files.Identity = (0, 0)

    def recover(self, checkpoint_seq: int, warn: Callable[[str], None]) -> Iterator[tuple[int, list[Any]]]:
        """Yield the line number and changes of every line after sequence number `checkpoint_seq`, in order.

        Skips an incomplete last line, with a warning: its write was never acknowledged. Raises DataDamaged
        for any other line that is not valid here. Does not modify the file.
        """
        self.seq = self._synced_seq = checkpoint_seq
        self.size = 0
        for number, line in enumerate(cancellable(io.BytesIO(self._read())), start=1):
            if not line.endswith(b"\n"):
                warn(f"{self.path}: the last line is incomplete and was dropped ({len(line)} bytes)")
                return
            seq, changes = self._parse_line(line, number)
            if seq > checkpoint_seq:
                expected = self.seq + 1
                if seq != expected:
                    gap = f"expected change {expected}, found {seq}; the log may belong to another data file"
                    raise damage_error(self.path, f"at line {number}: {gap}")
                self.seq = self._synced_seq = seq
                yield number, changes
            self.size += len(line)

    def _read(self) -> bytes:
        try:
            return read_regular_file(self.path)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise unusable_error(self.path, "read", error) from None

    def _parse_line(self, line: bytes, number: int) -> tuple[int, list[Any]]:
        where = f"at line {number} (byte {self.size})"
        try:
            entry = json.loads(line, object_hook=yield_to_threads)
            seq, changes, crc = entry.pop("seq"), entry.pop("changes"), entry.pop("crc", None)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise damage_error(self.path, f"{where}: not a line of a log") from None
        if entry or type(seq) is not int or not isinstance(changes, list):
            raise damage_error(self.path, f"{where}: not a line of a log")
        if crc is not None and crc != zlib.crc32(_CRC.sub(b"", line)):
            raise damage_error(self.path, f"{where}: the checksum does not match")
        return seq, changes

    def open(self) -> None:
        """Open the file for appending after the last complete line that `recover` read."""
        try:
            self._descriptor = files.open_private(self.path, _FLAGS)
            os.ftruncate(self._descriptor, self.size)
            self._identity = file_identity(os.fstat(self._descriptor))
        except OSError as error:
            self.close()
            raise unusable_error(self.path, "opened", error) from None

    def append(self, changes: Sequence[Sequence[Any]]) -> None:
        """Write one line. When this returns, the operating system has it.

        Raises DataUnwritable, and leaves the log as it was, if writing fails or `path` is another file now.
        """
        if self._broken_reason:
            raise DataUnwritable(self._broken_reason)
        self.require_in_place()
        chunks = encode_line(self.seq + 1, changes)
        size = sum(map(len, chunks))
        try:
            for chunk in chunks:
                write_all(self._descriptor, chunk)
        except OSError as error:
            self._roll_back(error)
            raise DataUnwritable(f"{self.path} cannot be written: {error.strerror or error}") from None
        self.seq += 1
        self.size += size

    def require_in_place(self) -> None:
        """Raise DataUnwritable if the file was removed or replaced."""
        if self._descriptor != _CLOSED:
            files.require_identity(self._path_text, self._identity)

    def _roll_back(self, write_error: OSError) -> None:
        """Cut off a partly written line, so that no line is ever appended to half of another."""
        try:
            os.ftruncate(self._descriptor, self.size)
        except OSError as error:
            self._broken_reason = (
                f"{self.path} could not be written ({write_error.strerror}) and still ends in an incomplete "
                f"line ({error.strerror}). Free up disk space and restart mockrevio."
            )

    def sync(self) -> None:
        """With durability fsync: return once every line appended so far is on disk.

        One fsync serves all writers that are waiting. After a failed fsync, the contents of the disk are
        unknown, and a later fsync would not report the loss, so all writes are refused until a restart.
        """
        if not self._fsync:
            return
        target = self.seq
        with self._sync_lock:
            if self._synced_seq >= target:
                return
            appended = self.seq
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                raise self._mark_unsynced(error) from None
            self._synced_seq = appended

    def _mark_unsynced(self, error: OSError) -> DataUnwritable:
        self._broken_reason = (
            f"{self.path} could not be synced to disk ({error.strerror or error}). The latest writes may not "
            "survive a power loss. Restart mockrevio."
        )
        return DataUnwritable(self._broken_reason)

    @contextmanager
    def copying_tail(self, end: int) -> Iterator[None]:
        """Make `truncate_before(end)` fast inside this block, by doing the slow parts without the lock.

        Everything after the first `end` bytes is copied on entry, and the disk space of the dropped part is
        freed on exit, while writers continue. Raises DataUnwritable if the disk fails.
        """
        size = self.size  # complete lines only; a line that is being appended comes after them
        old_descriptor = None
        try:
            if end < size:
                if os.name != "nt":  # Windows cannot rename over an open file
                    old_descriptor = os.dup(self._descriptor)
                self._copy(end, size, "wb")
                self._copied_range = (end, size)
            yield
        except OSError as error:
            raise self._truncate_error(error) from None
        finally:
            self._copied_range = _NO_COPY  # the next checkpoint must not use it, even if this one failed
            with suppress(OSError):
                self._temporary.unlink(missing_ok=True)
            if old_descriptor is not None:
                os.close(old_descriptor)

    def _copy(self, start: int, stop: int, mode: Literal["wb", "ab"]) -> None:
        try:
            with self.path.open("rb") as old, open(self._temporary, mode, opener=files.open_private) as new:
                old.seek(start)
                while start < stop and (chunk := old.read(min(CHUNK_SIZE, stop - start))):
                    new.write(chunk)
                    start += len(chunk)
                new.flush()
                # Regardless of the durability: without it, the rename would wait for the disk.
                os.fsync(new.fileno())
        except OSError:
            with suppress(OSError):
                self._temporary.unlink()
            raise

    def truncate_before(self, end: int) -> None:
        """Drop the first `end` bytes, whose changes the data file contains. Fast inside `copying_tail`.

        Raises DataUnwritable if the disk fails; the log then keeps those bytes, which is harmless.
        """
        with self._sync_lock:
            self.require_in_place()
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
                    raise self._mark_unsynced(error) from None

    def _drop_before(self, end: int) -> None:
        (start, stop), self._copied_range = self._copied_range, _NO_COPY
        if start != end:  # nothing has been copied for this position
            self._copy(end, self.size, "wb")
        elif stop < self.size:
            self._copy(stop, self.size, "ab")
        try:
            os.close(self._descriptor)  # Windows cannot rename over an open file
            self._descriptor = _CLOSED
            self._temporary.replace(self.path)
        finally:
            self._reopen()

    def _truncate_error(self, error: OSError) -> DataUnwritable:
        return DataUnwritable(f"{self.path} cannot be truncated: {error.strerror or error}")

    def _reopen(self) -> None:
        if self._descriptor != _CLOSED:
            return
        try:
            self._descriptor = files.open_private(self.path, _FLAGS & ~os.O_CREAT)
            self._identity = file_identity(os.fstat(self._descriptor))
        except OSError as error:
            self._broken_reason = f"{self.path} cannot be reopened ({error.strerror}). Restart mockrevio."

    def close(self) -> None:
        """Close the file. With durability fsync, sync it first for writers that are still waiting."""
        with self._sync_lock:
            descriptor, self._descriptor = self._descriptor, _CLOSED
            if descriptor == _CLOSED:
                return
            try:
                if self._fsync and self._synced_seq < self.seq and not self._broken_reason:
                    os.fsync(descriptor)
                    self._synced_seq = self.seq
            except OSError as error:
                raise self._mark_unsynced(error) from None
            finally:
                os.close(descriptor)
