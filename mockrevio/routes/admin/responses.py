"""What the admin routes share: JSON in, JSON out, and errors as `{"error": code, "message": text}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import HTTPException

from mockrevio.documents import MAX_DEPTH, document_error, parse_document
from mockrevio.errors import (
    ApiError,
    ClockError,
    DataClosed,
    DocumentError,
    EntityExists,
    IdsExhausted,
    MockrevioError,
    NotFoundError,
    SnapshotsFull,
    StorageError,
    TooManyWorlds,
    UnknownWorld,
)
from mockrevio.explanations import explanation_as_json, message_of
from mockrevio.openapi.admin.operations import OPERATIONS
from mockrevio.revio.wire import envelopes
from mockrevio.revio.wire.auth import MAX_CLIENT_CODE_LENGTH
from mockrevio.revio.wire.content_coding import ACCEPTED_CODINGS, UnsupportedCoding, read_decoded
from mockrevio.routes.current_worlds import worlds
from mockrevio.routes.responses import JSON_CONTENT_TYPE, error_code, with_prefix
from mockrevio.world.world import World

MAX_BODY_SIZE = 256 * 1024 * 1024
"""Bytes. A state with a million key links fits, and a runaway upload does not fill the memory."""

_WITH_BODY = frozenset(f"admin.{each.endpoint}" for each in OPERATIONS if each.has_body)
_WITH_FILTERS = frozenset(f"admin.{each.endpoint}" for each in OPERATIONS if each.filters)
_WITH_CLIENT_FILTER = frozenset(f"admin.{each.endpoint}" for each in OPERATIONS if "client" in each.filters)
"""Those where `client` is a filter if there is only one world."""

_ERRORS: tuple[tuple[type[MockrevioError], int, str], ...] = (
    (DocumentError, 400, "invalid"),
    (ClockError, 400, "invalid"),
    (NotFoundError, 404, "not_found"),
    (EntityExists, 409, "conflict"),
    (IdsExhausted, 409, "conflict"),
    (SnapshotsFull, 507, "snapshots_full"),
    (TooManyWorlds, 503, "too_many_worlds"),
    (StorageError, 500, "storage"),
    (DataClosed, 503, "closed"),
)


class AdminError(Exception):
    """The admin API rejects a request."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.headers = headers or {}


def json_response(body: object, status: int = 200) -> Response:
    """A response of the admin API."""
    *chunks, last = envelopes.encode_large_json(body)
    return Response([*chunks, last + b"\n"], status, content_type=JSON_CONTENT_TYPE)


def error_body(code: str, message: str) -> dict[str, Any]:
    """The body of an error."""
    message = with_prefix(message)
    return {"error": code, "message": message, **explanation_as_json(message)}


def handle_error(error: Exception) -> Response:
    """Convert any exception, expected or not, into a response of the admin API."""
    if isinstance(error, HTTPException):
        return _http_error(error)
    status, code, message = 500, "server_error", f"internal error in mockrevio: {error!r}"
    if isinstance(error, AdminError):
        status, code, message = error.status, error.code, error.message
    for error_class, class_status, class_code in _ERRORS:
        if isinstance(error, error_class):
            status, code, message = class_status, class_code, message_of(error)
    body = error_body(code, message)
    if isinstance(error, DocumentError):
        body["mistakes"] = [
            {"place": place, "message": with_prefix(text)} for place, text, _ in error.mistakes
        ]
    response = json_response(body, status)
    response.headers.update(getattr(error, "headers", {}))
    return response


def _http_error(error: HTTPException) -> Response:
    message = error.description or error.name
    allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    if error.code == 404:
        message = f"{request.path} is not a route of the admin API; docs/admin.md lists them"
    elif error.code == 405:
        message = f"{request.path} supports {allowed}, not {request.method}"
    response = json_response({"error": error_code(error), "message": message}, error.code or 500)
    if allowed:
        response.headers["Allow"] = allowed
    return response


