"""The webhooks of a world, created on first use: most worlds need none, and start faster without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from mockrevio.revio.resources import WEBHOOK_RECEIVERS, WEBHOOK_SUBSCRIPTIONS
from mockrevio.revio.webhooks import DELIVERIES, KEYS
from mockrevio.revio.writes import Writes
from mockrevio.settings import Settings
from mockrevio.storage import Change, LiveDatabase

if TYPE_CHECKING:
    from mockrevio.control.clock import Clock
    from mockrevio.revio.webhooks.threads import SenderPool
    from mockrevio.revio.webhooks.webhooks import DeliveryFaults, Webhooks


def new_sender_pool() -> SenderPool:
    """The threads that send the notifications of one server."""
    from mockrevio.revio.webhooks.threads import SenderPool

    return SenderPool()


class LazyWebhooks:
    """Creates the webhooks of one world on first use. Listens to a `RecordStore`."""

    def __init__(
        self,
        database: LiveDatabase,
        clock: Clock,
        settings: Settings,
        *,
        entity_types: Callable[[], Iterable[str]],
        faults: DeliveryFaults,
        senders: Callable[[], SenderPool],
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._entity_types = entity_types
        self._faults = faults
        self._senders = senders
        self._webhooks: Webhooks | None = None
        self._is_affected = False
        self._subscriptions = database.live_table(WEBHOOK_SUBSCRIPTIONS.table)
        self._deliveries = database.live_table(DELIVERIES)
        self._keys = database.live_table(KEYS)

    @property
    def version(self) -> object:
        """A value that differs once a delivery was created, attempted, finished or forgotten."""
        log_version = 0 if self._webhooks is None else self._webhooks.log.version
        return log_version, self._database.table_change_count(DELIVERIES)

    @property
    def pending(self) -> int:
        """How many deliveries are pending."""
        return len(self._deliveries.documents)

    @property
    def finished(self) -> Counter[str]:
        """How many deliveries are no longer pending since the world was opened, by status."""
        return Counter() if self._webhooks is None else self._webhooks.log.finished_counts()

    def get(self) -> Webhooks:
        """The webhooks."""
        with self._database.reading():
            if self._webhooks is None:
                from mockrevio.revio.webhooks.webhooks import Webhooks

                self._webhooks = Webhooks(
                    self._database,
                    self._clock,
                    entity_types=self._entity_types,
                    webhook_hosts=self._settings.webhook_host,
                    seed=self._settings.seed,
                    faults=self._faults,
                    senders=self._senders(),
                )
            return self._webhooks

    def changes_for(self, writes: Writes) -> list[Change]:
        """The changes to commit together with a write."""
        self._is_affected = bool(self._subscriptions.documents) or any(
            change[1] == WEBHOOK_RECEIVERS.table for change in writes.changes
        )
        return self.get().changes_for(writes) if self._is_affected else []

    def committed(self) -> None:
        """Called after the write is committed: send its notifications."""
        if self._is_affected:
            self.get().committed()

    def wake(self) -> None:
        """Send what is due: the world was opened, or its clock was changed."""
        if self._deliveries.documents:
            self.get().wake()

    def persistent_changes(self) -> list[Change]:
        """The changes to commit together with a new state, because they outlive the old one."""
        return self.get().persistent_changes() if self._keys.documents else []

    def restart(self) -> None:
        """Send nothing more of the state that was just replaced, under the same lock."""
        if self._webhooks is None:
            self.wake()
        else:
            self._webhooks.restart()

    def close(self) -> None:
        """Send nothing more. What is pending is sent when the world is opened again."""
        if self._webhooks is not None:
            self._webhooks.close()
