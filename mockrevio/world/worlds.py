"""All worlds of one process, and the claim on the folder that holds them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from mockrevio.errors import Mistake
from mockrevio.settings import Settings
from mockrevio.storage import FolderLock
from mockrevio.world.fixtures import load_fixture
from mockrevio.world.world import World

DEFAULT = "default"
MOST_NOTES = 3


class Worlds:
    """The worlds of one process: one, named `default`, that every client code shares."""

    def __init__(self, settings: Settings, warn: Callable[[str], None]) -> None:
        self.settings = settings
        self.started = time.monotonic()
        self._warn = warn
        self._lock = None if settings.ephemeral else FolderLock(settings.data)
        self._default: World | None = None

    @property
    def ready(self) -> bool:
        """Whether the fixture is loaded and calls can be answered."""
        return self._default is not None

    def open(self) -> None:
        """Claim the data folder and load the world.

        Raises FixtureError or a StorageError; the folder is then as it was.
        """
        fixture = load_fixture(self.settings.fixture)
        self._tell(fixture.notes)
        if self._lock is not None:
            self._lock.acquire()
        folder = None if self.settings.ephemeral else self.settings.data
        try:
            self._default = World(DEFAULT, self.settings, fixture, folder=folder, warn=self._warn)
        except BaseException:
            self._release()
            raise

    def _tell(self, notes: Sequence[Mistake]) -> None:
        """Warn of a few of a fixture's oddities; a record pulled from Rev.io may bring dozens of fields."""
        for note in notes[:MOST_NOTES]:
            self._warn(str(note))
        if len(notes) > MOST_NOTES:
            self._warn(
                f"and {len(notes) - MOST_NOTES} more such notes; mockrevio fixture check names them all"
            )

    def default(self) -> World:
        """The world that every client code shares. Only once `ready`."""
        if self._default is None:
            raise RuntimeError("the world is not loaded yet")
        return self._default

    def names(self) -> list[str]:
        """The names of the worlds that are loaded."""
        return [] if self._default is None else [self._default.name]

    def close(self) -> None:
        """Fold every log into its data file, and let others have the folder."""
        try:
            if self._default is not None:
                self._default.close()
        finally:
            self._default = None
            self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
