"""Entries that tests of the request log make."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from mockrevio.control.request_log import LogEntry, LoggedResponse, LogMatcher, Peer, parse_log_matcher
from mockrevio.revio.wire.request import ApiRequest

NOON = datetime(2030, 1, 2, 12, tzinfo=UTC)
_numbers = itertools.count(1)


def make_request(method: str = "GET", body: bytes = b"", **headers: str) -> ApiRequest:
    """A request to one path."""
    return ApiRequest(method, "/v1/SystemStatus", "", headers, body, "acme", "tester")


def make_entry(method: str = "GET", *, second: int = 0, body: bytes = b"", **parts: Any) -> LogEntry:
    """The entry of a call that arrived some seconds after noon."""
    request = make_request(method, body)
    at = NOON + timedelta(seconds=second)
    return LogEntry(f"{next(_numbers):08x}", request, at, Peer("127.0.0.1", "4711"), **parts)


def answer(status: int = 200, body: bytes = b"") -> LoggedResponse:
    """A response."""
    return LoggedResponse(status, (), body, len(body))


def matcher(**document: Any) -> LogMatcher:
    """A matcher; `not_` is `not`."""
    parts = {name.rstrip("_"): part for name, part in document.items()}
    return parse_log_matcher(parts, "match", NOON)
