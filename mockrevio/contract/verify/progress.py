"""Progress on standard error: a line that changes on a terminal, and notes everywhere."""

from __future__ import annotations

import sys
from typing import Self

from mockrevio import reporting


class Progress:
    """Shows which rule is observed. As a context manager, it removes its line at the end."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def show(self, number: int, total: int, name: str) -> None:
        """Show that this rule is observed now."""
        if self._is_terminal:
            self._print(f"\r\x1b[K[{number}/{total}] {name}")

    def note(self, text: str) -> None:
        """Report why it waits, or what it makes."""
        self._clear()
        reporting.report(text)

    def _clear(self) -> None:
        if self._is_terminal:
            self._print("\r\x1b[K")

    def _print(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
