"""The bodies of Rev.io's responses, for success and for errors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mockrevio import fairness
from mockrevio.errors import Problem
from mockrevio.revio.fields import Record

STATUS_BY_CODE: Mapping[str, int] = {
    # The codes are A; the statuses are D, except 413, 415 and 500, which are A.
    "required": 400,
    "invalid": 400,
    "entity_not_found": 400,
    "duplicate": 400,
    "malformed_body": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_large": 413,
    "unsupported_media_type": 415,
    "server_error": 500,
}

EXPLAIN_HEADER = "X-Mock-Explain"
"""The header that explains a response; Rev.io has no such header."""

BEHAVIOUR_HEADER = "X-Mock-Behaviour"
"""The header that names the assumed rules that decided a response; Rev.io has no such header."""

_ENCODE = json.JSONEncoder(separators=(",", ":")).encode


def page_envelope(records: Sequence[Record], *, has_more: bool) -> Record:
    """D: a page of a collection. `record_count` counts this page; no field has the total."""
    return {"ok": True, "has_more": has_more, "record_count": len(records), "records": records}


def record_envelope(record: Mapping[str, Any]) -> Record:
    """D: one record, its fields on the same level as `ok`."""
    return {"ok": True, **record}


def write_envelope(record_id: int) -> Record:
    """The body of a write. D for a create; for updates and deletes the body is C, the status 200 A."""
    return {"ok": True, "id": record_id}


def ok_envelope() -> Record:
    """A: the body of SystemStatus."""
    return {"ok": True}


def error_body(problems: Sequence[Problem], shape: str) -> list[Record] | Record:
    """C: an array with one element per problem; for the shape `object`, the first element alone.

    One client has to handle both shapes.
    """
    elements = [_error_element(problem) for problem in problems]
    return elements if shape == "array" else elements[0]


def _error_element(problem: Problem) -> Record:
    element: Record = {"ok": False, "error": problem.code, "message": problem.message}
    if problem.field is not None:
        element["field"] = problem.field
    return element


def status_of(problems: Sequence[Problem]) -> int:
    """The status of an error response: the status of its first problem."""
    return STATUS_BY_CODE[problems[0].code]


def encode_json(body: object) -> bytes:
    """Encode compact JSON in ASCII, so that no client can get the charset wrong."""
    return _ENCODE(body).encode("ascii")


def encode_large_json(body: object) -> list[bytes]:
    """The same in chunks, giving way to other threads: the body may have any number of records."""
    return [*fairness.join(piece.encode("ascii") for piece in fairness.encode(body, _ENCODE))]
