"""A request that the app is notified of before its body has arrived."""

from __future__ import annotations

from typing import Any

from mockrevio.server.connection import Connection
from mockrevio.server.request import Request, notify_client_left


class EarlyRequest:
    """Notifies the app of a request, which then ends with its generation. Use it on the loop's thread."""

    __slots__ = ("_connection", "_environ", "_generation")

    def __init__(self, connection: Connection, request: Request) -> None:
        context = connection.context
        self._connection = connection
        self._environ: dict[str, Any] = request.early_environ(context.environ, connection.transport)
        self._generation = context.on_head(self._environ)
        if self._generation is not None and not self._generation.add(self):
            self._abort()

    def leave(self) -> bool:
        """Stop waiting for the body; False if the request's generation has ended."""
        generation, self._generation = self._generation, None
        return generation is None or generation.remove(self)

    def client_left(self) -> None:
        """The connection was closed before the body arrived."""
        notify_client_left(self._environ)

    def cancel(self) -> None:
        """End the request. Any thread may call this."""
        self._connection.context.call(self._abort)

    def _abort(self) -> None:
        if self._generation is not None:
            self._environ.clear()
            self._connection.abort()
