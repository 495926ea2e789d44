"""Responses in Rev.io's format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from mockrevio.errors import Problem
from mockrevio.explanations import Advice, Explanation
from mockrevio.revio.behaviours import ASSUMED, record_behaviour
from mockrevio.revio.wire import envelopes
from mockrevio.revio.wire.auth import BASIC_CHALLENGE
from mockrevio.scheduling import SUSPENSION, Suspension

JSON_CONTENT_TYPE = "application/json; charset=utf-8"


class CompleteResponse(Response):
    """A response that is complete: it has all headers, and a body in a single bytes object."""

    def get_wsgi_response(
        self, environ: dict[str, Any]
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Return body, status and headers, without what Werkzeug would look for and correct."""
        body = () if environ["REQUEST_METHOD"] == "HEAD" else self.response
        return cast("Iterable[bytes]", body), self.status, self.headers.to_wsgi_list()


def json_response(body: object, status: int = 200) -> Response:
    """A response with a JSON body."""
    data = envelopes.encode_json(body)
    headers = Headers()
    headers.add("Content-Type", JSON_CONTENT_TYPE)
    headers.add("Content-Length", str(len(data)))
    return CompleteResponse([data], status, headers)


def suspend(environ: dict[str, Any], suspension: Suspension) -> Response:
    """End this pass of the request; the server carries out the suspension and calls again."""
    environ[SUSPENSION] = suspension
    return CompleteResponse()  # the server discards it


def error_response(problems: Sequence[Problem], shape: str, status: int | None = None) -> Response:
    """An error response in Rev.io's format, with the explanations of the problems in `X-Mock-Explain`.

    `status` overrides the status of the problems' codes.
    """
    record_behaviour("error.shape")
    response = json_response(envelopes.error_body(problems, shape), status or envelopes.status_of(problems))
    for problem in problems:
        if problem.explain:
            add_explanation(response, problem.explain)
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = BASIC_CHALLENGE
    return response


def add_explanation(response: Response, text: str) -> None:
    """Add to what a response's X-Mock-Explain says."""
    existing = explanation_of(response)
    added = with_prefix(text)
    if existing is not None:
        added = Explanation(existing, "; ", added)
    # It may repeat what the client sent, and the request log keeps it.
    explanation = Explanation(
        *(part if isinstance(part, Advice) else to_header_value(part) for part in added.parts)
    )
    response.headers[envelopes.EXPLAIN_HEADER] = to_header_value(explanation)
    setattr(response, _EXPLANATION, explanation)


def with_prefix(text: str) -> Explanation:
    """A text for the client of this request: its advice has the paths that the client has to use."""
    explanation = text if isinstance(text, Explanation) else Explanation(text)
    prefix = request.environ.get("SCRIPT_NAME")
    return explanation.below(prefix) if prefix else explanation


def explanation_of(response: Response) -> Explanation | None:
    """What a response's X-Mock-Explain says, with its parts."""
    explanation: Explanation | None = getattr(response, _EXPLANATION, None)
    return explanation


_EXPLANATION = "mockrevio_explanation"
"""The attribute of a response that has its explanation."""


def error_code(error: HTTPException) -> str:
    """The code of an error that has none but its status: `uri_too_long` or the like."""
    return error.name.lower().replace(" ", "_")


def add_iis_headers(response: Response) -> None:
    """D: the headers that Rev.io's web server adds, and its `Content-Type`, which names no charset."""
    record_behaviour("answer.iis_headers")
    response.headers["Server"] = "Microsoft-IIS/8.5"
    response.headers["X-Powered-By"] = "ASP.NET"
    if response.headers.get("Content-Type") == JSON_CONTENT_TYPE:
        response.headers["Content-Type"] = "application/json"


def add_mock_headers(response: Response, request_id: str, behaviours: Iterable[str]) -> None:
    """Add the number of the request, and which of these behaviours are assumed."""
    response.headers.add("X-Mock-Request-Id", request_id)
    assumed = [name for name in behaviours if name in ASSUMED]
    if assumed:
        response.headers.add(envelopes.BEHAVIOUR_HEADER, ", ".join(assumed))


def to_header_value(text: str) -> str:
    """Make any text, such as what a client sent, safe for a header: printable ASCII of limited length."""
    printable = "".join(character if character.isprintable() else "?" for character in text)
    return printable.encode("ascii", "replace").decode("ascii")[:1000]
