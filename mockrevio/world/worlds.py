"""All worlds of one process, and the claim on the folder that holds them."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from mockrevio.control.clock import Clock
from mockrevio.errors import DataClosed, DataUnwritable, Mistake, StorageError, TooManyWorlds, UnknownWorld
from mockrevio.seeding.fixtures import load_fixture
from mockrevio.settings import Settings
from mockrevio.storage import FolderLock, is_mockrevio_file
from mockrevio.world.baseline import Baseline
from mockrevio.world.file_names import client_code_of, world_name
from mockrevio.world.world import World

DEFAULT_WORLD = "default"
"""The world of calls that name no client code; without isolation, of all calls."""

MAX_WARNINGS = 3


class Worlds:
    """The worlds of one process: one that every client code shares, or with isolation one for each."""

    def __init__(self, settings: Settings, warn: Callable[[str], None]) -> None:
        self.settings = settings
        self.started = time.monotonic()
        self._warn = warn
        self._folder_lock = None if settings.ephemeral else FolderLock(settings.data)
        self._baseline: Baseline | None = None
        self._default: World | None = None
        self._isolated: dict[str, World] = {}
        self._lock = threading.Lock()

    @property
    def ready(self) -> bool:
        """Whether the fixture is loaded and calls can be answered."""
        return self._default is not None

    @property
    def isolated(self) -> bool:
        """Whether client codes are kept apart."""
        return self.settings.isolate_clients

    def open(self) -> None:
        """Claim the data folder and load the world.

        Raises FixtureError or a StorageError; the folder is then as it was.
        """
        fixture = load_fixture(self.settings.fixture)
        self._baseline = Baseline(fixture, Clock(self.settings.clock).date())
        self._warn_of_mistakes(fixture.warnings)
        if self._folder_lock is not None:
            self._folder_lock.acquire()
        try:
            self._default = self._open(DEFAULT_WORLD)
        except BaseException:
            self._release()
            raise

    def _open(self, name: str) -> World:
        if self._baseline is None:
            raise RuntimeError("the fixture is not loaded yet")
        return World(name, self.settings, self._baseline, folder=self._folder, warn=self._warn)

    @property
    def _folder(self) -> Path | None:
        return None if self.settings.ephemeral else self.settings.data

    def _warn_of_mistakes(self, mistakes: Sequence[Mistake]) -> None:
        """Warn of a few of a fixture's oddities; a record pulled from Rev.io may bring dozens of fields."""
        for mistake in mistakes[:MAX_WARNINGS]:
            self._warn(str(mistake))
        if len(mistakes) > MAX_WARNINGS:
            self._warn(
                f"and {len(mistakes) - MAX_WARNINGS} more such notes; mockrevio fixture check names them all"
            )

    def default(self) -> World:
        """The world of calls that name no client code. Only once `ready`."""
        if self._default is None:
            raise RuntimeError("the world is not loaded yet")
        return self._default

    def for_client(self, client: str | None) -> World:
        """The world of a client code, made from the fixture on its first use. Only once `ready`.

        Raises TooManyWorlds if there is no room for another, or a StorageError.
        """
        if client is None or not self.isolated:
            return self.default()
        return self._isolated.get(client) or self._create(client)

    def _create(self, client: str) -> World:
        with self._lock:
            found = self._isolated.get(client)
            if found is None:
                if self._default is None:
                    raise DataClosed("the server stops")
                if len(self._isolated) >= self.settings.max_worlds:
                    count = len(self._isolated)
                    raise TooManyWorlds(
                        f"client code {client!r} gets no world, since there are {count} already; "
                        "raise --max-worlds, or remove some with DELETE /__admin/worlds/{client}"
                    )
                found = self._isolated[client] = self._open(world_name(client))
            return found

    def names(self) -> list[str]:
        """The names of the worlds that are in memory."""
        return [] if self._default is None else [DEFAULT_WORLD, *sorted(self._isolated)]

    def list_isolated(self) -> list[dict[str, Any]]:
        """Every isolated world with its client code: those in memory, and those that lie on disk alone."""
        known = dict(self._isolated)
        stored = self._clients_on_disk() - known.keys()
        return [
            {"client": client, "loaded": True, "key_links": world.key_links.count()}
            for client, world in sorted(known.items())
        ] + [{"client": client, "loaded": False, "key_links": None} for client in sorted(stored)]

    def _clients_on_disk(self) -> set[str]:
        if self._folder is None or not self.isolated:
            return set()
        files = [path for path in self._folder.glob("*.json*") if is_mockrevio_file(path)]
        clients = {client_code_of(path.stem) for path in files}
        return {client for client in clients if client is not None}

    def remove(self, client: str) -> None:
        """Forget the world of a client code, files and snapshots included; UnknownWorld if there is none.

        A call that is at work in it then finds its data closed.
        """
        with self._lock:
            world = self._isolated.pop(client, None)
            if world is None and client not in self._clients_on_disk():
                known = ", ".join(sorted({*self._isolated, *self._clients_on_disk()})) or "none"
                raise UnknownWorld(f"client code {client!r} has no world; there are {known}")
            if world is not None:
                with suppress(StorageError):  # what cannot be folded is about to go anyway
                    world.close()
            if self._folder is not None:
                _remove_files(self._folder, world_name(client))

    def close(self) -> None:
        """Fold every log into its data file, and let others have the folder.

        Raises the first StorageError that there was, once all are closed.
        """
        with self._lock:
            worlds = [world for world in (self._default, *self._isolated.values()) if world is not None]
            self._default = None
            self._isolated.clear()
        errors = []
        for world in worlds:
            try:
                world.close()
            except StorageError as error:
                errors.append(error)
        self._release()
        if errors:
            raise errors[0]

    def _release(self) -> None:
        if self._folder_lock is not None:
            self._folder_lock.release()


def _remove_files(folder: Path, name: str) -> None:
    """Remove them, the log first: it means nothing without the data file that it goes on from."""
    try:
        for suffix in (".jsonl", ".jsonl.tmp", ".json", ".json.tmp"):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)
        snapshots = folder / "snapshots" / name
        if snapshots.is_dir():
            shutil.rmtree(snapshots)
    except OSError as error:
        raise DataUnwritable(f"{folder}: the files of {name} cannot be removed: {error.strerror}") from None
