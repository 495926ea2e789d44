"""Responses of an exchange that do not come from a route, and responses as the request log stores them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from flask import Response

from mockrevio.control.request_log import MAX_LOGGED_BODY, LoggedResponse
from mockrevio.errors import ApiError, DocumentError, Problem
from mockrevio.revio.wire.envelopes import encode_json, ok_envelope
from mockrevio.revio.wire.gateway_responses import JSON, RawResponse
from mockrevio.routes.responses import add_explanation, error_response, explanation_of

TRUNCATED_RESPONSE = RawResponse(200, (("Content-Type", JSON),), encode_json(ok_envelope()))
"""What the server truncates if the fault `truncate` prevents a write, which then has no response."""


def to_flask_response(raw_response: RawResponse, explain: str | None) -> Response:
    """Convert a response of plain values to Flask's, and set X-Mock-Explain to `explain` if given."""
    response = Response(raw_response.body, raw_response.status, headers=list(raw_response.headers))
    if explain is not None:
        add_explanation(response, explain)
    return response


def header_error(error: DocumentError) -> ApiError:
    """The 400 for an invalid fault header. Rev.io ignores such headers, so the response names mockrevio."""
    problems = [
        Problem(
            "invalid",
            f"Invalid mockrevio header {mistake}",
            mistake.place.partition(".")[0],
            explain="rejected by mockrevio itself, not as Rev.io would; fix or remove the header",
        )
        for mistake in error.mistakes
    ]
    return ApiError(*problems)


def unsupported(kind: str, error_shape: str) -> Response:
    """The response if a connection fault fires on a server that does not support them."""
    explain = f"connection fault {kind} needs mockrevio's own server; start it with mockrevio serve"
    return error_response([Problem("server_error", "An error has occurred.", explain=explain)], error_shape)


def no_response(connection_fault: str | None = None) -> LoggedResponse:
    """The log's record of a request without a response."""
    return LoggedResponse(None, (), b"", 0, connection_fault)


def logged_response(response: Response, connection_fault: str | None = None) -> LoggedResponse:
    """The log's record of a response."""
    body = b"".join(cast("Iterable[bytes]", response.response))
    return LoggedResponse(
        response.status_code,
        tuple(response.headers),
        body[:MAX_LOGGED_BODY],
        len(body),
        connection_fault,
        explanation_of(response),
    )
