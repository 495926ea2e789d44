"""`/openapi.json`: the OpenAPI document of Rev.io's API, for the resources of the caller's world."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mockrevio.revio.wire.auth import client_code, parse_authorization
from mockrevio.routes.current_worlds import worlds
from mockrevio.routes.page_guard import reject_foreign_page
from mockrevio.scheduling import require_thread
from mockrevio.world.world import World

blueprint = Blueprint("openapi", __name__)


@blueprint.get("/openapi.json")
def revio() -> Response:
    """The document, which needs no credentials. With them, it is that of an isolated world, if it exists."""
    from mockrevio.openapi.encoding import encode
    from mockrevio.openapi.revio import revio_document

    world = _world()
    reject_foreign_page(request.environ, world.settings, changes=False)
    require_thread()
    document = revio_document(
        world.resources,
        server=f"{request.root_path.rstrip('/')}/v1",
        error_status=world.settings.error_status,
    )
    return Response(encode(document), content_type="application/json; charset=utf-8")


def _world() -> World:
    caller = parse_authorization(request.headers.get("Authorization"))
    client = client_code(caller, worlds().settings.credentials)
    return worlds().loaded(client) or worlds().default()
