"""What the gateway, webhooks and faults need of a world's clock."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class WorldClock(Protocol):
    """A clock that can be frozen; `control.clock.Clock` implements it."""

    @property
    def frozen(self) -> bool:
        """Whether the clock is stopped."""

    def now(self) -> datetime:
        """The current time of the world."""
