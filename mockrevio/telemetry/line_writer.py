"""Writes lines to standard output from a thread of its own, so that a slow reader delays nobody."""

from __future__ import annotations

import errno
import select
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from mockrevio.reporting import ThrottledReport, warn
from mockrevio.threads import start_daemon

MAX_QUEUED = 8 * 1024 * 1024
"""Bytes of lines that may wait to be written; further ones are dropped and counted."""

COLLECTING_TIME = 0.02
"""Seconds between two batches, so that the thread wakes up once for many lines."""

MAX_WRITE = 4096
"""Bytes of one write, unless a line is longer: on Linux, a pipe never mixes up to these with other writes."""

_FULL = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)}
"""Errors that may pass. Any other one means that nobody will ever read the output."""


class LineWriter:
    """Queues lines, and writes them in order. Thread-safe; only `close` waits.

    When lines had to be dropped, a line that says how many follows. If standard output is closed,
    there is one warning, and nothing more is written.
    """

    def __init__(
        self,
        describe_dropped: Callable[[int], str],
        *,
        stream: Callable[[], TextIO | None] = lambda: sys.stdout,
        max_queued: int = MAX_QUEUED,
    ) -> None:
        """`describe_dropped` returns the line for a number of dropped lines."""
        self._describe_dropped = describe_dropped
        self._stream = stream
        self._max_queued = max_queued
        self._lock = threading.Lock()
        self._lines: list[bytes] = []
        self._bytes = self._unwritten = 0
        """Of the lines that are queued or being written, and how many these are."""
        self._dropped = 0
        """Since the last batch was taken."""
        self.total_dropped = 0
        self._ended = False
        self._mid_line = False
        """Whether the last write was cut off, because the disk was full."""
        self._thread: threading.Thread | None = None
        self._arrived = threading.Event()
        self._closing = threading.Event()
        self._failure = ThrottledReport("cannot write the lines about calls to standard output")

    def write(self, line: str) -> None:
        """Queue a line, without its end."""
        data = f"{line}\n".encode("utf-8", "backslashreplace")
        with self._lock:
            if self._ended:
                return
            if self._bytes + len(data) > self._max_queued:
                self._dropped += 1
                self.total_dropped += 1
                self._arrived.set()  # there may be nothing else that the thread would wake up for
                return
            self._lines.append(data)
            self._bytes += len(data)
            self._unwritten += 1
            first = len(self._lines) == 1
            if self._thread is None:
                self._thread = start_daemon(self._run, "mockrevio-log")
        if first:
            self._arrived.set()

    def close(self, seconds: float) -> None:
        """Write what is queued, but give up after some seconds: then a warning says how much is lost."""
        self._closing.set()
        self._arrived.set()
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        with self._lock:
            lost = 0 if self._ended else self._unwritten + self._dropped
            self._ended = True
        if lost:
            warn(f"standard output is not read, so the last {lost} lines about calls are lost")

    def _run(self) -> None:
        while True:
            self._arrived.wait()
            self._closing.wait(COLLECTING_TIME)
            closing = self._closing.is_set()
            self._arrived.clear()
            with self._lock:
                lines, self._lines = self._lines, []
                dropped, self._dropped = self._dropped, 0
            if not self._write_batch(lines):
                return
            if dropped:
                self._write_batch([f"{self._describe_dropped(dropped)}\n".encode()], queued=False)
            with self._lock:
                if closing and not self._lines:
                    self._ended = True
                    return

    def _write_batch(self, lines: Sequence[bytes], *, queued: bool = True) -> bool:
        """Write lines; False if no more can ever be written. They are counted if they were `queued`."""
        for chunk in _chunks(lines):
            try:
                self._write(b"".join(chunk))
            except (OSError, ValueError) as error:  # the latter if the stream was closed
                if getattr(error, "errno", None) not in _FULL:
                    self._end()
                    return False
                self._failure.report(error)
                if queued:
                    with self._lock:
                        self._dropped += len(chunk)
                        self.total_dropped += len(chunk)
            if queued:
                with self._lock:
                    self._unwritten -= len(chunk)
                    self._bytes -= sum(map(len, chunk))
        return True

    def _write(self, data: bytes) -> None:
        stream = self._stream()
        if stream is None:  # the process was started without it
            raise ValueError
        raw = getattr(getattr(stream, "buffer", None), "raw", None)
        if raw is None:  # a program that embeds mockrevio has replaced it
            stream.write(data.decode())
            stream.flush()
            return
        remaining = memoryview(b"\n" + data if self._mid_line else data)
        while remaining:
            written = raw.write(remaining)
            if written is None:  # the pipe is full, and its other users want no write to block
                select.select([], [raw], [])
                continue
            remaining = remaining[written:]
            self._mid_line = bool(remaining)

    def _end(self) -> None:
        with self._lock:
            self._ended = True
            self._lines = []
        warn("standard output is closed, so no more lines about calls are written; the mock goes on")


def _chunks(lines: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The lines that are written together."""
    chunk: list[bytes] = []
    size = 0
    for line in lines:
        if chunk and size + len(line) > MAX_WRITE:
            yield chunk
            chunk, size = [], 0
        chunk.append(line)
        size += len(line)
    if chunk:
        yield chunk
