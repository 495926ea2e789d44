"""`--watch`: a thread that resets all worlds whenever a file of the fixture has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mockrevio.errors import FixtureError, SettingError, StorageError
from mockrevio.reporting import report
from mockrevio.seeding.fixture_files import FileVersions, FixtureFiles
from mockrevio.threads import start_daemon

INTERVAL = 0.2
"""Seconds between two polls of the files. A file that has not changed in between is complete:
editors write in several steps, or delete a file and create it again."""

MAX_MISTAKES = 10
"""How many mistakes of an edited fixture are printed; the rest are counted."""


class FixtureWatcher:
    """Polls the files of a fixture. `reset` resets the affected worlds and returns how many there were."""

    def __init__(self, files: FixtureFiles, reset: Callable[[], int], warn: Callable[[str], None]) -> None:
        """Raises SettingError if no file of the fixture can change."""
        if not files.edited:
            raise SettingError(
                f"--watch: {' and '.join(files.names)} cannot change: included in mockrevio; pass your own "
                "file with --fixture FILE, or remove --watch"
            )
        self._files = files
        self._reset = reset
        self._warn = warn
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._loaded: FileVersions = ()

    def start(self, loaded: FileVersions) -> None:
        """Start watching for changes of what was loaded when the files had these versions."""
        self._loaded = loaded
        self._thread = start_daemon(self._watch, "mockrevio-watch")
        if self._thread is None:
            self._warn("the fixture is not watched; restart mockrevio once it can start threads again")

    def stop(self) -> None:
        """Stop watching."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        handled = previous = self._loaded
        while not self._stopping.wait(INTERVAL):
            current = self._files.versions()
            if current == previous and current != handled:
                handled = current
                self._apply_change()
            previous = current

    def _apply_change(self) -> None:
        try:
            count = self._reset()
        except FixtureError as error:
            self._warn("the edited fixture was not loaded, because it has mistakes; no world was changed:")
            for mistake in error.mistakes[:MAX_MISTAKES]:
                self._warn(str(mistake))
            if len(error.mistakes) > MAX_MISTAKES:
                self._warn(
                    f"and {len(error.mistakes) - MAX_MISTAKES} more; mockrevio fixture check lists them all"
                )
        except StorageError as error:
            self._warn(f"the fixture has changed, but not every world could be reset: {error}")
        else:
            if count:
                worlds = "the world was" if count == 1 else f"{count} worlds were"
                names = ", ".join(self._files.edited)
                report(f"{names} changed; {worlds} reset")
