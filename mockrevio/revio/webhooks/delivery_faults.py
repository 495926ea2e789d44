"""What a fault does to the delivery of a notification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from mockrevio.latch import Latch

DeliveryFaultKind = Literal["late", "twice", "out_of_order", "lost"]
DELIVERY_FAULTS: Mapping[DeliveryFaultKind, str] = {
    "late": "sent after the rule's `latency`, by the mock clock; later ones to this receiver wait for it",
    "twice": "sent two times, with the same `event_id`",
    "out_of_order": "sent after the next notification to this receiver",
    "lost": "never sent",
}
"""The faults of a delivery, each with what happens to the notification."""


class DeliveryFault(NamedTuple):
    """What a fault does to a notification.

    `delay` is in seconds of the world's clock, and ends when the fault is `removed`.
    """

    kind: DeliveryFaultKind
    cause: str
    removed: Latch
    delay: float = 0.0
