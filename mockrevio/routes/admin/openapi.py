"""The OpenAPI document of the admin API."""

from __future__ import annotations

from flask import Response, request

from mockrevio.openapi.admin.document import admin_document
from mockrevio.openapi.encoding import encode
from mockrevio.routes.admin.guard import ADMIN_PATH
from mockrevio.routes.responses import JSON_CONTENT_TYPE


def document() -> Response:
    """The document, which is the same for all worlds."""
    described = admin_document(server=f"{request.root_path.rstrip('/')}{ADMIN_PATH}")
    return Response(encode(described), content_type=JSON_CONTENT_TYPE)
