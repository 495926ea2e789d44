"""Key links for tests to list and create: Rev.io's rules apply, faults, limits and the request log do not."""

from __future__ import annotations

from flask import Response

from mockrevio.documents import mapping_of
from mockrevio.errors import ApiError, DocumentError, Mistake
from mockrevio.routes.admin.responses import current_world, json_body, json_response, query_values
from mockrevio.routes.admin.windows import only_window


def listing() -> Response:
    """All key links, by id, or with `limit` and `offset` some of them. `count` is the number of all."""
    window = only_window(query_values())
    links, count = current_world().key_links.part(window.bounds)
    return json_response({"count": count, "key_links": links})


def add() -> Response:
    """Create a key link as a POST to the API would: 201 with the entire record."""
    body = json_body()
    fields = mapping_of(lambda value, _: value)(body, "body")
    try:
        link_id = current_world().key_links.create(
            {name.lower(): value for name, value in fields.items()}, None
        )
    except ApiError as error:
        mistakes = [Mistake(f"body.{problem.field or 'link'}", problem.message) for problem in error.problems]
        raise DocumentError(mistakes) from None
    return json_response(current_world().key_links.get(link_id), 201)
