"""Key links as a test prepares and looks at them: under Rev.io's rules, past faults, limits and log."""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.documents import mapping_of
from mockrevio.errors import ApiError, DocumentError, Mistake
from mockrevio.routes.admin.responses import current_world, json_body, json_response

blueprint = Blueprint("key_links", __name__, url_prefix="/key_links")


@blueprint.get("")
def listing() -> Response:
    """All key links, by id."""
    found = current_world().key_links.all()
    return json_response({"count": len(found), "key_links": found})


@blueprint.post("")
def add() -> Response:
    """Create one as a POST of the API would, and answer the whole record: 201."""
    body = json_body()
    fields = mapping_of(lambda value, _: value)(body, "body")
    try:
        link_id = current_world().key_links.create(
            {name.lower(): value for name, value in fields.items()}, None
        )
    except ApiError as refusal:
        problems = refusal.problems
        raise DocumentError(
            [Mistake(f"body.{each.field or 'link'}", each.message) for each in problems]
        ) from None
    return json_response(current_world().key_links.get(link_id), 201)
