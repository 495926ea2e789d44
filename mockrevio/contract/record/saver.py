"""Writing what was recorded while the proxy runs, so that a crash loses little of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from mockrevio import real_time
from mockrevio.contract.record.output import Output
from mockrevio.errors import StorageError
from mockrevio.reporting import ThrottledReport

INTERVAL = 1.0
"""Seconds between two saves: what a crash loses at most."""

SHARE = 10
"""Saving takes at most one part in so many of the time, so large recordings are saved less often."""


class Saver:
    """Saves outputs every second, from a thread."""

    def __init__(self, outputs: Sequence[Output]) -> None:
        self._outputs = outputs
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mockrevio-saving", daemon=True)
        self._failed = ThrottledReport("the recording cannot be saved, and is kept in memory")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def _run(self) -> None:
        pause = INTERVAL
        while not self._stopping.wait(pause):
            started = real_time.monotonic()
            try:
                self._save()
            except StorageError as error:
                self._failed.report(error)
            pause = max(INTERVAL, (real_time.monotonic() - started) * SHARE)

    def _save(self) -> None:
        for output in self._outputs:
            output.save()

    def stop(self) -> None:
        """End the thread, then save for the last time. Raises StorageError."""
        self._stopping.set()
        self._thread.join()
        self._save()
