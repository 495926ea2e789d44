"""The request log: list, count, verify and clear its entries."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response, request

from mockrevio.control.faults.matching import MATCHER_PARTS, Matcher, parse_matcher
from mockrevio.control.request_log import LogEntry, Verification
from mockrevio.documents import (
    Reader,
    document_error,
    format_value,
    parse_document,
    read_object,
)
from mockrevio.revio.wire.envelopes import encode_json
from mockrevio.routes.admin.responses import current_world, json_body, json_response, query_values
from mockrevio.routes.admin.verification import format_count, parse_count, parse_timeout
from mockrevio.routes.responses import JSON_CONTENT_TYPE, suspend
from mockrevio.scheduling import Wait


def listing() -> Response:
    """The requests, oldest first, filtered by the query.

    Filters: `?method=POST&path=/v1/*`, `?body.external_id=0012*`, `?match={"method": "POST"}`. `limit=20`
    returns only the latest 20.
    """
    values = query_values()
    limit = values.pop("limit", None)
    entries = current_world().calls.log.entries(_matcher_from_query(values))
    if limit is not None:
        maximum = _parse_limit(limit)
        entries = entries[max(len(entries) - maximum, 0) :]
    return _list_response(entries)


def _list_response(entries: Sequence[LogEntry]) -> Response:
    """Encode each entry separately: encoding all of them at once would block every other request."""
    pieces = [encode_json(entry.as_json()) for entry in entries]
    body = b'{"count":%d,"requests":[%b]}\n' % (len(pieces), b",".join(pieces))
    return Response(body, content_type=JSON_CONTENT_TYPE)


def _parse_limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise document_error("query: limit", f"must be a whole number from 0, not {text!r}")
    return int(text)


def _matcher_from_query(values: Mapping[str, str]) -> Matcher:
    document: dict[str, Any] = {}
    for name, text in values.items():
        part, dot, subname = name.partition(".")
        if name == "match":
            match = parse_document(text.encode("utf-8", "replace"), "query: match")
            if not isinstance(match, dict):
                raise document_error("query: match", f"must be a JSON object, not {format_value(match)}")
            document.update(match)
        elif part not in MATCHER_PARTS:
            raise document_error(
                f"query: {name}", f"unknown; expected one of match, limit, {', '.join(MATCHER_PARTS)}"
            )
        elif dot:
            subdocument = document.setdefault(part, {})
            if not isinstance(subdocument, dict):
                raise document_error(f"query: {name}", f"cannot be combined with {part}; remove one of them")
            subdocument[subname] = text
        else:
            document[part] = text
    return parse_matcher(document, "query")


def clear() -> Response:
    """Clear the log."""
    return json_response({"count": current_world().calls.log.clear()})


def count() -> Response:
    """Count the matching requests: `{"match": …}` → `{"count": 2}`."""
    options = read_object(json_body(), "body", {"match": parse_matcher})
    return json_response({"count": len(current_world().calls.log.entries(options.get("match")))})


def verify() -> Response:
    """Check the number of matching requests, and wait up to `timeout` for more if there are too few.

    `{"match": …, "count": {"min": 1, "max": 1}, "timeout": "5s"}`: 200, or 409 with the nearest misses
    and their differences. `count` may also be a number; by default, at least one request must match.
    """
    log = current_world().calls.log
    verification = request.environ.get(_VERIFICATION) or _parse_verification(json_body())
    outcome = log.verify(verification)
    if outcome is None:
        request.environ[_VERIFICATION] = verification
        wait = Wait(verification.remaining(), partial(log.subscribe, verification.version))
        return suspend(request.environ, wait)
    if outcome.ok:
        return json_response({"ok": True, "count": outcome.count})
    expected = format_count(verification.minimum, verification.maximum)
    matching = "1 request matches" if outcome.count == 1 else f"{outcome.count} requests match"
    body = {
        "error": "not_verified",
        "message": f"{matching}, expected {expected}",
        "count": outcome.count,
        "nearest": [_format_miss(entry, differences) for entry, differences in outcome.misses],
    }
    return json_response(body, 409)


_VERIFICATION = "mockrevio.verification"
"""The key of a verification that waits between the passes of its request."""


def _parse_verification(body: Any) -> Verification:
    options = read_object(body, "body", _VERIFY_READERS)
    matcher = options.get("match") or parse_matcher({}, "body.match")
    minimum, maximum = options.get("count", (1, None))
    return Verification(matcher, minimum, maximum, time.monotonic() + options.get("timeout", 0.0))


def _format_miss(entry: LogEntry, differences: list[str]) -> dict[str, Any]:
    return {"differences": differences, "request": entry.as_json()}


_VERIFY_READERS: Mapping[str, Reader[Any]] = {
    "match": parse_matcher,
    "count": parse_count,
    "timeout": parse_timeout,
}
