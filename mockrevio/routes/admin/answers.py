"""What the admin calls share: JSON in, JSON out, and errors as `{"error": code, "message": sentence}`."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from mockrevio.errors import (
    EntityExists,
    FixtureError,
    MockrevioError,
    Refusal,
    StorageError,
    UnknownEntityType,
)
from mockrevio.routes.answers import JSON, worlds
from mockrevio.wire import envelopes
from mockrevio.wire.values import is_deeper
from mockrevio.world.fixtures import parse_document
from mockrevio.world.world import World

LARGEST_BODY = 256 * 1024 * 1024
"""Bytes; a state of a million key links fits, a runaway upload does not fill the memory."""

DEEPEST = 100
"""Levels of lists and objects in a body; whatever reads or copies records recurses into them."""

_ERRORS: tuple[tuple[type[MockrevioError], int, str], ...] = (
    (FixtureError, 400, "invalid"),
    (UnknownEntityType, 404, "not_found"),
    (EntityExists, 409, "conflict"),
    (StorageError, 500, "storage"),
)


class AdminError(Exception):
    """A refusal of the admin side."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def answer(body: object, status: int = 200) -> Response:
    """An answer of the admin side."""
    return Response(envelopes.to_json(body) + b"\n", status, content_type=JSON)


def error_answer(error: Exception) -> Response:
    """The admin side's answer to an error, those included that nobody foresaw."""
    if isinstance(error, HTTPException):
        return _http_error(error)
    status, code, message = 500, "server_error", f"a fault of mockrevio's own: {error!r}"
    if isinstance(error, AdminError):
        status, code, message = error.status, error.code, str(error)
    for kind, its_status, its_code in _ERRORS:
        if isinstance(error, kind):
            status, code, message = its_status, its_code, str(error)
    body: dict[str, Any] = {"error": code, "message": message}
    if isinstance(error, FixtureError):
        body["mistakes"] = [{"place": each.place, "message": each.message} for each in error.mistakes]
    return answer(body, status)


def _http_error(error: HTTPException) -> Response:
    message = error.description or error.name
    allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    if error.code == 404:
        message = f"{request.path} is no admin call; docs/admin.md lists them"
    elif error.code == 405:
        message = f"{request.path} takes {allowed}, not {request.method}"
    code = error.name.lower().replace(" ", "_")
    response = answer({"error": code, "message": message}, error.code or 500)
    if allowed:
        response.headers["Allow"] = allowed
    return response


def world() -> World:
    """The world that this call is about; AdminError 503 while it is being loaded."""
    if not worlds().ready:
        raise AdminError(503, "not_ready", "the fixture is still being loaded; ask again in a moment")
    return worlds().default()


def json_body() -> Any:
    """The body as JSON; AdminError or FixtureError, with the place, if it is none."""
    try:
        data = request.stream.read(LARGEST_BODY + 1)
    except Refusal as refusal:
        message = f"the body breaks off: {refusal.problems[0].explain}"
        raise AdminError(400, "malformed_body", message) from None
    if len(data) > LARGEST_BODY:
        raise AdminError(413, "too_large", f"the body is larger than {LARGEST_BODY} bytes")
    value = parse_document(data, "body")
    if is_deeper(value, DEEPEST):
        raise AdminError(400, "invalid", f"the body is nested more than {DEEPEST} levels deep")
    return value
