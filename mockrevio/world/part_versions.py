"""Which parts of a world have changed since someone last looked."""

from __future__ import annotations

from typing import Protocol

from mockrevio.control.calls import Calls
from mockrevio.control.clock import Clock
from mockrevio.control.faults.rules import FaultRules
from mockrevio.revio.webhooks import DELIVERIES, KEYS
from mockrevio.settings import Settings
from mockrevio.storage import LiveDatabase
from mockrevio.world.baseline import METADATA
from mockrevio.world.lazy_webhooks import LazyWebhooks
from mockrevio.world.snapshots import Snapshots

PARTS = ("data", "faults", "settings", "clock", "snapshots", "webhooks", "log")
"""`log` changes when calls are removed from it, not with each call; `data` with every write to a record."""

_NO_DATA = (METADATA, DELIVERIES, KEYS)
"""Tables that are not part of the data."""


class Parts(Protocol):
    """A world, as far as its parts concern it."""

    faults: FaultRules
    settings: Settings
    clock: Clock
    snapshots: Snapshots
    calls: Calls


class PartVersions:
    """Compares the parts of one world with how they were before. Takes no lock and copies nothing."""

    def __init__(self, world: Parts, database: LiveDatabase, webhooks: LazyWebhooks) -> None:
        """Compare with how the world is now."""
        self._world = world
        self._database = database
        self._webhooks = webhooks
        self._versions = self._read()

    def _read(self) -> tuple[object, ...]:
        """A value for each of `PARTS` that differs after a change."""
        world = self._world
        return (
            self._database.change_count(without=_NO_DATA),
            world.faults.version,
            world.settings,
            world.clock.version,
            world.snapshots.version,
            self._webhooks.version,
            world.calls.log.removals,
        )

    def take_changed(self) -> list[str]:
        """The parts that have changed since the last call."""
        before, self._versions = self._versions, self._read()
        pairs = zip(PARTS, before, self._versions, strict=True)
        return [part for part, old, new in pairs if old is not new and old != new]
