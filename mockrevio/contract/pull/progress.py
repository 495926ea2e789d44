"""What a pull reports on standard error: a bar on a terminal, or else a line now and then."""

from __future__ import annotations

from collections.abc import Callable

from mockrevio import real_time, reporting
from mockrevio.contract.status_line import StatusLine

_BAR_WIDTH = 30
_LINE_WIDTH = 79

TERMINAL_INTERVAL = 0.1
LINE_INTERVAL = 5.0
"""Seconds between two reports."""


class Progress(StatusLine):
    """Reports how many records have been read."""

    def __init__(
        self,
        *,
        is_terminal: bool | None = None,
        redact: Callable[[str], str] = str,
        now: Callable[[], float] = real_time.monotonic,
    ) -> None:
        super().__init__(is_terminal=is_terminal, redact=redact)
        self._now = now
        self._due = now() + (0 if self.is_terminal else LINE_INTERVAL)

    def update(self, name: str, done: int, total: int | None = None) -> None:
        """Say how many records of a name have been read, of how many if that is known."""
        if self._now() < self._due and done != total:
            return
        if self.is_terminal:
            self.show(_format_bar(name, done, total))
        elif self._now() >= self._due:
            reporting.report(f"{name}: {done}{f' of {total}' if total is not None else ''} records")
        self._due = self._now() + (TERMINAL_INTERVAL if self.is_terminal else LINE_INTERVAL)


def _format_bar(name: str, done: int, total: int | None) -> str:
    if not total:
        return f"{name}: {done} records"[:_LINE_WIDTH]
    filled = min(_BAR_WIDTH, _BAR_WIDTH * done // total)
    bar = "#" * filled + "-" * (_BAR_WIDTH - filled)
    return f"{name[:24]:24} [{bar}] {done} of {total}"[:_LINE_WIDTH]
