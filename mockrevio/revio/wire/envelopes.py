"""The shapes of Rev.io's answers, good and bad. Every answer of the API is made here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mockrevio.errors import Problem
from mockrevio.revio.resources import Record

STATUS_BY_CODE: Mapping[str, int] = {
    # The codes are A; the statuses are D (413, 415 and 500: A).
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
"""The header that says what only a mock can: it is none of Rev.io's."""

_ENCODE = json.JSONEncoder(separators=(",", ":")).encode


def page_envelope(records: Sequence[Record], *, has_more: bool) -> Record:
    """D: a page of a collection. `record_count` counts this page; no total is given."""
    return {"ok": True, "has_more": has_more, "record_count": len(records), "records": records}


def record_envelope(record: Mapping[str, Any]) -> Record:
    """D: one record, its fields beside `ok`."""
    return {"ok": True, **record}


def write_envelope(record_id: int) -> Record:
    """D for a create; C (the body) and A (the status 200) for an update or a delete."""
    return {"ok": True, "id": record_id}


def ok_envelope() -> Record:
    """A: the body of SystemStatus."""
    return {"ok": True}


def error_body(problems: Sequence[Problem], shape: str) -> list[Record] | Record:
    """C: an array with one element per problem; as `object`, the first one alone (a client met both)."""
    elements = [_element(problem) for problem in problems]
    return elements if shape == "array" else elements[0]


def _element(problem: Problem) -> Record:
    element: Record = {"ok": False, "error": problem.code, "message": problem.message}
    if problem.field is not None:
        element["field"] = problem.field
    return element


def status_of(problems: Sequence[Problem]) -> int:
    """The status that goes with a refusal: that of its first problem."""
    return STATUS_BY_CODE[problems[0].code]


def encode_json(body: object) -> bytes:
    """Compact JSON in ASCII, so that no client can get the charset wrong."""
    return _ENCODE(body).encode("ascii")
