"""The isolated worlds: list and delete them."""

from __future__ import annotations

from flask import Response, request

from mockrevio.documents import document_error
from mockrevio.explanations import RESET, Explanation
from mockrevio.routes.admin.responses import AdminError, json_response
from mockrevio.routes.current_worlds import worlds


def listing() -> Response:
    """Every world with its client code, whether it is in memory, and how many key links it has."""
    entries = worlds().list_isolated()
    return json_response({"isolated": worlds().isolated, "count": len(entries), "worlds": entries})


def remove(client: str | None = None) -> Response:
    """Delete a client code's world and its files; the client code's next request creates a new one.

    `?client=` works, too: a code such as `..` or `a/b` cannot appear in a path.
    """
    client = request.args.get("client") if client is None else client
    if not worlds().isolated:
        message = Explanation("all client codes share one world; use ", RESET, " to reset it")
        raise AdminError(400, "not_isolated", message)
    if not client:
        raise document_error("query: client", "is missing; it names the client code whose world to delete")
    worlds().remove(client)
    return json_response({"ok": True})
