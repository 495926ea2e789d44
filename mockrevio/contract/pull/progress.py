"""What a pull reports on standard error: a bar on a terminal, or else a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Callable

from mockrevio import real_time, reporting

_BAR_WIDTH = 30
_LINE_WIDTH = 79
_CLEAR = "\r\x1b[K"

TERMINAL_INTERVAL = 0.1
LINE_INTERVAL = 5.0
"""Seconds between two reports."""


class Progress:
    """Reports how many records have been read. `is_terminal` says whether a line can be overwritten."""

    def __init__(
        self,
        *,
        is_terminal: bool | None = None,
        redact: Callable[[str], str] = str,
        now: Callable[[], float] = real_time.monotonic,
    ) -> None:
        if is_terminal is None:
            is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._is_terminal = is_terminal
        self._redact = redact
        self._now = now
        self._due = now() + (0 if is_terminal else LINE_INTERVAL)
        self._line = ""

    def update(self, name: str, done: int, total: int | None = None) -> None:
        """Say how many records of a name have been read, of how many if that is known."""
        if self._now() < self._due and done != total:
            return
        if self._is_terminal:
            self._line = _format_bar(name, done, total)
            reporting.show(f"{_CLEAR}{self._line}")
        elif self._now() >= self._due:
            reporting.report(f"{name}: {done}{f' of {total}' if total is not None else ''} records")
        self._due = self._now() + (TERMINAL_INTERVAL if self._is_terminal else LINE_INTERVAL)

    def note(self, message: str) -> None:
        """Report something in a line that stays."""
        line = self._line
        self.clear()
        reporting.report(_printable(self._redact(message)))
        if line:
            self._line = line
            reporting.show(line)

    def clear(self) -> None:
        """Remove the bar."""
        if self._line:
            reporting.show(_CLEAR)
            self._line = ""


def _printable(message: str) -> str:
    """A message in one line: the texts of a service may have control characters, which a terminal obeys."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in message)


def _format_bar(name: str, done: int, total: int | None) -> str:
    if not total:
        return f"{name}: {done} records"[:_LINE_WIDTH]
    filled = min(_BAR_WIDTH, _BAR_WIDTH * done // total)
    bar = "#" * filled + "-" * (_BAR_WIDTH - filled)
    return f"{name[:24]:24} [{bar}] {done} of {total}"[:_LINE_WIDTH]