def require_loaded() -> None:
    """Raise AdminError (503) if the fixture is still loading."""
    if not worlds().ready:
        raise AdminError(503, "not_ready", "the fixture is still loading; retry in a moment")


def current_world() -> World:
    """The world that this request applies to: `default`, or with isolation that of `?client=CODE`.

    Raises AdminError (503) if the fixture is still loading, DocumentError if the client code is invalid,
    UnknownWorld if the request only reads and there is no world: no GET creates one.
    """
    require_loaded()
    client = request.args.get("client")
    if client is None or not worlds().isolated:
        return worlds().default()
    length = len(client.encode("utf-8", "replace"))
    if not 0 < length <= MAX_CLIENT_CODE_LENGTH:
        raise document_error(
            "query: client", f"must be 1 to {MAX_CLIENT_CODE_LENGTH} bytes long, not {length}"
        )
    if request.method in ("GET", "HEAD") and not worlds().exists(client):
        raise UnknownWorld(
            f"client code {client!r} has no world yet; its first call to the API creates it, "
            f"or POST {request.root_path.rstrip('/')}/__admin/reset?client={quote(client)}"
        )
    return worlds().for_client(client)


def query_values() -> dict[str, str]:
    """The query parameters, without the `client` of a world. Raises DocumentError if one is repeated."""
    values: dict[str, str] = {}
    picks_world = worlds().isolated
    for name, texts in request.args.lists():
        if len(texts) > 1:
            raise document_error(f"query: {name}", "must not be repeated")
        if name != "client" or not picks_world:
            values[name] = texts[0]
    return values


def reject_unknown_input() -> None:
    """Raise DocumentError for a query parameter or a body that the route does not use.

    Ignoring it would do harm: `DELETE /requests` with a `match` would clear the entire log, and a client code
    without isolated worlds would select the world that all share. The routes that list the request log and
    the deliveries check their parameters themselves.
    """
    endpoint, method = request.endpoint, request.method  # each look-up of the proxy takes a while
    may_filter = endpoint in _WITH_CLIENT_FILTER
    if "client" in request.args and not worlds().isolated and not may_filter:
        raise document_error(
            "query: client", "needs --isolate-clients; without it, all client codes share one world"
        )
    bodiless = method not in ("GET", "HEAD") and endpoint not in _WITH_BODY
    if bodiless and _read_body().strip() not in (b"", b"{}", b"null"):
        raise document_error("body", f"must be empty for {method} {request.path}")
    if endpoint in _WITH_FILTERS:
        return
    for name in query_values():
        raise document_error(
            f"query: {name}", "unknown; expected client, which selects a world with --isolate-clients"
        )


def path_id(text: str) -> int:
    """The id at the end of a path. Raises AdminError (404) if it is not a number."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise AdminError(404, "not_found", f"{text!r} is not an id; ids are whole numbers")
    return int(text)


def json_body(max_depth: int = MAX_DEPTH) -> Any:
    """The body as JSON. Raises AdminError or DocumentError, which names the place, if it is invalid."""
    return parse_document(_read_body(), "body", max_depth=max_depth)


def _describe(error: ApiError) -> str:
    problem = error.problems[0]
    return f"{problem.message.removesuffix('.')}: {problem.explain}"


def _read_body() -> bytes:
    try:
        data = read_decoded(request.stream, request.headers.get("Content-Encoding", ""), MAX_BODY_SIZE)
    except UnsupportedCoding as error:
        raise AdminError(
            415, "unsupported_media_type", _describe(error), {"Accept-Encoding": ACCEPTED_CODINGS}
        ) from None
    except ApiError as error:
        raise AdminError(400, "malformed_body", _describe(error)) from None
    if len(data) > MAX_BODY_SIZE:
        raise AdminError(413, "too_large", f"the body is larger than {MAX_BODY_SIZE} bytes")
    return data
