"""Ctrl-C and SIGTERM: they end a run, but not between a create and knowing what it made."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mockrevio import reporting

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""The signals that ask a program to end; Windows has fewer."""


class Interrupted(BaseException):
    """A signal ended the run. `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class Interrupts:
    """Raises Interrupted when a signal arrives, or at the end of a block that holds it back."""

    def __init__(self) -> None:
        self._holds = 0
        self._pending: int | None = None

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle signals in this block. Does nothing outside the main thread, which alone gets them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        for number, handler in before.items():
            if handler != signal.SIG_IGN:
                signal.signal(number, self._handle)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold signals back until the end of the block."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
        if not self._holds and self._pending is not None:
            self._raise(self._pending)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self._pending is not None:
            reporting.report("still cleaning up")
        elif self._holds:
            self._pending = number
            reporting.report("stopping after this request")
        else:
            self._raise(number)

    def _raise(self, number: int) -> None:
        self._pending = number
        self._holds += 1  # no further signal is raised: what follows is the cleaning up
        raise Interrupted(number)
