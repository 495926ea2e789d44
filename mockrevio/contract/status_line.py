"""What a command that takes a while says on standard error: a line that changes, and notes that stay."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Self

from mockrevio import reporting

_CLEAR = "\r\x1b[K"


class StatusLine:
    """A line that changes, which only a terminal can show. As a context manager, removes it at the end.

    `is_terminal` says whether standard error is one, if that is known; `redact` removes secrets from notes.
    """

    def __init__(self, *, is_terminal: bool | None = None, redact: Callable[[str], str] = str) -> None:
        if is_terminal is None:
            is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self.is_terminal = is_terminal
        self._redact = redact
        self._line = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, line: str) -> None:
        """Replace the line."""
        if self.is_terminal:
            self._line = line
            reporting.show(f"{_CLEAR}{line}")

    def note(self, message: str) -> None:
        """Report something in a line that stays."""
        line = self._line
        self.clear()
        reporting.report(_printable(self._redact(message)))
        if line:
            self._line = line
            reporting.show(line)

    def clear(self) -> None:
        """Remove the line."""
        if self._line:
            reporting.show(_CLEAR)
            self._line = ""


def _printable(message: str) -> str:
    """A message in one line: the texts of a service may have control characters, which a terminal obeys."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in message)
