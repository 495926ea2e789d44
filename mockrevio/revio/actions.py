"""What clients do to a record besides reading and writing it: the address and the body of each action.

C2, C3, C4: the addresses and the names of the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mockrevio.revio.fields import Field, parse_fields


class Action(NamedTuple):
    """One action: what it accepts, and the rule that it follows, by its name in the evidence table.

    `path` is below `/v1`. A body needs the `required` fields; one without any may be left out. Of these, the
    `nullable` ones may be null.
    """

    method: str
    path: str
    fields: Mapping[str, Field]
    required: tuple[str, ...]
    rule: str
    nullable: frozenset[str] = frozenset()

    @property
    def never_null(self) -> list[str]:
        """The fields that must have a value."""
        return [name for name in self.required if name not in self.nullable]


COMPLETE, INCOMPLETE = "COMPLETE", "INCOMPLETE"

DISCONNECT = Action(
    "DELETE",
    "ServiceProduct",
    parse_fields({"service_product_id": "whole", "effective_date": "date", "generate_proration": "flag"}),
    ("service_product_id",),
    "provisioning.disconnect",
)
ASSIGN = Action(
    "PATCH",
    "InventoryItem/assignService",
    parse_fields({"inventory_item_id": "whole", "service_id": "whole"}),
    ("inventory_item_id", "service_id"),
    "provisioning.assign",
    nullable=frozenset({"service_id"}),  # A: null takes the item away from its service
)
TASK_ACTION = Action(
    "PUT",
    "Tasks/{task_id}/action",
    parse_fields({"action": "text"}),
    ("action",),
    "provisioning.task_action",
)
ACTIVATE = Action(
    "POST",
    "WebhookReceivers/{webhook_receiver_id}/activate",
    parse_fields({"code": "text"}),
    (),
    "webhook.activate",
)
