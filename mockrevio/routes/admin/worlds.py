"""The worlds of a server that keeps client codes apart."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mockrevio.documents import document_error
from mockrevio.routes.admin.responses import AdminError, json_response
from mockrevio.routes.responses import worlds

blueprint = Blueprint("worlds", __name__, url_prefix="/worlds")


@blueprint.get("")
def listing() -> Response:
    """Every world with its client code, whether it is in memory, and how many key links it has."""
    found = worlds().list_isolated()
    return json_response({"isolated": worlds().isolated, "count": len(found), "worlds": found})


@blueprint.delete("")
@blueprint.delete("/<client>")
def remove(client: str | None = None) -> Response:
    """Forget a client code's world with its files; its next call makes a new one from the fixture.

    `?client=` names it too: a code such as `..` or `a/b` gets through no path.
    """
    asked = request.args.get("client") if client is None else client
    if not worlds().isolated:
        raise AdminError(400, "not_isolated", "all share one world here; POST /__admin/reset renews it")
    if not asked:
        raise document_error("query: client", "is missing; it says whose world is to be removed")
    worlds().remove(asked)
    return json_response({"ok": True})
