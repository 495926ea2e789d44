"""The types of events that Rev.io notifies of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

Change = Literal["CREATED", "UPDATED", "DELETED"]
CHANGES: tuple[Change, ...] = ("CREATED", "UPDATED", "DELETED")

INVENTORY_ASSIGNED = "INVENTORY_ASSIGNED"
INVENTORY_UNASSIGNED = "INVENTORY_UNASSIGNED"
"""C3: an inventory item was taken from its service. The event's object is the item."""

RATING_COMPLETED = "RATING_COMPLETED"
"""D: named on the portal. The mock rates no calls, so it accepts subscriptions and never raises the event."""


def event_type(entity_type: str, change: Change) -> str:
    """A: the type of the event that a record of this entity type was created, updated or deleted."""
    return f"{entity_type}_{change}"


def event_types(entity_types: Iterable[str]) -> Sequence[str]:
    """All types of events of a world with these entity types."""
    changes = [event_type(name, change) for name in entity_types for change in CHANGES]
    return [*changes, INVENTORY_ASSIGNED, INVENTORY_UNASSIGNED, RATING_COMPLETED]
