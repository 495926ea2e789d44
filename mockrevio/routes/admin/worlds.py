"""The worlds of a server that keeps client codes apart."""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.routes.admin.answers import answer
from mockrevio.routes.answers import worlds

blueprint = Blueprint("worlds", __name__, url_prefix="/worlds")


@blueprint.get("")
def listing() -> Response:
    """Every world with its client code, whether it is in memory, and how many key links it has."""
    found = worlds().listed()
    return answer({"isolated": worlds().isolated, "count": len(found), "worlds": found})


@blueprint.delete("/<client>")
def remove(client: str) -> Response:
    """Forget a client code's world with its files; its next call makes a new one from the fixture."""
    worlds().remove(client)
    return answer({"ok": True})
