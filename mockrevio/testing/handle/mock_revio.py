"""`MockRevio`: everything a test can do with a mock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Unpack, cast

from mockrevio.testing.handle.accessors import Links, MockClock, Requests
from mockrevio.testing.handle.admin_client import Record
from mockrevio.testing.handle.checks import assert_nothing_wrong, assert_requests_made, check_allowance
from mockrevio.testing.handle.entities import Entities
from mockrevio.testing.handle.faults import Fault, Faults
from mockrevio.testing.handle.held import public_names
from mockrevio.testing.handle.keywords import CALL_PARTS, REQUEST_PARTS, reject_unknown
from mockrevio.testing.handle.matchers import Match, merge_match
from mockrevio.testing.handle.server_handle import ServerHandle
from mockrevio.testing.handle.webhooks import Webhooks

if TYPE_CHECKING:
    from mockrevio.testing.intercept import Interception
    from mockrevio.types.calls import CallMatch, LoggedCall, RequestMatch, Strictness
    from mockrevio.types.entities import TypedEntities
    from mockrevio.types.settings import WorldSettings

__tracebackhide__ = True  # a failure points at the line of the test


class MockRevio(ServerHandle):
    """A mock Rev.io: in this process, or with `connect` on a running server.

    ```
    with MockRevio(fixture="default") as revio:
        requests.get(f"{revio.url}/Customers/1015", auth=revio.credentials)
    ```

    `fixture` names one or more fixtures. Nothing is stored on disk unless `data` names a folder. Every other
    setting of docs/settings.md can be passed by name (`latency="200ms"`, `error_shape="object"`).

    Raises SettingError for an invalid setting. `start` raises ServerError, FixtureError or StorageError.
    """

    def __dir__(self) -> Iterable[str]:
        return public_names(super().__dir__())

    # Interception.

    def intercept(self, *hosts: str) -> Interception:
        """Redirect calls to Rev.io's own addresses to this mock: `with revio.intercept(): ...`.

        For code in this process that hard-codes `https://restapi.rev.io` or `https://api.revioapi.com`. Pass
        `hosts` to intercept others instead: `"example.org"`, `"example.org:8443"`, `"*.example.org"`. It is
        also a decorator. Does not need `mockrevio[tls]`. Raises InterceptionError for an invalid host.
        """
        from mockrevio.revio.addresses import HOSTS
        from mockrevio.testing.intercept import Interception

        return Interception(self.base_url, hosts or HOSTS)

    # State.

    @property
    def entities(self) -> TypedEntities:
        """The entities: the records that key links point at."""
        return cast("TypedEntities", Entities(self._admin))

    @property
    def links(self) -> Links:
        """The key links."""
        return Links(self._admin)

    @property
    def faults(self) -> Faults:
        """The fault rules."""
        return Faults(self._admin)

    @property
    def requests(self) -> Requests:
        """The request log."""
        return Requests(self._admin)

    @property
    def webhooks(self) -> Webhooks:
        """The deliveries of webhooks."""
        return Webhooks(self._admin)

    @property
    def clock(self) -> MockClock:
        """The mock clock."""
        return MockClock(self._admin)

    @property
    def settings(self) -> Record:
        """The current values of the settings that `change_settings` can change."""
        return dict(self._admin.get("settings"))

    def change_settings(self, **settings: Unpack[WorldSettings]) -> None:
        """Change settings until the next reset: `change_settings(latency="200ms", error_rate=None)`.

        None restores the default. Raises UnknownArgument for an unknown setting, AdminCallRefused for an
        invalid value.
        """
        from mockrevio.settings.definitions import TABLE

        reject_unknown(MockRevio.change_settings, settings, TABLE)
        self._admin.call("PATCH", "settings", settings)

    @property
    def state(self) -> Record:
        """The world as a fixture document."""
        return dict(self._admin.get("state"))

    def replace_state(self, document: Mapping[str, Any]) -> None:
        """Replace the world with the contents of a fixture document. Raises AdminCallRefused for mistakes."""
        self._admin.call("PUT", "state", dict(document))

    def reset(self) -> None:
        """Reset the world to its fixture: data, ids, faults, settings, request log, clock, random seed."""
        answer = self._admin.call("POST", "reset")
        self._allowances.clear()
        if self._after_reset is not None:
            self._after_reset(answer["reliance"])

    def snapshot(self, name: str | None = None) -> str:
        """Save the current state under `name`, or a generated name. Returns the name, for `restore`."""
        name = name or f"state-{next(self._snapshot_numbers)}"
        self._admin.call("PUT", f"snapshots/{name}")
        return name

    def restore(self, name: str) -> None:
        """Restore a snapshot. Raises AdminCallRefused if it does not exist."""
        self._admin.call("POST", f"snapshots/{name}/restore")

    def changes_since(self, name: str) -> Record:
        """The differences from a snapshot: `added`, `changed` and `removed`."""
        return dict(self._admin.get(f"snapshots/{name}/diff"))

    # Faults.

    def fail(
        self,
        times: int | None = None,
        status: int = 503,
        *,
        optional: bool = False,
        match: Match | None = None,
        **parts: Unpack[RequestMatch],
    ) -> Fault:
        """Make matching requests fail before they are carried out: the next `times` of them, or all."""
        reject_unknown(MockRevio.fail, parts, REQUEST_PARTS)
        return self._arm({"status": status}, times, merge_match(match, parts), optional=optional)

    def slow(
        self,
        latency: str,
        times: int | None = None,
        *,
        optional: bool = False,
        match: Match | None = None,
        **parts: Unpack[RequestMatch],
    ) -> Fault:
        """Delay matching requests: `slow("300ms")`, `slow("100ms..800ms", times=3, method="POST")`.

        By default all of them.
        """
        reject_unknown(MockRevio.slow, parts, REQUEST_PARTS)
        return self._arm({"latency": latency}, times, merge_match(match, parts), optional=optional)

    def lose_answer(
        self,
        times: int | None = 1,
        *,
        optional: bool = False,
        match: Match | None = None,
        **parts: Unpack[RequestMatch],
    ) -> Fault:
        """Carry out matching requests, but reset the connection instead of responding, to test retries.

        By default the next one, with `times=None` all.
        """
        reject_unknown(MockRevio.lose_answer, parts, REQUEST_PARTS)
        effect = {"connection": "reset"}
        return self._arm(effect, times, merge_match(match, parts), phase="after_commit", optional=optional)

    def _arm(
        self,
        effect: Mapping[str, Any],
        times: int | None,
        match: Match,
        *,
        phase: str | None = None,
        optional: bool,
    ) -> Fault:
        when = None if times is None else {"times": times}
        return self.faults.add(effect, match=match, when=when, phase=phase, optional=optional)

    # Checks.

    def assert_called(
        self,
        *,
        times: int | None = None,
        timeout: str | None = None,
        match: Match | None = None,
        **parts: Unpack[CallMatch],
    ) -> None:
        """Assert that exactly `times` matching requests were made, or by default at least one.

        Requests in progress count. With a `timeout` (`"5s"`), waits for requests that are still to come, and
        for answers that decide whether a request matches. Raises CheckFailed, with the nearest misses, also
        if the request log has dropped requests that may have matched.
        """
        reject_unknown(MockRevio.assert_called, parts, CALL_PARTS)
        wanted = merge_match(match, parts)
        assert_requests_made(self._admin, wanted, {"min": 1} if times is None else times, timeout)
        if times != 0:
            self._allowances.expect(wanted)

    async def wait_for_call(
        self,
        *,
        times: int = 1,
        timeout: str | float | timedelta = "5s",
        match: Match | None = None,
        **parts: Unpack[CallMatch],
    ) -> LoggedCall:
        """Wait until at least `times` matching requests have arrived, and return the last of these.

        For asyncio and trio, whose event loop goes on meanwhile. A request counts from its arrival on, so its
        `response` may be None; `status="any"` waits for the answer. By default waits for one request, and 5
        seconds. Raises CheckFailed after the `timeout`, with the nearest misses.
        """
        from mockrevio.testing.handle.waiting import wait_for_call

        reject_unknown(MockRevio.wait_for_call, parts, CALL_PARTS)
        wanted = merge_match(match, parts)
        call = await wait_for_call(self._admin, wanted, times, timeout)
        self._allowances.expect(wanted)
        return call

    def allow_errors(
        self, *statuses: int | str, match: Match | None = None, **parts: Unpack[CallMatch]
    ) -> None:
        """Expect errors until the next reset, so that a strict check does not fail for them.

        `allow_errors(404)`, `allow_errors("4xx", path="/v1/Customers/*")`, by default all. Errors of faults,
        and those that `assert_called(status=...)` has asserted, need no permission.
        """
        reject_unknown(MockRevio.allow_errors, parts, CALL_PARTS)
        wanted = merge_match(match, parts)
        if statuses:
            wanted["status"] = list(statuses)
        check_allowance(self._admin, wanted)
        self._allowances.errors.append(wanted)

    def allow_assumed(self, *rules: str) -> None:
        """Rely on assumed rules until the next reset: `allow_assumed("link.duplicate", "page.*")`.

        A strict check does not fail for them. Raises UnknownArgument for a name that no assumed rule has.
        """
        self._allowances.allow_assumed(rules)

    def check(self, *, strict: Strictness = "off") -> None:
        """Assert that every fault fired, except optional ones, and that mockrevio raised no exception on a
        request that is still in the log.

        If `strict` is `"calls"`, also that no request got a 4xx that the test does not expect (see
        `allow_errors`); if it is `"assumed"`, that none relied on a rule of Rev.io's that mockrevio only
        assumes (see `allow_assumed`); `"all"` is both. Raises CheckFailed.
        """
        assert_nothing_wrong(self._admin, {"strict": strict, **self._allowances.as_json()})
