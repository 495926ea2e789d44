"""The fixture of a server: loaded at its start, and again when a file of it has been edited."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from mockrevio.control.clock import Clock
from mockrevio.errors import Mistake
from mockrevio.seeding.fixture_files import FileVersions, FixtureFiles, digest_of
from mockrevio.seeding.fixtures import merge_fixture
from mockrevio.settings import Settings
from mockrevio.world.baseline import Baseline

MAX_WARNINGS = 3
"""How many warnings about a fixture are printed; the rest are counted."""


class FixtureLoader:
    """Loads the baseline of all worlds. Thread-safe."""

    def __init__(self, settings: Settings, warn: Callable[[str], None]) -> None:
        self.files = FixtureFiles(settings.fixture)
        self._settings = settings
        self._warn = warn
        self._lock = threading.Lock()
        self._versions: FileVersions | None = None
        """The versions of the files when they were read; None if the next change might not change them."""
        self._baseline: Baseline | None = None

    def baseline(self) -> Baseline:
        """The baseline of the fixture as it is on disk now: the same object, unless the contents changed.

        Raises FixtureError, which lists every mistake, if it cannot be loaded. The next call tries again.
        """
        with self._lock:
            versions = self.files.versions()
            if self._baseline is not None and versions == self._versions:
                return self._baseline
            sources = self.files.read()
            if self._baseline is None or digest_of(sources) != self._baseline.digest:
                fixture = merge_fixture(sources, self._settings)
                self._warn_about(fixture.warnings)
                self._baseline = Baseline(fixture, Clock(self._settings.clock).date())
            self._versions = None if any(version and version.recent for version in versions) else versions
            return self._baseline

    def _warn_about(self, warnings: Sequence[Mistake]) -> None:
        """Print the first few: a record exported from Rev.io may have dozens of unknown fields."""
        for warning in warnings[:MAX_WARNINGS]:
            self._warn(str(warning))
        if len(warnings) > MAX_WARNINGS:
            self._warn(f"and {len(warnings) - MAX_WARNINGS} more; mockrevio fixture check lists them all")
