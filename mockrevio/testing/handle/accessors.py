"""Parts of a `MockRevio`: key links, request log, clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Unpack

from mockrevio.errors import AdminCallRefused, CheckFailed, MockrevioError
from mockrevio.testing.handle.calls_shown import describe_call
from mockrevio.testing.handle.held import Held
from mockrevio.testing.handle.keywords import CALL_PARTS, reject_unknown
from mockrevio.testing.handle.listing import Listing
from mockrevio.testing.handle.matchers import Match, duration_as_text, merge_match

if TYPE_CHECKING:
    from mockrevio.types.calls import CallMatch, LoggedCall
    from mockrevio.types.records import IntegrationKeyLink

__tracebackhide__ = True  # a failure points at the line of the test


class Links(Listing["IntegrationKeyLink"]):
    """The key links: iterate over them, count them, compare them, or create one."""

    _path = "key_links"
    _member = "key_links"

    def add(
        self,
        internal_id: int,
        external_id: str,
        *,
        integration_system_id: int = 4,
        integration_entity_type_id: int = 2,
    ) -> IntegrationKeyLink:
        """Create a key link and return it. By default it links a customer (2) to SALESFORCE (4).

        Raises AdminCallRefused if a rule of Rev.io forbids it.
        """
        link: IntegrationKeyLink = self._admin_client.call(
            "POST",
            "key_links",
            {
                "integration_system_id": integration_system_id,
                "integration_entity_type_id": integration_entity_type_id,
                "internal_id": internal_id,
                "external_id": external_id,
            },
        )
        return link


class Requests(Listing["LoggedCall"]):
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

    def matching(self, match: Match | None = None, **parts: Unpack[CallMatch]) -> list[LoggedCall]:
        """The entries that match: `matching(method="POST", body={"external_id": "0012*"})`.

        Raises MockrevioError if they are too large for one listing.
        """
        reject_unknown(Requests.matching, parts, CALL_PARTS)
        return self._items(match=json.dumps(merge_match(match, parts)))

    def _items(self, **query: str) -> list[LoggedCall]:
        listing = self._fetch(**query)
        if "omitted" in listing:
            raise MockrevioError(
                f"{listing['count']} requests match, more than one listing shows (64 MiB); match fewer"
            )
        return list(listing[self._member])

    def count(self, match: Match | None = None, **parts: Unpack[CallMatch]) -> int:
        """The number of entries that match. Raises CheckFailed if the log has dropped any that may."""
        reject_unknown(Requests.count, parts, CALL_PARTS)
        query = {"match": merge_match(match, parts)}
        try:
            return int(self._admin_client.call("POST", "requests/count", query)["count"])
        except AdminCallRefused as error:
            if error.code != "not_provable":
                raise
            failure = CheckFailed(str(error))
        raise failure

    def clear(self) -> None:
        """Clear the log. Requests in progress are forgotten too."""
        self._admin_client.call("DELETE", "requests")

    @staticmethod
    def _describe_item(item: LoggedCall) -> str:
        return describe_call(item)


class MockClock(Held):
    """The clock that sets the dates mockrevio writes, and that gateway limits and timed faults use."""

    @property
    def now(self) -> datetime:
        """The current time of the clock, in UTC, as a naive datetime."""
        return datetime.fromisoformat(self._admin_client.get("clock")["now"])

    def freeze(self, at: datetime | str | None = None) -> None:
        """Freeze the clock at a time (UTC if it names no time zone), or by default at its current time."""
        self._change({"frozen": True} if at is None else {"now": _as_text(at)})

    def run_from(self, at: datetime | str) -> None:
        """Let the clock run from a time (UTC if it names no time zone), in the past or in the future."""
        self._change({"now": _as_text(at), "frozen": False})

    def advance(self, by: timedelta | str) -> None:
        """Advance the clock by a `timedelta`, or by a duration such as `"90s"` or `"3d"`."""
        self._change({"advance": duration_as_text(by) if isinstance(by, timedelta) else by})

    def release(self) -> None:
        """Release the clock: it shows the real time again."""
        self._change({"frozen": False})

    def _change(self, command: Mapping[str, Any]) -> None:
        self._admin_client.call("PUT", "clock", command)

    def _describe(self) -> str:
        clock = self._admin_client.get("clock")
        return f"{clock['now']}, {'frozen' if clock['frozen'] else 'running'}"


def _as_text(moment: datetime | str) -> str:
    return moment.isoformat() if isinstance(moment, datetime) else moment
