"""Error responses of Rev.io's API, for expected and unexpected exceptions."""

from __future__ import annotations

from flask import Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from mockrevio.errors import (
    ApiError,
    DataClosed,
    FixtureError,
    IdsExhausted,
    Problem,
    StorageError,
    TooManyWorlds,
)
from mockrevio.explanations import message_of
from mockrevio.revio.behaviours import record_behaviour, recorded_behaviours
from mockrevio.revio.wire.content_coding import ACCEPTED_CODINGS, UnsupportedCoding
from mockrevio.revio.wire.request import hide_secrets_of, original_path
from mockrevio.routes.current_worlds import worlds
from mockrevio.routes.exchange import current_exchange
from mockrevio.routes.paths import explain_unknown_path
from mockrevio.routes.rejections import RejectedRequest
from mockrevio.routes.responses import error_code, error_response
from mockrevio.settings import Settings


def _api_error(problems: list[Problem], status: int | None = None) -> Response:
    """An error response in the error shape of the request's world."""
    exchange = current_exchange()
    settings = worlds().settings if exchange is None else exchange.world.settings
    return error_response(problems, settings.error_shape, status or _configured_status(settings))


def _configured_status(settings: Settings) -> int | None:
    """A: the status of an error of the rule that decides this request, if a setting changes it."""
    if not settings.error_status:
        return None
    statuses = dict(text.split("=") for text in settings.error_status)
    rule = next((name for name in recorded_behaviours() if name in statuses), None)
    return int(statuses[rule]) if rule else None


def handle_error(error: Exception) -> Response:
    """Convert any exception into a response of Rev.io's API."""
    if isinstance(error, ApiError):
        response = _api_error(list(error.problems))
        if isinstance(error, UnsupportedCoding):
            response.headers["Accept-Encoding"] = ACCEPTED_CODINGS
        return response
    if isinstance(error, IdsExhausted):
        return _api_error([Problem("invalid", "No id is left for a new record.", explain=str(error))])
    if isinstance(error, HTTPException):
        return _http_error(error)
    if isinstance(error, (TooManyWorlds, DataClosed, FixtureError)):
        return _api_error(
            [Problem("server_error", "The service is unavailable.", explain=message_of(error))], 503
        )
    return _internal_error(error)


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, RejectedRequest):
        return _api_error([Problem(error_code(error), str(error.description))], error.code)
    if isinstance(error, MethodNotAllowed):
        record_behaviour("method.not_allowed")
        allowed = ", ".join(sorted(error.valid_methods or ()))
        message = f"The requested resource does not support http method '{request.method}'."
        response = _api_error(
            [Problem("method_not_allowed", message, explain=f"supported methods: {allowed}")]
        )
        response.headers["Allow"] = allowed  # D
        return response
    if error.code is None or error.code >= 500:
        return _internal_error(error)
    return _api_error([_path_not_found() if error.code == 404 else _unreadable_request(error)])


def _internal_error(error: Exception) -> Response:
    internal = hide_secrets_of(request.environ, f"internal error in mockrevio: {error!r}")
    explain = str(error) if isinstance(error, StorageError) else internal
    return _api_error([Problem("server_error", "An error has occurred.", explain=explain)])


def _path_not_found() -> Problem:
    record_behaviour("path.unknown")
    path = original_path(request.environ)
    message = f"No HTTP resource was found at '{path}'."
    return Problem("not_found", message, explain=explain_unknown_path(path))


def _unreadable_request(error: HTTPException) -> Problem:
    explain = f"Flask rejected the request: {error.code} {error.name}"
    return Problem("malformed_body", f"The request cannot be read: {error.description}", explain=explain)
