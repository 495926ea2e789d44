"""What a `MockRevio` offers under a name of its own: entities, links, faults, requests, clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from mockrevio.errors import AdminCallRefused
from mockrevio.testing.handle.admin_client import AdminClient

Record = dict[str, Any]

__tracebackhide__ = True  # what a test did wrong is shown where the test did it


class Entities:
    """The fake Rev.io records that key links may point at, by entity type (`CUSTOMER`) and id."""

    def __init__(self, admin_client: AdminClient) -> None:
        self._admin_client = admin_client

    def add(self, type_name: str, entity_id: int | None = None, **fields: Any) -> Record:
        """See to it that a record exists, and answer it.

        Without an id, a new one gets the next id. The fields of one that is there are changed, not lost.
        """
        if entity_id is None:
            added = self._admin_client.call("POST", f"entities/{type_name}", fields)
            return dict(added["entities"][0])
        existing = self.get(type_name, entity_id) or {}
        return dict(
            self._admin_client.call("PUT", f"entities/{type_name}/{entity_id}", {**existing, **fields})
        )

    def make(self, type_name: str, count: int) -> list[Record]:
        """Make up so many more records, with believable fields and references that hold."""
        added = self._admin_client.call("POST", f"entities/{type_name}", {"count": count})
        return list(added["entities"])

    def get(self, type_name: str, entity_id: int) -> Record | None:
        """A record, or None if there is none."""
        try:
            return dict(self._admin_client.get(f"entities/{type_name}/{entity_id}"))
        except AdminCallRefused as refused:
            if refused.status == 404 and "does not exist" in str(refused):
                return None
            raise

    def all(self, type_name: str) -> list[Record]:
        """All records of a type, by id."""
        return list(self._admin_client.get(f"entities/{type_name}")["entities"])

    def remove(self, type_name: str, entity_id: int) -> None:
        """Take a record away; key links to it stay. AdminCallRefused if there is none."""
        self._admin_client.call("DELETE", f"entities/{type_name}/{entity_id}")


class Links:
    """The key links: iterate them, look how many there are, or make one beforehand."""

    def __init__(self, admin_client: AdminClient) -> None:
        self._admin_client = admin_client

    def __iter__(self) -> Iterator[Record]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __getitem__(self, index: int) -> Record:
        return self._all()[index]

    def _all(self) -> list[Record]:
        return list(self._admin_client.get("key_links")["key_links"])

    def add(
        self,
        internal_id: int,
        external_id: str,
        *,
        integration_system_id: int = 4,
        integration_entity_type_id: int = 2,
    ) -> Record:
        """Link a record, a customer to SALESFORCE unless told otherwise, and answer the link.

        Rev.io's rules hold; AdminCallRefused says which one forbids it.
        """
        link = {
            "integration_system_id": integration_system_id,
            "integration_entity_type_id": integration_entity_type_id,
            "internal_id": internal_id,
            "external_id": external_id,
        }
        return dict(self._admin_client.call("POST", "key_links", link))


class Fault:
    """One armed rule."""

    def __init__(self, admin_client: AdminClient, fault_id: int) -> None:
        self._admin_client = admin_client
        self.id = fault_id

    def shown(self) -> Record:
        """The rule as the admin side shows it, with `matched`, `fired` and `last_miss`."""
        return dict(self._admin_client.get(f"faults/{self.id}"))

    @property
    def matched(self) -> int:
        """How many calls it matched."""
        return int(self.shown()["matched"])

    @property
    def fired(self) -> int:
        """How many calls it met."""
        return int(self.shown()["fired"])

    def remove(self) -> None:
        """Disarm it."""
        self._admin_client.call("DELETE", f"faults/{self.id}")


class Faults:
    """The fault rules, in the order in which they are asked."""

    def __init__(self, admin_client: AdminClient) -> None:
        self._admin_client = admin_client

    def add(
        self,
        effect: Mapping[str, Any],
        *,
        match: Mapping[str, Any] | None = None,
        when: Mapping[str, Any] | None = None,
        phase: str = "before_commit",
        name: str | None = None,
        seed: int | None = None,
        optional: bool = False,
    ) -> Fault:
        """Arm a rule (docs/fault-rules.md). Unless `optional`, one that never fires fails the test."""
        rule: Record = {"phase": phase, "effect": dict(effect)}
        given = {"match": match, "when": when, "name": name, "seed": seed, "optional": optional or None}
        rule.update({part: value for part, value in given.items() if value is not None})
        return Fault(self._admin_client, int(self._admin_client.call("POST", "faults", rule)["id"]))

    def __iter__(self) -> Iterator[Record]:
        return iter(self._admin_client.get("faults")["faults"])

    def __len__(self) -> int:
        return int(self._admin_client.get("faults")["count"])

    def clear(self) -> None:
        """Disarm all."""
        self._admin_client.call("DELETE", "faults")


class Requests:
    """The request log: what was called, the oldest first."""

    def __init__(self, admin_client: AdminClient) -> None:
        self._admin_client = admin_client

    def __iter__(self) -> Iterator[Record]:
        return iter(self.matching())

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, index: int) -> Record:
        return self.matching()[index]

    def matching(self, **match: Any) -> list[Record]:
        """The calls that a matcher means: `matching(method="POST", body={"external_id": "0012*"})`."""
        return list(self._admin_client.get("requests", match=json.dumps(match))["requests"])

    def count(self, **match: Any) -> int:
        """How many calls a matcher means."""
        return int(self._admin_client.call("POST", "requests/count", {"match": match})["count"])

    def clear(self) -> None:
        """Forget all."""
        self._admin_client.call("DELETE", "requests")


class MockClock:
    """The clock of the world: every date that mockrevio writes, its limits and timed faults go by it."""

    def __init__(self, admin_client: AdminClient) -> None:
        self._admin_client = admin_client

    @property
    def now(self) -> datetime:
        """The time of the world, in UTC and without a zone."""
        return datetime.fromisoformat(self._admin_client.get("clock")["now"])

    def freeze(self, at: datetime | str | None = None) -> None:
        """Stand still, at a moment (UTC unless it names a zone) or at the present one."""
        moment = at.isoformat() if isinstance(at, datetime) else at
        self._admin_client.call("PUT", "clock", {"frozen": True} if moment is None else {"now": moment})

    def advance(self, by: timedelta | str) -> None:
        """Move on, by a `timedelta` or a text such as `90s`."""
        text = f"{by.total_seconds():.6f}s" if isinstance(by, timedelta) else by
        self._admin_client.call("PUT", "clock", {"advance": text})

    def release(self) -> None:
        """Go with the real time again."""
        self._admin_client.call("PUT", "clock", {"frozen": False})
