"""`MockRevio`: starting or connecting to a mock, and everything a test can do with it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mockrevio.errors import AdminCallRefused, ServerError
from mockrevio.testing.handle.accessors import Entities, Fault, Faults, Links, MockClock, Record, Requests
from mockrevio.testing.handle.admin_client import AdminClient
from mockrevio.testing.handle.checks import assert_faults_fired, assert_requests_made
from mockrevio.testing.handle.matchers import Match, merge_match
from mockrevio.testing.handle.webhooks import Webhooks

if TYPE_CHECKING:
    from mockrevio.testing.handle.local_server import LocalServer
    from mockrevio.testing.intercept import Interception

__tracebackhide__ = True  # a failure points at the line of the test

DEFAULT_CLIENT = "mockrevio"
"""The default client code of a `MockRevio`."""


class MockRevio:
    """A mock Rev.io: in this process, or with `connect` on a running server.

    ```
    with MockRevio(fixture="default") as revio:
        requests.get(f"{revio.url}/Customers/1015", auth=revio.credentials)
    ```

    `fixture` names one or more fixtures. Nothing is stored on disk unless `data` names a folder. Every other
    setting of docs/settings.md can be passed by name (`latency="200ms"`, `error_shape="object"`).

    Raises SettingError for an invalid setting. `start` raises ServerError, FixtureError or StorageError.
    """

    def __init__(
        self,
        *,
        fixture: str | Path | Sequence[str | Path] = "default",
        data: str | Path | None = None,
        port: int = 0,
        **settings: Any,
    ) -> None:
        fixtures = [fixture] if isinstance(fixture, (str, Path)) else fixture
        storage: dict[str, Any] = {"ephemeral": True} if data is None else {"data": str(data)}
        self._options = {"fixture": tuple(map(str, fixtures)), "port": str(port), **storage, **settings}
        self._server: LocalServer | None = None
        self._admin_client: AdminClient | None = None
        self._lock = threading.Lock()
        self._client = DEFAULT_CLIENT
        self._credentials: tuple[str, str] | None = None
        self._snapshot_numbers = itertools.count(1)
        self._load_settings()

    def _load_settings(self) -> None:
        from mockrevio.settings import Settings

        self._settings = Settings.load(self._options, environ={})
        if self._settings.credentials:
            login, client, password, _ = self._settings.credentials[0]
            self._client, self._credentials = client, (f"{login}@{client}", password)

    @classmethod
    def connect(
        cls,
        base_url: str,
        *,
        client: str = DEFAULT_CLIENT,
        admin_token: str | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> MockRevio:
        """A handle for a running server, scoped to the world of a client code.

        Pass `credentials` if the server accepts only certain ones; their client code must match `client`.

        Raises ServerError if the server does not respond, or does not isolate client codes
        (`--isolate-clients`): without isolation, test suites would interfere with each other.
        """
        handle = cls()
        handle._client, handle._credentials = client, credentials
        try:
            isolated = AdminClient(base_url, token=admin_token).get("worlds")["isolated"]
            scope = client if isolated else None
            handle._admin_client = AdminClient(base_url, client=scope, token=admin_token).with_world()
        except AdminCallRefused as error:
            raise ServerError(f"{base_url} rejects admin requests: {error}") from None
        if not isolated:
            raise ServerError(
                f"{base_url} has one world for all client codes; start it with --isolate-clients"
            )
        return handle

    # Starting and stopping.

    def start(self) -> Self:
        """Start the server in threads of this process. Does nothing if it is running already."""
        with self._lock:
            if self._admin_client is None:
                from mockrevio.testing.handle.local_server import LocalServer

                self._server = LocalServer.start(self._settings, self._client)
                client = self._client if self._settings.isolate_clients else None
                token = self._settings.admin_token
                self._admin_client = AdminClient(self._server.url, client=client, token=token, verify=False)
        return self

    def stop(self) -> None:
        """Stop the server. Does nothing if it is not running, or if this handle is for a running server."""
        with self._lock:
            server = self._server
            if server is None:
                return
            self._server = self._admin_client = None
            server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _admin(self) -> AdminClient:
        if self._admin_client is None:
            raise ServerError("this MockRevio is not running; use it in a with statement or call start()")
        return self._admin_client

    # Addresses and credentials.

    @property
    def base_url(self) -> str:
        """The address of the server: `http://127.0.0.1:54321`."""
        return self._admin.base_url

    @property
    def url(self) -> str:
        """The address of the API, for the client under test: `http://127.0.0.1:54321/v1`."""
        return f"{self.base_url}/v1"

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password, for `auth=` in requests and httpx."""
        return self._credentials or (f"tester@{self._client}", "secret")

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
    def entities(self) -> Entities:
        """The entities: the records that key links point at."""
        return Entities(self._admin)

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

    def change_settings(self, **settings: Any) -> None:
        """Change settings until the next reset: `change_settings(latency="200ms", error_rate=None)`.

        None restores the default. Raises AdminCallRefused for an invalid value.
        """
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
        self._admin.call("POST", "reset")

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
        **match_parts: Any,
    ) -> Fault:
        """Make matching requests fail before they are carried out: the next `times` of them, or all."""
        return self._arm({"status": status}, times, merge_match(match, match_parts), optional=optional)

    def slow(
        self,
        latency: str,
        times: int | None = None,
        *,
        optional: bool = False,
        match: Match | None = None,
        **match_parts: Any,
    ) -> Fault:
        """Delay matching requests: `slow("300ms")`, `slow("100ms..800ms", times=3, method="POST")`."""
        return self._arm({"latency": latency}, times, merge_match(match, match_parts), optional=optional)

    def lose_answer(
        self, times: int | None = 1, *, optional: bool = False, match: Match | None = None, **match_parts: Any
    ) -> Fault:
        """Carry out matching requests, but reset the connection instead of responding, to test retries."""
        effect = {"connection": "reset"}
        return self._arm(
            effect, times, merge_match(match, match_parts), phase="after_commit", optional=optional
        )

    def _arm(self, effect: Mapping[str, Any], times: int | None, match: Match, **rule: Any) -> Fault:
        when = None if times is None else {"times": times}
        return self.faults.add(effect, match=match, when=when, **rule)

    # Checks.

    def assert_called(
        self,
        *,
        times: int | None = None,
        timeout: str | None = None,
        match: Match | None = None,
        **match_parts: Any,
    ) -> None:
        """Assert that exactly `times` matching requests were made, or by default at least one.

        Requests in progress count. With a `timeout` (`"5s"`), waits for requests that are still to come, and
        for answers that decide whether a request matches. Raises CheckFailed, with the nearest misses, also
        if the request log has dropped requests that may have matched.
        """
        assert_requests_made(self._admin, merge_match(match, match_parts), times, timeout)

    def check(self) -> None:
        """Assert that every fault fired, except optional ones, and that mockrevio raised no exception on a
        request that is still in the log.

        Raises CheckFailed.
        """
        assert_faults_fired(self.faults, self.requests)
