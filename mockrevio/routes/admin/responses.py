"""What the admin calls share: JSON in, JSON out, and errors as `{"error": code, "message": sentence}`."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from mockrevio.documents import document_error, parse_document
from mockrevio.errors import (
    ApiError,
    ClockError,
    DataClosed,
    DocumentError,
    EntityExists,
    IdsExhausted,
    MockrevioError,
    NotFoundError,
    StorageError,
    TooManyWorlds,
)
from mockrevio.revio.wire import envelopes
from mockrevio.revio.wire.auth import MAX_CLIENT_CODE_LENGTH
from mockrevio.revio.wire.values import exceeds_depth
from mockrevio.routes.responses import JSON_CONTENT_TYPE, worlds
from mockrevio.world.world import World

MAX_BODY_SIZE = 256 * 1024 * 1024
"""Bytes; a state of a million key links fits, a runaway upload does not fill the memory."""

MAX_DEPTH = 100
"""Levels of lists and objects in a body; whatever reads or copies records recurses into them."""

_ENDPOINTS_WITHOUT_BODY = frozenset(
    {"admin.lifecycle.reset", "admin.snapshots.save", "admin.snapshots.restore"}
)

_ERRORS: tuple[tuple[type[MockrevioError], int, str], ...] = (
    (DocumentError, 400, "invalid"),
    (ClockError, 400, "invalid"),
    (NotFoundError, 404, "not_found"),
    (EntityExists, 409, "conflict"),
    (IdsExhausted, 409, "conflict"),
    (TooManyWorlds, 503, "too_many_worlds"),
    (StorageError, 500, "storage"),
    (DataClosed, 503, "closed"),
)


class AdminError(Exception):
    """A refusal of the admin side."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def json_response(body: object, status: int = 200) -> Response:
    """An answer of the admin side."""
    return Response(envelopes.encode_json(body) + b"\n", status, content_type=JSON_CONTENT_TYPE)


def handle_error(error: Exception) -> Response:
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
    if isinstance(error, DocumentError):
        body["mistakes"] = [{"place": each.place, "message": each.message} for each in error.mistakes]
    return json_response(body, status)


def _http_error(error: HTTPException) -> Response:
    message = error.description or error.name
    allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    if error.code == 404:
        message = f"{request.path} is no admin call; docs/admin.md lists them"
    elif error.code == 405:
        message = f"{request.path} takes {allowed}, not {request.method}"
    code = error.name.lower().replace(" ", "_")
    response = json_response({"error": code, "message": message}, error.code or 500)
    if allowed:
        response.headers["Allow"] = allowed
    return response


def require_loaded() -> None:
    """AdminError 503 while the fixture is being loaded."""
    if not worlds().ready:
        raise AdminError(503, "not_ready", "the fixture is still being loaded; ask again in a moment")


def current_world() -> World:
    """The world that this call is about, that of `?client=CODE` with isolation.

    AdminError 503 while the fixture is being loaded, DocumentError for what is no client code.
    """
    require_loaded()
    client = request.args.get("client")
    if client is None:
        return worlds().default()
    length = len(client.encode("utf-8", "replace"))
    if not 0 < length <= MAX_CLIENT_CODE_LENGTH:
        raise document_error(
            "query: client", f"must have from 1 to {MAX_CLIENT_CODE_LENGTH} bytes, not {length}"
        )
    return worlds().for_client(client)


def query_values() -> dict[str, str]:
    """The parameters of this call's query but `client`; DocumentError for one that is given twice."""
    values: dict[str, str] = {}
    for name, given in request.args.lists():
        if len(given) > 1:
            raise document_error(f"query: {name}", "is given several times")
        if name != "client":
            values[name] = given[0]
    return values


def reject_unknown_input() -> None:
    """DocumentError for a query parameter or a body that the call does not take: a mistake, mostly.

    What is passed over in silence would do harm: `DELETE /requests` with a `match` forgets all calls, and
    a client code where nobody looks at it picks the default world. The listing of the request log, which
    takes many parameters, looks at its own.
    """
    if "client" in request.args and not worlds().isolated:
        raise document_error(
            "query: client", "all share one world here; --isolate-clients keeps client codes apart"
        )
    bodiless = request.method == "DELETE" or request.endpoint in _ENDPOINTS_WITHOUT_BODY
    if bodiless and _read_body().strip() not in (b"", b"{}", b"null"):
        raise document_error("body", f"{request.method} {request.path} takes none")
    if request.endpoint == "admin.requests.listing":
        return
    for name in query_values():
        raise document_error(
            f"query: {name}", "unknown; there is client, which picks a world with --isolate-clients"
        )


def path_id(text: str) -> int:
    """The number that a path ends in; AdminError 404 where it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise AdminError(404, "not_found", f"{text!r} is no id; ids are whole numbers")
    return int(text)


def json_body(max_depth: int = MAX_DEPTH) -> Any:
    """The body as JSON; AdminError or FixtureError, with the place, if it is none."""
    value = parse_document(_read_body(), "body")
    if exceeds_depth(value, max_depth):
        raise AdminError(400, "invalid", f"the body is nested more than {max_depth} levels deep")
    return value


def _read_body() -> bytes:
    try:
        data = request.stream.read(MAX_BODY_SIZE + 1)
    except ApiError as refusal:
        message = f"the body breaks off: {refusal.problems[0].explain}"
        raise AdminError(400, "malformed_body", message) from None
    if len(data) > MAX_BODY_SIZE:
        raise AdminError(413, "too_large", f"the body is larger than {MAX_BODY_SIZE} bytes")
    return data
