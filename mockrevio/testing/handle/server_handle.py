"""The server behind a `MockRevio`: starting, stopping and connecting, and where it is."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack
from weakref import WeakSet

from mockrevio.errors import AdminCallRefused, ServerError
from mockrevio.testing.handle.admin_client import AdminClient
from mockrevio.testing.handle.allowances import Allowances
from mockrevio.testing.handle.keywords import reject_unknown
from mockrevio.testing.handle.transports import HttpTransport

if TYPE_CHECKING:
    from mockrevio.testing.handle.local_server import LocalServer
    from mockrevio.types.settings import ServerSettings

__tracebackhide__ = True  # a failure points at the line of the test

DEFAULT_CLIENT = "mockrevio"
"""The default client code of a `MockRevio`."""


class ServerHandle:
    """A server in this process, or with `connect` a running one, and its admin API."""

    def __init__(
        self,
        *,
        fixture: str | Path | Sequence[str | Path] = "default",
        data: str | Path | None = None,
        port: int = 0,
        **settings: Unpack[ServerSettings],
    ) -> None:
        fixtures = [fixture] if isinstance(fixture, (str, Path)) else fixture
        storage: dict[str, Any] = {"ephemeral": True} if data is None else {"data": str(data)}
        self._options = {"fixture": tuple(map(str, fixtures)), "port": str(port), **storage, **settings}
        self._server: LocalServer | None = None
        self._admin_client: AdminClient | None = None
        self._lock = threading.RLock()
        self._client = DEFAULT_CLIENT
        self._credentials: tuple[str, str] | None = None
        self._allowances = Allowances()
        self._after_reset: Callable[[Mapping[str, Any]], None] | None = None
        """Called after each reset with what the calls before it relied on."""
        self._lender: str | None = None
        """Why whoever uses this handle may not stop the server."""
        self._snapshot_numbers = itertools.count(1)
        self._load_settings()
        _handles.add(self)

    def _load_settings(self) -> None:
        from mockrevio.settings import Settings
        from mockrevio.settings.definitions import TABLE

        reject_unknown(ServerHandle.__init__, self._options, TABLE, "MockRevio")
        self._settings = Settings.load(self._options, environ={}, spelling=str)
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
    ) -> Self:
        """A handle for a running server, scoped to the world of a client code.

        Pass `credentials` if the server accepts only certain ones; their client code must match `client`.

        Raises ServerError if the server does not respond, or does not isolate client codes
        (`--isolate-clients`): without isolation, test suites would interfere with each other.
        """
        handle = cls()
        handle._client, handle._credentials = client, credentials
        transport = HttpTransport(base_url)
        try:
            isolated = AdminClient(transport, token=admin_token).get("worlds")["isolated"]
            scope = client if isolated else None
            handle._admin_client = AdminClient(transport, client=scope, token=admin_token).with_world()
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

                server = LocalServer.start(self._settings, self._client)
                client = self._client if self._settings.isolate_clients else None
                token = self._settings.admin_token
                self._admin_client = AdminClient(server.transport, client=client, token=token)
                self._server = server
        return self

    def stop(self) -> None:
        """Stop the server. Does nothing if it is not running, or if this handle is for a running server.

        In a child process that was forked while the server ran, it does nothing either: the server is the
        parent's.
        """
        self._require_not_lent()
        with self._lock:
            server = self._server
            if server is None:
                return
            self._server = self._admin_client = None
            server.stop()

    def down(self) -> None:
        """Refuse connections until `up`, as if Rev.io were down. The data stay, and the port is kept.

        Calls in progress lose their connections. Everything else that this handle offers works meanwhile.
        Raises ServerError if the server is not running, or not in this process.
        """
        self._local_server("taken down").down()

    def up(self) -> None:
        """Serve again after `down`, on the same port. Does nothing if the server is not down.

        Raises ServerError if another program has taken the port, or if the server is not running.
        """
        if self._server is not None or self._admin_client is None:
            self._local_server("brought up").up()

    def _local_server(self, what: str) -> LocalServer:
        base_url = self._admin.transport.base_url
        if self._server is None:
            raise ServerError(f"{base_url} runs in another process, so it cannot be {what} from here")
        return self._server

    @contextmanager
    def lend(self, refusal: str) -> Iterator[Self]:
        """Start the server, and stop it at the end of this block. Whoever uses it in between cannot.

        `refusal` is the message of the ServerError if they try.
        """
        self.start()
        self._lender = refusal
        try:
            yield self
        finally:
            self._lender = None
            self.stop()

    def _require_not_lent(self) -> None:
        if self._lender is not None:
            raise ServerError(self._lender)

    def __enter__(self) -> Self:
        self._require_not_lent()
        return self.start()

    def __repr__(self) -> str:
        if self._admin_client is None:
            return f"<{type(self).__name__}: not running>"
        place = "in this process" if self._server is not None else f"connected as {self._client}"
        return f"<{type(self).__name__}: {self.base_url}, {place}>"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _after_fork(self) -> None:
        """Go on in a child process, in which the server of the parent does not run.

        Its calls would change the child's copy of the data, so they go to the parent's server by HTTP.
        """
        self._lock = threading.RLock()  # another thread of the parent may have held it
        self._lender = None
        server, self._server = self._server, None
        if server is not None and self._admin_client is not None:
            self._admin_client = self._admin_client.over(HttpTransport(server.url, verify=False))

    def delete_world(self) -> None:
        """Delete the world of this handle's client code, with its files and snapshots.

        The next call creates a new one. Raises AdminCallRefused if all client codes share one world.
        """
        self._admin.call("DELETE", "worlds")

    @property
    def _admin(self) -> AdminClient:
        if self._admin_client is None:
            raise ServerError("this MockRevio is not running; use it in a with statement or call start()")
        return self._admin_client

    # Addresses and credentials.

    @property
    def base_url(self) -> str:
        """The address of the server: `http://127.0.0.1:54321`."""
        return self._admin.transport.base_url

    @property
    def url(self) -> str:
        """The address of the API, for the client under test: `http://127.0.0.1:54321/v1`."""
        return f"{self.base_url}/v1"

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password, for `auth=` in requests and httpx."""
        return self._credentials or (f"tester@{self._client}", "secret")


def explicit_settings(handle: ServerHandle) -> frozenset[str]:
    """The settings that the handle was given. For the pytest plugin."""
    return handle._settings.explicit


def summarize_calls(handle: ServerHandle, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `POST /__admin/check` says of the calls until now. For the pytest plugin."""
    summary: Mapping[str, Any] = handle._admin.call("POST", "check", dict(options))
    return summary


_handles: WeakSet[ServerHandle] = WeakSet()


def _forked() -> None:
    for handle in list(_handles):
        handle._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
