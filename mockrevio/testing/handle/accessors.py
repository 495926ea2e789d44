"""The parts of a `MockRevio`: entities, key links, faults, request log, clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from mockrevio.errors import AdminCallRefused, CheckFailed, MockrevioError
from mockrevio.testing.handle.admin_client import AdminClient, Record
from mockrevio.testing.handle.listing import Listing
from mockrevio.testing.handle.matchers import merge_match

__tracebackhide__ = True  # a failure points at the line of the test


class Entities:
    """The records, by entity type (`CUSTOMER`) or endpoint (`Orders`), and id."""

    def __init__(self, admin_client: AdminClient) -> None:
        self._admin_client = admin_client

    def add(self, type_name: str, entity_id: int | None = None, **fields: Any) -> Record:
        """Create a record, or update the one with this id, and return it.

        Without an id, the record gets the next id. An update changes only the given `fields`. Raises
        AdminCallRefused for an unknown entity type or an invalid field.
        """
        if entity_id is None:
            created = self._admin_client.call("POST", f"entities/{type_name}", fields)
            return dict(created["entities"][0])
        existing = self.get(type_name, entity_id) or {}
        return dict(
            self._admin_client.call("PUT", f"entities/{type_name}/{entity_id}", {**existing, **fields})
        )

    def make(self, type_name: str, count: int) -> list[Record]:
        """Generate `count` more records, with realistic fields and valid references, and return them."""
        created = self._admin_client.call("POST", f"entities/{type_name}", {"count": count})
        return list(created["entities"])

    def get(self, type_name: str, entity_id: int) -> Record | None:
        """The record with this id, or None. Raises AdminCallRefused for an unknown entity type."""
        try:
            return dict(self._admin_client.get(f"entities/{type_name}/{entity_id}"))
        except AdminCallRefused as error:
            if error.status == 404 and "does not exist" in str(error):
                return None
            raise

    def all(self, type_name: str) -> list[Record]:
        """All records of a type, ordered by id."""
        return list(self._admin_client.get(f"entities/{type_name}")["entities"])

    def remove(self, type_name: str, entity_id: int) -> None:
        """Delete a record; key links to it stay. Raises AdminCallRefused if it does not exist."""
        self._admin_client.call("DELETE", f"entities/{type_name}/{entity_id}")


class Links(Listing):
    """The key links: iterate over them, count them, or create one."""

    _path = "key_links"
    _member = "key_links"

    def add(
        self,
        internal_id: int,
        external_id: str,
        *,
        integration_system_id: int = 4,
        integration_entity_type_id: int = 2,
    ) -> Record:
        """Create a key link and return it. By default it links a customer to SALESFORCE.

        Raises AdminCallRefused if a rule of Rev.io forbids it.
        """
        link = {
            "integration_system_id": integration_system_id,
            "integration_entity_type_id": integration_entity_type_id,
            "internal_id": internal_id,
            "external_id": external_id,
        }
        return dict(self._admin_client.call("POST", "key_links", link))


class Fault:
    """An armed fault rule."""

    def __init__(self, admin_client: AdminClient, fault_id: int) -> None:
        self._admin_client = admin_client
        self.id = fault_id

    def shown(self) -> Record:
        """The rule as a dict, including `matched`, `fired` and `last_miss`."""
        return dict(self._admin_client.get(f"faults/{self.id}"))

    @property
    def matched(self) -> int:
        """How many requests the rule has matched."""
        return int(self.shown()["matched"])

    @property
    def fired(self) -> int:
        """How often the rule has fired."""
        return int(self.shown()["fired"])

    def remove(self) -> None:
        """Disarm the rule."""
        self._admin_client.call("DELETE", f"faults/{self.id}")


class Faults:
    """The fault rules, in the order in which they are evaluated."""

    def __init__(self, admin_client: AdminClient) -> None:
        self._admin_client = admin_client

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

        Raises AdminCallRefused for an invalid rule.
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

    def __iter__(self) -> Iterator[Record]:
        return iter(self._admin_client.get("faults")["faults"])

    def __len__(self) -> int:
        return int(self._admin_client.get("faults")["count"])

    def clear(self) -> None:
        """Disarm all rules."""
        self._admin_client.call("DELETE", "faults")


class Requests(Listing):
    """The request log, oldest entry first, requests in progress included: their `response` is None.

    Iterating, indexing and `len` are about the entries that the log still has; `evicted` says how many more
    there were. `count` and `MockRevio.assert_called` fail if the log cannot tell a number.
    """

    _path = "requests"
    _member = "requests"

    @property
    def evicted(self) -> int:
        """How many entries the log has dropped, because it keeps only the latest."""
        return int(self._fetch(limit="0")["evicted"])

    def matching(self, **match: Any) -> list[Record]:
        """The entries that match: `matching(method="POST", body={"external_id": "0012*"})`.

        Raises MockrevioError if they are too large for one listing.
        """
        return self._items(match=json.dumps(merge_match(None, match)))

    def _items(self, **query: str) -> list[Record]:
        listing = self._fetch(**query)
        if "omitted" in listing:
            raise MockrevioError(
                f"{listing['count']} requests match, more than one listing shows (64 MiB); match fewer"
            )
        return list(listing[self._member])

    def count(self, **match: Any) -> int:
        """The number of entries that match. Raises CheckFailed if the log has dropped any that may."""
        query = {"match": merge_match(None, match)}
        try:
            return int(self._admin_client.call("POST", "requests/count", query)["count"])
        except AdminCallRefused as error:
            if error.code != "not_provable":
                raise
            raise CheckFailed(str(error)) from None

    def clear(self) -> None:
        """Clear the log. Requests in progress are forgotten too."""
        self._admin_client.call("DELETE", "requests")


class MockClock:
    """The clock that sets the dates mockrevio writes, and that gateway limits and timed faults use."""

    def __init__(self, admin_client: AdminClient) -> None:
        self._admin_client = admin_client

    @property
    def now(self) -> datetime:
        """The current time of the clock, in UTC, as a naive datetime."""
        return datetime.fromisoformat(self._admin_client.get("clock")["now"])

    def freeze(self, at: datetime | str | None = None) -> None:
        """Freeze the clock at a time (UTC if it names no time zone), or at its current time."""
        self._change({"frozen": True} if at is None else {"now": _as_text(at)})

    def run_from(self, at: datetime | str) -> None:
        """Let the clock run from a time (UTC if it names no time zone), in the past or in the future."""
        self._change({"now": _as_text(at), "frozen": False})

    def advance(self, by: timedelta | str) -> None:
        """Advance the clock by a `timedelta`, or by a duration such as `"90s"` or `"3d"`."""
        self._change({"advance": f"{by.total_seconds():.6f}s" if isinstance(by, timedelta) else by})

    def release(self) -> None:
        """Release the clock: it shows the real time again."""
        self._change({"frozen": False})

    def _change(self, command: Mapping[str, Any]) -> None:
        self._admin_client.call("PUT", "clock", command)


def _as_text(moment: datetime | str) -> str:
    return moment.isoformat() if isinstance(moment, datetime) else moment
