"""All worlds of one process, and the lock on the folder that stores them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, reduce
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mockrevio import gc_control, real_time
from mockrevio.cancellation import CancelScope, TimeLimit, in_scope, raise_if_cancelled
from mockrevio.control.calls import CallObserver
from mockrevio.errors import DataClosed, StorageError, TooManyWorlds, UnknownWorld
from mockrevio.explanations import Explanation, remove_world, set_to
from mockrevio.quantities import format_duration
from mockrevio.scheduling import require_thread
from mockrevio.settings import Settings
from mockrevio.storage import FolderLock, is_mockrevio_file
from mockrevio.world.baseline import Baseline
from mockrevio.world.file_names import client_code_of, world_name
from mockrevio.world.fixture_loader import FixtureLoader
from mockrevio.world.fixture_watcher import FixtureWatcher
from mockrevio.world.last_uses import LastUses
from mockrevio.world.lazy_webhooks import new_sender_pool
from mockrevio.world.removal import finish_removal, finish_removals, remove_files
from mockrevio.world.snapshots import SnapshotMemory, Snapshots
from mockrevio.world.statistics import Statistics
from mockrevio.world.world import World

DEFAULT_WORLD = "default"
"""The world of requests without a client code; without isolation, of all requests."""

CHECKPOINT_TIME = 0.2
"""Seconds that the worlds have together to checkpoint their logs when they are closed."""


class Worlds:
    """The worlds of one process: one that all client codes share, or with isolation one for each."""

    def __init__(
        self, settings: Settings, warn: Callable[[str], None], observers: Sequence[CallObserver] = ()
    ) -> None:
        """Raises SettingError if `watch` has nothing to watch. `observers` are called with finished calls."""
        self._observers = observers
        self._retired = Statistics()
        self.settings = settings
        self.started = real_time.monotonic()
        self._warn = warn
        self._folder_lock = None if settings.ephemeral else FolderLock(settings.data)
        self._require_ownership: Callable[[], None] = lambda: None
        if self._folder_lock is not None:
            self._require_ownership = self._folder_lock.require_held
        self._loader = FixtureLoader(settings, warn)
        self._watcher: FixtureWatcher | None = None
        if settings.watch:
            self._watcher = FixtureWatcher(self._loader.files, self._reset_outdated, warn)
        self._watched: Baseline | None = None
        self._default: World | None = None
        self._isolated: dict[str, World] = {}
        self._uses = LastUses(settings.world_idle_timeout)
        self._lock = threading.Lock()
        self.lifetime = CancelScope()
        """Ends when the worlds are closed. Loading, creating worlds and admin requests belong to it."""
        self._senders = cache(new_sender_pool)  # one pool for all worlds
        self._snapshot_memory = SnapshotMemory()

    @property
    def ready(self) -> bool:
        """Whether the fixture is loaded, so that the API can respond."""
        return self._default is not None

    @property
    def isolated(self) -> bool:
        """Whether each client code has its own world."""
        return self.settings.isolate_clients

    def open(self) -> None:
        """Load the fixture, lock the data folder and load the world.

        Raises FixtureError or StorageError, and leaves the folder unchanged, if that fails; Cancelled
        if the worlds are closed meanwhile, or have been.
        """
        with in_scope(self.lifetime), self._lock:
            raise_if_cancelled()
            self._load()

    def _load(self) -> None:
        for warning in self.settings.warnings:
            self._warn(warning)
        versions = self._loader.files.versions()
        self._watched = self._loader.baseline()
        if self._folder_lock is not None:
            self._folder_lock.acquire()
        try:
            if self._folder is not None:
                finish_removals(self._folder)
            self._default = self._open(DEFAULT_WORLD)
        except BaseException:
            self._release()
            raise
        if self._watcher is not None:
            self._watcher.start(versions)

    def _open(self, name: str) -> World:
        return World(
            name,
            self.settings,
            self._loader.baseline(),
            folder=self._folder,
            warn=self._warn,
            senders=self._senders,
            require_ownership=self._require_ownership,
            observers=self._observers,
            snapshots=Snapshots(
                self._folder and self._folder / "snapshots" / name,
                self._snapshot_memory,
                self._require_ownership,
            ),
        )

    @property
    def _folder(self) -> Path | None:
        return None if self.settings.ephemeral else self.settings.data

    def reset(self, world: World) -> bool:
        """Reset a world to the fixture as it is on disk now. Return whether its data came from another one.

        Raises FixtureError if an edited fixture cannot be loaded, StorageError if the disk rejects the write;
        the world is then unchanged.
        """
        baseline = self._loader.baseline()
        changed = not world.is_from(baseline)
        world.reset(baseline)
        return changed

    def _reset_outdated(self) -> int:
        """Reset the worlds in memory if the fixture has changed, and return how many there were.

        Worlds that were already reset to this fixture are skipped.
        """
        baseline, before = self._loader.baseline(), self._watched
        if baseline is before:
            return 0
        self._watched = baseline
        worlds = [world for world in self._in_memory() if not world.is_from(baseline)]
        for world in worlds:
            with suppress(DataClosed):  # it has been deleted meanwhile
                world.reset(baseline)
        return len(worlds)

    def _in_memory(self) -> list[World]:
        with self._lock:
            return [world for world in (self._default, *self._isolated.values()) if world is not None]

    def default(self) -> World:
        """The world of requests without a client code. Requires `ready`."""
        if self._default is None:
            raise RuntimeError("the world is not loaded yet")
        return self._default

    def for_client(self, client: str | None) -> World:
        """The world of a client code, created from the fixture on first use. Requires `ready`.

        Raises TooManyWorlds if the limit is reached, FixtureError if an edited fixture cannot be loaded, and
        StorageError if the world cannot be opened.
        """
        if client is None or not self.isolated:
            return self.default()
        world = self._isolated.get(client) or self._create(client)
        self._uses.note(client)
        return world

    def loaded(self, client: str | None) -> World | None:
        """The world of a client code if it is in memory, without creating or loading it."""
        return self._default if client is None or not self.isolated else self._isolated.get(client)

    def exists(self, client: str | None) -> bool:
        """Whether `for_client` would find the world of a client code, in memory or on disk."""
        if client is None or client in self._isolated or not self.isolated:
            return True
        if self._folder is None:
            return False
        require_thread()
        files = [self._folder / f"{world_name(client)}{suffix}" for suffix in (".json", ".jsonl")]
        return any(path.is_file() and is_mockrevio_file(path) for path in files)

    def _create(self, client: str) -> World:
        require_thread()
        with in_scope(self.lifetime), self._lock:
            raise_if_cancelled()
            world = self._isolated.get(client)  # another thread may have created it meanwhile
            if world is None:
                if len(self._isolated) >= self.settings.max_worlds:
                    self._make_room(client)
                name = world_name(client)
                if self._folder is not None:
                    finish_removal(self._folder, name)
                world = self._open(name)
                self._uses.note(client)  # before another thread can take it for abandoned
                self._isolated[client] = world
            return world

    def _make_room(self, client: str) -> None:
        """Close the world that has been abandoned for longest; its files stay. Raises TooManyWorlds."""
        abandoned = self._uses.longest_abandoned(self._isolated)
        if abandoned is None:
            raise TooManyWorlds(
                Explanation(
                    f"no world can be created for client code {client!r}: {len(self._isolated)} exist, all "
                    f"used within the last {format_duration(self.settings.world_idle_timeout)}; raise ",
                    set_to("max_worlds"),
                    ", or delete one, for example with ",
                    remove_world(quote(next(iter(self._isolated)), safe="")),
                )
            )
        with suppress(StorageError):  # a failed checkpoint does not matter: the log has everything
            world = self._isolated.pop(abandoned)
            self._retired = self._retired.plus(world.statistics().retired())
            world.close()
        self._uses.forget(abandoned)
        gc_control.pause.collect_all()

    def names(self) -> list[str]:
        """The names of the worlds in memory."""
        return [] if self._default is None else [DEFAULT_WORLD, *sorted(self._isolated)]

    def statistics(self) -> Statistics:
        """The statistics of all worlds together."""
        with self._lock:
            worlds = filter(None, (self._default, *self._isolated.values()))
            return reduce(Statistics.plus, [world.statistics() for world in worlds], self._retired)

    def list_isolated(self) -> list[dict[str, Any]]:
        """Every isolated world with its client code: those in memory, then those only on disk."""
        loaded = dict(self._isolated)
        stored = self._clients_on_disk() - loaded.keys()
        return [
            {"client": client, "loaded": True, "key_links": world.key_links.count()}
            for client, world in sorted(loaded.items())
        ] + [{"client": client, "loaded": False, "key_links": None} for client in sorted(stored)]

    def _clients_on_disk(self) -> set[str]:
        if self._folder is None or not self.isolated:
            return set()
        files = [path for path in self._folder.glob("*.json*") if is_mockrevio_file(path)]
        clients = {client_code_of(path.stem) for path in files}
        return {client for client in clients if client is not None}

    def remove(self, client: str) -> None:
        """Delete the world of a client code, including files and snapshots.

        A write still in progress in that world raises DataClosed. Raises UnknownWorld if the client code has
        no world, DataUnwritable if its files cannot be deleted.
        """
        with self._lock:
            self._require_ownership()
            world = self._isolated.pop(client, None)
            if world is None and client not in self._clients_on_disk():
                known = ", ".join(sorted({*self._isolated, *self._clients_on_disk()})) or "none"
                raise UnknownWorld(f"client code {client!r} has no world; known client codes: {known}")
            if world is not None:
                self._retired = self._retired.plus(world.statistics().retired())
                with suppress(StorageError):  # a failed checkpoint does not matter: the files go next
                    world.close()
            del world
            self._uses.forget(client)
            gc_control.pause.collect_all()
            if self._folder is not None:
                remove_files(self._folder, world_name(client))

    def close(self) -> None:
        """Close all worlds, and release the folder.

        Cancels work that is not committed. Checkpoints the logs as long as there is time (`CHECKPOINT_TIME`).
        Raises the first StorageError, after all worlds are closed.
        """
        self.lifetime.cancel()
        if self._watcher is not None:
            self._watcher.stop()
        worlds = self._in_memory()
        with self._lock:
            self._default = None
            self._isolated.clear()
        errors = []
        with in_scope(TimeLimit(CHECKPOINT_TIME)):
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
