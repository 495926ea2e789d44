"""`mock_revio.faults`: the fault rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockrevio.testing.handle.admin_client import AdminClient, Record
from mockrevio.testing.handle.held import Held
from mockrevio.testing.handle.listing import Listing

if TYPE_CHECKING:
    from mockrevio.types.calls import FaultRule

__tracebackhide__ = True  # a failure points at the line of the test


class Fault(Held):
    """An armed fault rule."""

    def __init__(self, admin_client: AdminClient, fault_id: int) -> None:
        super().__init__(admin_client)
        self.id = fault_id

    def __eq__(self, other: object) -> bool:
        equal = super().__eq__(other)
        return isinstance(other, Fault) and other.id == self.id if equal is True else equal

    def __hash__(self) -> int:
        return hash((super().__hash__(), self.id))

    def shown(self) -> FaultRule:
        """The rule as a dict, including `matched`, `fired` and `last_miss`."""
        rule: FaultRule = self._admin_client.get(f"faults/{self.id}")
        return rule

    @property
    def matched(self) -> int:
        """How many requests the rule has matched."""
        return self.shown()["matched"]

    @property
    def fired(self) -> int:
        """How often the rule has fired."""
        return self.shown()["fired"]

    def remove(self) -> None:
        """Disarm the rule."""
        self._admin_client.call("DELETE", f"faults/{self.id}")

    def _describe(self) -> str:
        return describe_rule(self.shown())


class Faults(Listing["FaultRule"]):
    """The fault rules, in the order in which they are evaluated."""

    _path = "faults"
    _member = "faults"

    def add(
        self,
        effect: Mapping[str, Any],
        *,
        match: Mapping[str, Any] | None = None,
        when: Mapping[str, Any] | None = None,
        phase: str | None = None,
        name: str | None = None,
        seed: int | None = None,
        optional: bool = False,
    ) -> Fault:
        """Arm a rule (docs/fault-rules.md). Unless `optional`, a rule that never fires fails the test.

        By default it matches every request, fires on each, and before the request is carried out. Raises
        AdminCallRefused for an invalid rule.
        """
        rule: Record = {"effect": dict(effect)}
        parts = {
            "match": match,
            "when": when,
            "phase": phase,
            "name": name,
            "seed": seed,
            "optional": optional or None,
        }
        rule.update({part: value for part, value in parts.items() if value is not None})
        return Fault(self._admin_client, int(self._admin_client.call("POST", "faults", rule)["id"]))

    def __contains__(self, item: object) -> bool:
        if isinstance(item, Fault):
            return any(item == Fault(self._admin_client, rule["id"]) for rule in self)
        return super().__contains__(item)

    def clear(self) -> None:
        """Disarm all rules."""
        self._admin_client.call("DELETE", "faults")

    @staticmethod
    def _describe_item(item: FaultRule) -> str:
        return describe_rule(item)


def describe_rule(rule: FaultRule) -> str:
    """A rule in short: `1 (outage), {"status": 503}, matched 2, fired 1`."""
    name = f" ({rule['name']})" if "name" in rule else ""
    counts = f"matched {rule['matched']}, fired {rule['fired']}"
    return f"{rule['id']}{name}, {json.dumps(rule['effect'])}, {counts}"
