"""`MockRevio`, the object that tests hold."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mockrevio.errors import AdminCallRefused, CheckFailed, ServerError
from mockrevio.testing.handle.admin_client import AdminClient
from mockrevio.testing.handle.facets import Entities, Fault, Faults, Links, MockClock, Record, Requests

if TYPE_CHECKING:
    from mockrevio.app import MockApp
    from mockrevio.server import Server
    from mockrevio.testing.intercept import Interception

__all__ = ["MockRevio"]

__tracebackhide__ = True  # what a test did wrong is shown where the test did it


Match = Mapping[str, Any]
"""Which calls are meant, as in docs/fault-rules.md; its parts may be given by keyword as well."""

DEFAULT_CLIENT = "mockrevio"
"""The client code of the credentials that a `MockRevio` offers, unless it has another."""


class MockRevio:
    """A mock Rev.io in this process, or a running one.

    ```
    with MockRevio(fixture="default") as revio:
        requests.get(f"{revio.url}/Customers/1015", auth=revio.credentials)
    ```

    `fixture` names one or several fixtures; nothing is kept on disk unless `data` names a folder. Every other
    setting of docs/settings.md may be given by its name (`latency="200ms"`, `error_shape="object"`).

    Raises SettingError for a bad setting; `start` raises ServerError, FixtureError or a StorageError.
    """

    def __init__(
        self,
        *,
        fixture: str | Path | Sequence[str | Path] = "default",
        data: str | Path | None = None,
        port: int = 0,
        **settings: Any,
    ) -> None:
        names = [fixture] if isinstance(fixture, (str, Path)) else fixture
        kept: dict[str, Any] = {"ephemeral": True} if data is None else {"data": str(data)}
        self._given = {"fixture": tuple(map(str, names)), "port": str(port), **kept, **settings}
        self._server: Server | None = None
        self._app: MockApp | None = None
        self._admin_client: AdminClient | None = None
        self._lock = threading.Lock()
        self._client = DEFAULT_CLIENT
        self._credentials: tuple[str, str] | None = None
        self._snapshot_numbers = itertools.count(1)
        self._read_settings()

    def _read_settings(self) -> None:
        from mockrevio.settings import Settings

        self._settings = Settings.load(self._given, environ={})
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
        """A handle on a server that runs already, and there on the world of a client code.

        `credentials` are those of a server that lists some; their client code must be this one.

        The server must keep client codes apart (`--isolate-clients`), or everyone's tests would be in each
        other's way: ServerError if it does not, or does not answer.
        """
        found = cls()
        found._client, found._credentials = client, credentials
        found._admin_client = AdminClient(base_url, client=client, token=admin_token)
        try:
            isolated = AdminClient(base_url, token=admin_token).get("worlds")["isolated"]
        except AdminCallRefused as refused:
            raise ServerError(f"{base_url} does not let in: {refused}") from None
        if not isolated:
            raise ServerError(f"{base_url} has one world for all; start it with --isolate-clients")
        return found

    # Its life.

    def start(self) -> Self:
        """Serve from now on, in threads of this process; one that serves already has nothing to start."""
        with self._lock:
            if self._admin_client is None:
                self._start()
        return self

    def _start(self) -> None:
        from mockrevio.app import create_app
        from mockrevio.server import Server, tls_context

        tls = tls_context(self._settings)
        app = create_app(self._settings)
        server = Server(app, self._settings.host, self._settings.port, tls)
        try:
            server.start()
        except BaseException:
            app.close()
            raise
        self._app, self._server = app, server
        client = self._client if self._settings.isolate_clients else None
        self._admin_client = AdminClient(
            server.url, client=client, token=self._settings.admin_token, own=True
        )

    def stop(self) -> None:
        """Stop serving. Harmless when nothing runs; a server that was there before is left alone."""
        with self._lock:
            server, app = self._server, self._app
            if server is None or app is None:
                return
            self._server = self._app = self._admin_client = None
            server.stop()
            app.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _admin(self) -> AdminClient:
        if self._admin_client is None:
            raise ServerError("this MockRevio does not run yet: use it in a with statement, or call start()")
        return self._admin_client

    # Where it is.

    @property
    def base_url(self) -> str:
        """The server's address: `http://127.0.0.1:54321`."""
        return self._admin.base_url

    @property
    def url(self) -> str:
        """The API's address, for clients that are told one: `http://127.0.0.1:54321/v1`."""
        return f"{self.base_url}/v1"

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password, as `auth=` of requests and httpx takes them."""
        return self._credentials or (f"tester@{self._client}", "secret")

    def intercept(self, *hosts: str) -> Interception:
        """Send calls of this process to Rev.io's own addresses here: `with revio.intercept(): ...`.

        For code that hard-codes `https://restapi.rev.io` or `https://api.revioapi.com`, by whichever of
        http.client, urllib3, requests, httpx and aiohttp. Other `hosts` may be given instead. Needs no
        `mockrevio[tls]`.
        """
        from mockrevio.testing.intercept import HOSTS, Interception

        return Interception(self.base_url, hosts or HOSTS)

    # What is in it.

    @property
    def entities(self) -> Entities:
        """The records that key links may point at."""
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
    def clock(self) -> MockClock:
        """The clock."""
        return MockClock(self._admin)

    @property
    def settings(self) -> Record:
        """The settings that `change_settings` changes, as they are."""
        return dict(self._admin.get("settings"))

    def change_settings(self, **settings: Any) -> None:
        """Change some until the next reset: `change_settings(latency="200ms", error_rate=None)`."""
        self._admin.call("PATCH", "settings", settings)

    @property
    def state(self) -> Record:
        """The whole world as one fixture document."""
        return dict(self._admin.get("state"))

    def replace_state(self, document: Mapping[str, Any]) -> None:
        """Make the world what a fixture document describes."""
        self._admin.call("PUT", "state", dict(document))

    def reset(self) -> None:
        """Make the world what its fixture describes: data, ids, faults, settings, log, clock, chance."""
        self._admin.call("POST", "reset")

    def snapshot(self, name: str | None = None) -> str:
        """Keep the present state, and answer the name that `restore` takes."""
        name = name or f"state-{next(self._snapshot_numbers)}"
        self._admin.call("PUT", f"snapshots/{name}")
        return name

    def restore(self, name: str) -> None:
        """Make the world what it was."""
        self._admin.call("POST", f"snapshots/{name}/restore")

    def changes_since(self, name: str) -> Record:
        """What has been added, changed and removed since a snapshot."""
        return dict(self._admin.get(f"snapshots/{name}/diff"))

    # What goes wrong on purpose.

    def fail(
        self,
        times: int | None = None,
        status: int = 503,
        *,
        optional: bool = False,
        match: Match | None = None,
        **more: Any,
    ) -> Fault:
        """Let calls fail before anything happens: the next so many, or all; those that `match` means."""
        when = None if times is None else {"times": times}
        return self.faults.add(
            {"status": status}, match=_merge_match(match, more), when=when, optional=optional
        )

    def slow(
        self,
        latency: str,
        times: int | None = None,
        *,
        optional: bool = False,
        match: Match | None = None,
        **more: Any,
    ) -> Fault:
        """Hold calls back: `slow("300ms")`, `slow("100ms..800ms", times=3, method="POST")`."""
        when = None if times is None else {"times": times}
        return self.faults.add(
            {"latency": latency}, match=_merge_match(match, more), when=when, optional=optional
        )

    def lose_answer(
        self, times: int | None = 1, *, optional: bool = False, match: Match | None = None, **more: Any
    ) -> Fault:
        """Carry calls out, and reset the connection instead of answering: what retries must survive."""
        when = None if times is None else {"times": times}
        effect = {"connection": "reset"}
        return self.faults.add(
            effect, match=_merge_match(match, more), when=when, phase="after_commit", optional=optional
        )

    # What came of it.

    def assert_called(
        self, *, times: int | None = None, timeout: str | None = None, match: Match | None = None, **more: Any
    ) -> None:
        """Raise CheckFailed, with the nearest misses, unless calls were made that `match` means.

        At least one, or exactly `times`. With a `timeout` (`"5s"`) it waits for calls that are yet to come.
        """
        wanted = _merge_match(match, more)
        question: Record = {"match": wanted, "count": {"min": 1} if times is None else times}
        if timeout is not None:
            question["timeout"] = timeout
        try:
            self._admin.call("POST", "requests/verify", question)
        except AdminCallRefused as refused:
            if refused.code != "not_verified":
                raise
            raise CheckFailed(_describe_misses(wanted, refused)) from None

    def check(self) -> None:
        """Raise CheckFailed if an armed fault never fired, or the server failed by a fault of its own."""
        problems = [
            f"{_describe_rule(rule)} never fired: {rule['last_miss'] or 'no call came while it was armed'}"
            for rule in self.faults
            if not rule["fired"] and not rule.get("optional")
        ]
        problems += [
            f"mockrevio failed at {entry['method']} {entry['path']}:\n{entry['error']}"
            for entry in self.requests
            if entry["error"]
        ]
        if problems:
            raise CheckFailed("\n".join(problems))


def _merge_match(match: Match | None, more: Match) -> dict[str, Any]:
    return {**(match or {}), **more}


def _describe_rule(rule: Record) -> str:
    name = f" ({rule['name']})" if rule.get("name") else ""
    return f"fault {rule['id']}{name}, {json.dumps(rule['effect'])},"


def _describe_misses(match: Mapping[str, Any], refused: AdminCallRefused) -> str:
    lines = [f"{refused} {json.dumps(dict(match))}"]
    for miss in refused.answer.get("nearest", []):
        request = miss["request"]
        lines.append(
            f"  nearest: {request['method']} {request['path']}, but {'; '.join(miss['differences'])}"
        )
    if len(lines) == 1 and not refused.answer.get("count"):
        lines.append("  no call was made at all")
    return "\n".join(lines)
