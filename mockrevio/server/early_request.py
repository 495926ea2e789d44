"""A request that the app is notified of before its body has arrived."""

from __future__ import annotations

from typing import Any

from mockrevio.scheduling import CLIENT_LEFT
from mockrevio.server.connection import Connection
from mockrevio.server.request import Request, notify


class EarlyRequest:
    """Notifies the app of a request, which is then cancelled with its scope. Use it on the loop's thread."""

    __slots__ = ("_connection", "_environ", "_scope")

    def __init__(self, connection: Connection, request: Request) -> None:
        context = connection.context
        self._connection = connection
        self._environ: dict[str, Any] = request.early_environ(context.environ, connection.peer)
        self._scope = context.on_head(self._environ)
        if self._scope is not None and not self._scope.add(self):
            self._abort()

    def leave(self) -> bool:
        """Stop waiting for the body; False if the request is cancelled."""
        scope, self._scope = self._scope, None
        return scope is None or scope.remove(self)

    def client_left(self) -> None:
        """The connection was closed before the body arrived."""
        notify(self._environ, CLIENT_LEFT)

    def cancel(self) -> None:
        """End the request. Any thread may call this."""
        self._connection.context.call(self._abort)

    def _abort(self) -> None:
        if self._scope is not None:
            self._environ.clear()
            self._connection.abort()
