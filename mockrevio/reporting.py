"""Output to standard output and standard error that never fails or blocks."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from mockrevio import real_time


def write_line(line: str) -> None:
    """Write a line to standard output, if that can be written."""
    _write(sys.stdout, f"{line}\n")


def report(message: str) -> None:
    """Write `mockrevio: message` to standard error, if that can be written."""
    _write(sys.stderr, f"mockrevio: {message}\n")


def show(text: str) -> None:
    """Write a text to standard error as it is, without a line break, if that can be written."""
    _write(sys.stderr, text)


def warn(message: str) -> None:
    """Report a problem that does not stop mockrevio."""
    report(f"warning: {message}")


class ThrottledReport:
    """Reports a frequent problem at most once a minute."""

    INTERVAL = 60.0
    """Seconds."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._reported = -self.INTERVAL

    def report(self, error: Exception) -> None:
        """Report it with its reason, unless that was done within the last minute."""
        now = real_time.monotonic()
        if now - self._reported >= self.INTERVAL:
            self._reported = now
            report(f"{self._what}: {getattr(error, 'strerror', None) or error}")


def report_exception(error: BaseException, hide: Callable[[str], str] = str) -> str:
    """Write the traceback of an unexpected exception to standard error. Return it.

    `hide` removes secrets from it.
    """
    text = hide("".join(traceback.format_exception(error)))
    _write(sys.stderr, text)
    return text


def _write(stream: TextIO | None, text: str) -> None:
    """Write a text immediately.

    If the disk is full or the reader of a pipe is gone, the text is lost: there is nowhere to report that,
    and the caller must go on. The stream's buffer is bypassed, because it would keep the text, fail again
    later, and change the exit status of the process.
    """
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    with suppress(OSError, ValueError):  # the latter if the stream was closed
        if stream is None:  # the process was started without it
            return
        if raw is None:  # a program that embeds mockrevio has replaced it
            stream.write(text)
            stream.flush()
            return
        remaining = text.encode(stream.encoding, "backslashreplace")
        while remaining and (written := raw.write(remaining)):
            remaining = remaining[written:]
